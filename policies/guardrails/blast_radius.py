"""The blast radius of a change set: number of edits, cells touched, share of the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from policies.guardrails.card import Card
from policies.guardrails.policy_scope import identities


@dataclass(frozen=True)
class BlastRadius:
    """The extent of a change set; `cells` sorted, `network_share` 0..1."""

    edits: int
    cells: tuple[str, ...]
    network_share: float

    @classmethod
    def of(cls, change_set: ChangeSet, card: Card) -> BlastRadius:
        """Return the extent of a change set; an edit that names no cell (a network-wide A1 policy) touches all cells."""
        names = CellNames.of(card)
        all_cells = tuple(sorted(names.ids))
        touched: set[str] = set()
        for edit in change_set.edits:
            touched.update(cells_of(edit, names) or all_cells)
        return cls(len(change_set.edits), tuple(sorted(touched)), len(touched) / max(len(all_cells), 1))


@dataclass(frozen=True)
class CellNames:
    """How edits name the cells of a network: by the DN of one of their objects, by id, by NR cell identity."""

    owners: dict[str, str]
    ids: frozenset[str]
    by_identity: dict[int, str]

    @classmethod
    def of(cls, card: Card) -> CellNames:
        """Return the names of a network's cells."""
        return cls(
            {root: cell.id for cell in card.cells for root in (cell.dn, cell.cu_dn, cell.carrier_dn)},
            frozenset(cell.id for cell in card.cells),
            {cell.nci: cell.id for cell in card.cells if cell.nci is not None},
        )


def cells_of(edit: AttributeEdit | PolicyEdit, names: CellNames) -> set[str]:
    """Return the ids of the cells that an edit touches; empty if it names none."""
    if isinstance(edit, AttributeEdit):
        steps = edit.dn.split(",")
        roots = (",".join(steps[:length]) for length in range(len(steps), 0, -1))
        return {names.owners[root] for root in roots if root in names.owners}
    bodies = (edit.old, edit.new)
    if any("SHALL" in _texts(body) for body in bodies):  # whoever must use one cell must leave all others
        return set()
    by_id = {text for body in bodies for text in _texts(body) if text in names.ids}
    numbers = {number for body in bodies for number in identities(body)}
    return by_id | {names.by_identity[number] for number in numbers if number in names.by_identity}


def _texts(value: object) -> Iterator[str]:
    """Yield every string inside a JSON value: the place of cell ids depends on the policy type."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
