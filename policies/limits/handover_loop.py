"""Detection of handover loops between neighbouring cells.

Event A3 (TS 38.331 clause 5.5.4.4) towards cell n is entered if Mn + Ocn - Hys > Mp + Off, that is at a level difference of
Off + Hys - Ocn. A UE handed over from p to n at that difference returns at the difference given by n's own profile: their sum is
the gap between the two handover points. With a gap that is not positive the UE is handed back immediately.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from policies.limits.state import StateAfter
from policies.managed_object import class_of, number_of

Pair = tuple[str, str]


class Loop(NamedTuple):
    """Two neighbours whose handover points overlap: the level difference in dB at which each hands over to the other."""

    here: str
    there: str
    to_there_db: float
    to_here_db: float

    @property
    def gap_db(self) -> float:
        """The gap between the two handover points, dB."""
        return self.to_there_db + self.to_here_db

    def describe(self) -> str:
        """Return the gap with the margin of each direction, offset + hysteresis - cellIndividualOffset."""
        return f"{self.gap_db:g} ({self.here}→{self.there} {self.to_there_db:g}, {self.there}→{self.here} {self.to_here_db:g})"


def looping_pairs(touched: list[str], state: StateAfter, min_gap_db: float) -> list[Loop]:
    """Return the pairs of neighbours that the change touches and whose gap is below `min_gap_db`."""
    if not any(class_of(dn) in ("NRCellRelation", "MobilityProfile") for dn in touched):
        return []
    relations = {_cells_of(dn): dn for dn in state.all_of("NRCellRelation")}
    profiles = {_cell_of(dn): dn for dn in state.all_of("MobilityProfile")}
    loops = []
    for here, there in _touched_pairs(touched, relations):
        there_and_back = [_trigger(pair, relations, profiles, state) for pair in ((here, there), (there, here))]
        triggers = [trigger for trigger in there_and_back if trigger is not None]
        if len(triggers) == 2 and sum(triggers) < min_gap_db - 1e-9:
            loops.append(Loop(here, there, *triggers))
    return loops


def _touched_pairs(touched: list[str], relations: dict[Pair, str]) -> Iterator[Pair]:
    """Yield each unordered pair of neighbours with an edited relation or mobility profile once."""
    edited = {_cells_of(dn) for dn in touched if class_of(dn) == "NRCellRelation"}
    cells = {_cell_of(dn) for dn in touched if class_of(dn) == "MobilityProfile"}
    yielded: set[frozenset[str]] = set()
    for here, there in relations:
        is_touched = (here, there) in edited or (there, here) in edited or here in cells or there in cells
        if is_touched and frozenset((here, there)) not in yielded:
            yielded.add(frozenset((here, there)))
            yield here, there


def _trigger(pair: Pair, relations: dict[Pair, str], profiles: dict[str, str], state: StateAfter) -> float | None:
    """Return the level difference in dB at which `pair` hands over, or None without handover or with missing attributes."""
    if pair not in relations or pair[0] not in profiles:
        return None
    relation, profile = state.after(relations[pair]), state.after(profiles[pair[0]])
    offset, hysteresis = number_of(profile.get("a3Offset")), number_of(profile.get("hysteresis"))
    if relation.get("isHOAllowed") is False or offset is None or hysteresis is None:
        return None
    # An absent cellIndividualOffset is 0 dB (TS 38.331 clause 6.3.2, Q-OffsetRange), so that it does not hide a loop.
    return offset + hysteresis - (number_of(relation.get("cellIndividualOffset")) or 0.0)


def _cell_of(dn: str) -> str:
    return next((step.partition("=")[2] for step in dn.split(",") if step.startswith("NRCellCU=")), "")


def _cells_of(dn: str) -> Pair:
    return _cell_of(dn), dn.rpartition("=")[2]
