"""The handover loop rule: two neighbouring cells must not hand a UE back and forth.

The entering condition of event A3 (TS 38.331 clause 5.5.4.4) towards cell n is Mn + Ocn - Hys > Mp + Off, so the UE is handed
over from p to n at a level difference Mn - Mp of Off + Hys - Ocn, and back at the corresponding difference of n's own profile.
The sum of the two is the gap between the handover points; with a gap of zero or less the UE is handed back at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.limits.state import StateAfter
from policies.managed_object import class_of, number_of

Pair = tuple[str, str]


def looping_pairs(touched: list[str], state: StateAfter, min_gap_db: float) -> list[tuple[str, str, float]]:
    """Return (cell, cell, gap in dB) for each pair of neighbours that the edited objects affect with a gap below `min_gap_db`."""
    if not any(class_of(dn) in ("NRCellRelation", "MobilityProfile") for dn in touched):
        return []
    relations = {_cells_of(dn): dn for dn in state.all_of("NRCellRelation")}
    profiles = {_cell_of(dn): dn for dn in state.all_of("MobilityProfile")}
    loops = []
    for here, there in _touched_pairs(touched, relations):
        there_and_back = [_trigger(pair, relations, profiles, state) for pair in ((here, there), (there, here))]
        triggers = [trigger for trigger in there_and_back if trigger is not None]
        if len(triggers) == 2 and sum(triggers) < min_gap_db - 1e-9:
            loops.append((here, there, sum(triggers)))
    return loops


def _touched_pairs(touched: list[str], relations: dict[Pair, str]) -> Iterator[Pair]:
    """Yield once each unordered pair of neighbours with an edited relation or mobility profile."""
    edited = {_cells_of(dn) for dn in touched if class_of(dn) == "NRCellRelation"}
    cells = {_cell_of(dn) for dn in touched if class_of(dn) == "MobilityProfile"}
    yielded: set[frozenset[str]] = set()
    for here, there in relations:
        is_touched = (here, there) in edited or (there, here) in edited or here in cells or there in cells
        if is_touched and frozenset((here, there)) not in yielded:
            yielded.add(frozenset((here, there)))
            yield here, there


def _trigger(pair: Pair, relations: dict[Pair, str], profiles: dict[str, str], state: StateAfter) -> float | None:
    """Return the level difference, dB, that triggers a handover from the first to the second cell of `pair`.

    None if handover is not allowed, or if a relation, profile or value is missing.
    """
    if pair not in relations or pair[0] not in profiles:
        return None
    relation, profile = state.after(relations[pair]), state.after(profiles[pair[0]])
    numbers = [
        number_of(profile.get("a3Offset")),
        number_of(profile.get("hysteresis")),
        number_of(relation.get("cellIndividualOffset")),
    ]
    if relation.get("isHOAllowed") is False or None in numbers:
        return None
    offset, hysteresis, individual = (number or 0.0 for number in numbers)
    return offset + hysteresis - individual


def _cell_of(dn: str) -> str:
    return next((step.partition("=")[2] for step in dn.split(",") if step.startswith("NRCellCU=")), "")


def _cells_of(dn: str) -> Pair:
    return _cell_of(dn), dn.rpartition("=")[2]
