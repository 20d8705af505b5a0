"""An experiment of `twinpilot bench trust`: many trials of one kind, what is counted in them, and what each count must be."""

from __future__ import annotations

from typing import Literal

from policies.figure import Figure
from policies.word import Word

_SHOWN = 3


class Count(Word):
    """What is counted: `must_be` "zero" or "all" (as many as there are trials), or empty if it only informs."""

    name: str
    value: int
    must_be: Literal["zero", "all", ""] = ""


class Experiment(Word):
    """The result of an experiment; `failures` are one line for each trial that did not go as it must."""

    name: str
    trials: int
    counts: tuple[Count, ...]
    failures: tuple[str, ...] = ()
    note: str = ""

    def figures(self) -> list[Figure]:
        """Return the number of trials and the counts as figures of a benchmark."""
        first = Figure(name=f"{self.name}: trials", value=self.trials, unit="", note=self.note)
        return [first, *(self._figure(count) for count in self.counts)]

    def _figure(self, count: Count) -> Figure:
        target = {"zero": 0, "all": self.trials}.get(count.must_be)
        met = None if target is None else count.value == target
        return Figure(
            name=f"{self.name}: {count.name}",
            value=count.value,
            unit="",
            target="" if target is None else f"= {target}",
            met=met,
            note="; ".join(self.failures[:_SHOWN]) if met is False else "",
        )
