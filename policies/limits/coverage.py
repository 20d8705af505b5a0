"""The coverage rule: a cell that is taken off air (asleep or locked) needs neighbours on air to cover its area."""

from __future__ import annotations

from collections.abc import Callable

from policies.limits.state import StateAfter
from policies.managed_object import Scalar, cell_of, class_of

Attributes = Callable[[str], dict[str, Scalar]]


def uncovered(touched: list[str], state: StateAfter, needed: int) -> list[tuple[str, int]]:
    """Return (cell, neighbours on air) for each off-air cell that has fewer than `needed` neighbours on air after the change.

    Cells that were in that state before the change are not reported.
    """
    if not any(class_of(dn) in ("CESManagementFunction", "NRCellDU") for dn in touched):
        return []
    neighbours = _neighbours(state)
    before = {cell for cell, _ in _uncovered(_on_air(state, state.before), neighbours, needed)}
    return [(cell, count) for cell, count in _uncovered(_on_air(state, state.after), neighbours, needed) if cell not in before]


def _uncovered(on_air: dict[str, bool], neighbours: dict[str, list[str]], needed: int) -> list[tuple[str, int]]:
    counts = {cell: sum(on_air.get(other, False) for other in neighbours.get(cell, [])) for cell, up in on_air.items() if not up}
    return [(cell, count) for cell, count in counts.items() if count < needed]


def _neighbours(state: StateAfter) -> dict[str, list[str]]:
    neighbours: dict[str, list[str]] = {}
    for dn in state.all_of("NRCellRelation"):
        neighbours.setdefault(cell_of(dn) or "", []).append(dn.rpartition("=")[2])
    return neighbours


def _on_air(state: StateAfter, attributes: Attributes) -> dict[str, bool]:
    """Return cell id → whether it is unlocked, enabled and not (to be) asleep."""
    on_air = {}
    for dn in state.all_of("NRCellDU"):
        cell = attributes(dn)
        on_air[dn.rpartition("=")[2]] = (
            cell.get("administrativeState", "UNLOCKED") == "UNLOCKED" and cell.get("operationalState", "ENABLED") == "ENABLED"
        )
    for dn in state.all_of("CESManagementFunction"):
        if attributes(dn).get("energySavingControl") == "toBeEnergySaving":
            on_air[cell_of(dn) or ""] = False
    return on_air
