"""The scope of an A1 policy (O-RAN.WG2.A1TD): policies name slices by S-NSSAI and cells by their identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies.guardrails.card import Card
from policies.slices import Slice


def slice_of(body: dict[str, Any]) -> Slice | None:
    """Return the slice of a policy's scope, None for a single UE, a QoS flow or a slice that is not one of ours."""
    scope = body.get("scope")
    snssai = scope.get("sliceId") if isinstance(scope, dict) else None
    sst = snssai.get("sst") if isinstance(snssai, dict) else None
    try:
        return Slice.from_sst(int(sst)) if isinstance(sst, int) else None
    except ValueError:
        return None


def listed_cells(cells: Any, card: Card) -> frozenset[str]:
    """Return the ids of the cells of a `cellIdList`; one that cannot be told stands for all cells, and so does an empty list."""
    everywhere = frozenset(cell.id for cell in card.cells)
    by_identity = {cell.nci: cell.id for cell in card.cells if cell.nci is not None}
    if not isinstance(cells, list) or not cells:
        return everywhere
    named = [by_identity.get(_identity(cell)) for cell in cells]
    return everywhere if None in named else frozenset(name for name in named if name is not None)


def _identity(cell: Any) -> int:
    """Return the NR cell identity of a cell in a list, -1 if it is not named by one."""
    identity = cell.get("cId") if isinstance(cell, dict) else None
    number = identity.get("ncI") if isinstance(identity, dict) else None
    return number if isinstance(number, int) else -1


def identities(value: object) -> Iterator[int]:
    """Yield every NR cell identity (`ncI`) inside a policy."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "ncI" and isinstance(item, int):
                yield item
            else:
                yield from identities(item)
    elif isinstance(value, list):
        for item in value:
            yield from identities(item)
