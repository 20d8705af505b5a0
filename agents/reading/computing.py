"""From marked words to a reading: places become cells, amounts numbers in the right unit, times a window.

What the words do not allow to compute is a doubt, and a doubt is asked about; nothing is left out and nothing is guessed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from agents.reading.amounts import DoubtfulAmount, share_of, value_in
from agents.reading.clock import DoubtfulTime, window_of
from agents.reading.marked import SAME, Marked, MarkedItem
from agents.reading.names import AmbiguousName, Names
from agents.reading.places import NoPlace, cells_of
from policies.kpi import kpi_definition
from policies.word import Word

UNIT_OF: Final = {
    "configuredMaxTxPower": "dBm", "digitalTilt": "0.1 deg", "cellIndividualOffset": "dB", "a3Offset": "dB", "hysteresis": "dB",
    "timeToTrigger": "ms", "rRMPolicyMinRatio": "%", "rRMPolicyMaxRatio": "%", "rRMPolicyDedicatedRatio": "%", "schedulerWeight": "",
    "maxConnectedUes": "UE", "maxPrbUsage": "%", "nRPCI": "",
}  # fmt: skip
_UNIT_OF_DELTA: Final = {"dBm": "dB"}


class Doubt(Exception):
    """Words from which nothing certain can be computed: `words` and what is in doubt about them."""

    def __init__(self, words: str, why: str) -> None:
        super().__init__(f"{words!r}: {why}")
        self.words, self.why = words, why


class Computed(Word):
    """An item with its cells (empty: the whole network) and number. percent: of a relative target. value, delta: of an edit."""

    item: MarkedItem
    cells: tuple[str, ...] = ()
    value: float | str | None = None
    percent: float | None = None
    delta: float | None = None


class ComputedReading(Word):
    """A marked text with everything computed."""

    marked: Marked
    items: tuple[Computed, ...] = ()
    window: tuple[datetime, datetime] | None = None


def computed(marked: Marked, names: Names) -> ComputedReading:
    """Compute all items and the window; raises Doubt."""
    cells = _all_cells(marked, names)
    hands_off = frozenset().union(
        *(own for item, own in zip(marked.items, cells, strict=True) if item.kind == "forbid" and item.name == "change")
    )
    if hands_off == names.all:
        hands_off = frozenset()
    items = [
        _item(item, own - hands_off if item.kind != "forbid" else own, names)
        for item, own in zip(marked.items, cells, strict=True)
    ]
    return ComputedReading(marked=marked, items=tuple(items), window=_window(marked, names))


def _all_cells(marked: Marked, names: Names) -> list[frozenset[str]]:
    found: list[frozenset[str]] = []
    named: dict[str, frozenset[str]] = {}
    for item in marked.items:
        if item.place and item.place != SAME and item.place not in named:
            try:
                named[item.place] = cells_of(item.place, names, relation=item.name == "cellIndividualOffset").cells
            except (NoPlace, AmbiguousName):
                named[item.place] = frozenset()  # once more below, with what the others name
    elsewhere = frozenset().union(*named.values())
    before: frozenset[str] = frozenset()
    for item in marked.items:
        if not item.place:
            own = names.all
        elif item.place == SAME:
            own = before or names.all
        else:
            own = _cells(item, names, elsewhere - named[item.place], before)
        found.append(own)
        before = own
    return found


def _cells(item: MarkedItem, names: Names, elsewhere: frozenset[str], before: frozenset[str]) -> frozenset[str]:
    is_relation = item.name == "cellIndividualOffset"
    try:
        place = cells_of(item.place, names, elsewhere=elsewhere, before=before, relation=is_relation)
    except AmbiguousName as error:
        raise Doubt(item.place, f"it can be {' or '.join(error.names)}") from error
    except NoPlace as error:
        raise Doubt(item.place, "it names no cell, site or area of the network") from error
    if place.unused:
        raise Doubt(item.place, f"{', '.join(place.unused)} is not understood")
    return place.cells


def _item(item: MarkedItem, cells: frozenset[str], names: Names) -> Computed:
    ids = () if cells == names.all else tuple(sorted(cells))
    if not cells:
        raise Doubt(item.place, "no cell is left")
    try:
        if item.kind == "target":
            return _target(item, ids)
        if item.kind == "edit":
            return _edit(item, ids)
    except DoubtfulAmount as error:
        raise Doubt(item.amount, str(error)) from error
    return Computed(item=item, cells=ids)


def _target(item: MarkedItem, cells: tuple[str, ...]) -> Computed:
    if item.comparison in ("min", "max"):
        return Computed(item=item, cells=cells)
    if item.reference is not None:
        share = share_of(item.amount)
        return Computed(item=item, cells=cells, percent=share.percent * (share.sign or item.sign or 1))
    unit = kpi_definition(item.name).unit
    return Computed(item=item, cells=cells, value=value_in(item.amount, unit, lowest=(item.comparison or "").startswith(">")))


def _edit(item: MarkedItem, cells: tuple[str, ...]) -> Computed:
    if item.state:
        return Computed(item=item, cells=cells, value=item.state)
    unit = UNIT_OF[item.name]
    if item.is_delta:
        size = abs(value_in(item.amount, _UNIT_OF_DELTA.get(unit, unit)))
        return Computed(item=item, cells=cells, delta=size * (item.sign or 1))
    return Computed(item=item, cells=cells, value=value_in(item.amount, unit))


def _window(marked: Marked, names: Names) -> tuple[datetime, datetime] | None:
    if not marked.when:
        return None
    try:
        return window_of(marked.when, names.card)
    except DoubtfulTime as error:
        raise Doubt(marked.when, str(error)) from error
