"""The blast radius of a change set: number of edits, cells touched, share of the network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from policies.guardrails.card import Card


@dataclass(frozen=True)
class BlastRadius:
    """The extent of a change set; `cells` sorted, `network_share` 0..1."""

    edits: int
    cells: tuple[str, ...]
    network_share: float

    @classmethod
    def of(cls, change_set: ChangeSet, card: Card) -> BlastRadius:
        """Return the extent of a change set; an edit that names no cell (a network-wide A1 policy) touches all cells."""
        owners = {root: cell.id for cell in card.cells for root in (cell.dn, cell.cu_dn, cell.carrier_dn)}
        all_cells = tuple(sorted(cell.id for cell in card.cells))
        touched: set[str] = set()
        for edit in change_set.edits:
            touched.update(cells_of(edit, owners) or all_cells)
        return cls(len(change_set.edits), tuple(sorted(touched)), len(touched) / max(len(all_cells), 1))


def cells_of(edit: AttributeEdit | PolicyEdit, owners: dict[str, str]) -> set[str]:
    """Return the ids of the cells that an edit touches; `owners` maps the DNs of cells' objects to cell ids."""
    if isinstance(edit, AttributeEdit):
        steps = edit.dn.split(",")
        roots = (",".join(steps[:length]) for length in range(len(steps), 0, -1))
        return {owners[root] for root in roots if root in owners}
    cell_ids = set(owners.values())
    return {text for body in (edit.old, edit.new) for text in _texts(body) if text in cell_ids}


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
