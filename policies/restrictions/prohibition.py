"""A prohibition: what may not be done to which cells, and when. A standing restriction is one that an operator has made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from pydantic import Field

from policies.guardrails.card import Card
from policies.intent import TimeWindow
from policies.limits.loading import load_limits
from policies.slices import Slice
from policies.violation import Violation
from policies.word import Word

SLEEP: Final = "sleep"
CHANGE: Final = "change"
_SHOWN: Final = 6  # cells


class Prohibition(Word):
    """What is forbidden: `sleep` (to take cells off air), `change` (any edit), or the edit of the attribute of this name.

    cells: ids; empty: all cells. slice: only what is edited for this slice; None: whatever it is for. window: the network time
    in which nothing forbidden may be in effect; None: always.
    """

    what: str = Field(min_length=1, max_length=200)
    cells: tuple[str, ...] = ()
    slice: Slice | None = None
    window: TimeWindow | None = None

    @property
    def subject(self) -> str:
        """What is forbidden, in words."""
        cells = _listed(self.cells) if self.cells else "any cell"
        of = f" of {self.slice.value}" if self.slice else ""
        if self.what == SLEEP:
            return f"to take {cells} off air{f' for {self.slice.value}' if self.slice else ''}"
        return f"to change anything{of} in {cells}" if self.what == CHANGE else f"to edit {self.what}{of} in {cells}"

    def describe(self) -> str:
        """Return what this request itself forbids, in one line."""
        return f"this request itself forbids {self.subject}{self.when}"

    @property
    def when(self) -> str:
        """The window in words, empty without one."""
        return f" from {self.window.start:%Y-%m-%d %H:%M} to {self.window.end:%Y-%m-%d %H:%M}" if self.window else ""

    def meets(self, start: datetime, end: datetime | None) -> bool:
        """Whether anything that is in effect from `start` to `end` (None: for good) is in effect in the window."""
        if self.window is None:
            return True
        return start < self.window.end and (end is None or self.window.start < end)

    def has_expired(self, now: datetime) -> bool:
        """Whether the window is over."""
        return self.window is not None and self.window.end <= now


def violations_of(prohibition: Prohibition, card: Card) -> list[Violation]:
    """Return why a prohibition cannot be enforced on a network: a word, a cell or a time that means nothing to it."""
    violations = []
    attributes = {limit.attribute for limit in load_limits()}
    if prohibition.what not in {SLEEP, CHANGE, *attributes}:
        allowed, remedy = f"{SLEEP}, {CHANGE}, or an attribute", "name the attribute by its bare name"
        violations.append(_violation("what", prohibition.what, allowed, "limits catalogue", remedy))
    known = {cell.id for cell in card.cells}
    if unknown := [cell for cell in prohibition.cells if cell not in known]:
        allowed, remedy = _listed(sorted(known)), "name cells of this network"
        violations.append(_violation("cells", _listed(unknown), allowed, "network card", remedy))
    if prohibition.window is not None and prohibition.window.start.utcoffset() is None:
        start = prohibition.window.start.isoformat()
        violations.append(_violation("window", start, "times with a time zone", "RFC 3339", "state the time zone"))
    return violations


def _violation(field: str, value: str, allowed: str, source: str, remedy: str) -> Violation:
    return Violation(field=field, value=value, allowed=allowed, source=source, remedy=remedy)


def _listed(cells: Iterable[str]) -> str:
    names = list(cells)
    return ", ".join(names) if len(names) <= _SHOWN else f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
