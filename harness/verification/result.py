"""The result of verification, with every number that it is based on."""

from __future__ import annotations

from typing import Literal

from policies.evidence import Interval
from policies.intent import ExpectationTarget
from policies.slices import Slice
from policies.word import Word

TargetResult = Literal["met", "missed", "inconclusive", "harmed", "observed"]
BystanderResult = Literal["unharmed", "harmed", "demand", "predicted", "elsewhere", "unknown"]


class TargetCheck(Word):
    """A target after the change; `p_value` is that of "the bound is not met". An objective has the result `observed`."""

    target: ExpectationTarget
    slice: Slice | None
    cells: tuple[str, ...]
    result: TargetResult
    observed: float | None
    before: float | None
    windows: int
    p_value: float | None = None
    predicted: float | None = None
    interval: Interval | None = None
    no_change: float | None = None
    inside_interval: bool | None = None
    error_percent: float | None = None

    def describe(self) -> str:
        """Return the finding in one line."""
        value = "no measurement" if self.observed is None else f"{self.observed:.4g} {self.target.definition.unit}"
        name = f"{self.target.describe()}{f' [{self.slice.value}]' if self.slice else ''}"
        return f"{name}: {value} over {self.windows} windows: {self.result}"


class BystanderCheck(Word):
    """A KPI that the intent does not target; `blame` is the reason why a worsening is, or is not, attributed to the change."""

    kpi: str
    unit: str
    slice: Slice | None
    where: str
    result: BystanderResult
    before: float | None
    after: float | None
    no_change: float | None
    p_value: float
    blame: str = ""

    def describe(self) -> str:
        """Return the finding in one line."""
        values = "" if self.before is None or self.after is None else f" {self.before:.4g} → {self.after:.4g} {self.unit}"
        name = f"{self.kpi}{f' [{self.slice.value}]' if self.slice else ''}"
        return f"{name} in {self.where}:{values} (p={self.p_value:.2g}): {self.result}{f', {self.blame}' if self.blame else ''}"


class Verification(Word):
    """The outcome: confirmed, harmed, or inconclusive, which becomes a rollback at the deadline."""

    outcome: Literal["confirmed", "harmed", "inconclusive"]
    targets: tuple[TargetCheck, ...]
    bystanders: tuple[BystanderCheck, ...]
    windows_before: int
    windows_after: int
    significance: float
    reasons: tuple[str, ...] = ()
