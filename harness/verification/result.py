"""The result of verification, with every number that it is based on."""

from __future__ import annotations

from typing import Literal

from policies.evidence import Interval
from policies.intent import ExpectationTarget
from policies.slices import Slice
from policies.word import Word

TargetResult = Literal["met", "missed", "inconclusive", "harmed", "observed", "unmeasured"]
BystanderResult = Literal["unharmed", "harmed", "inconclusive", "demand", "predicted", "elsewhere", "moved", "unknown"]
Effect = Literal["measured", "none", "unknown"]
_NAMED = 3  # predicted effects of an edit that a finding names; a policy for the whole network may have many


class MeasuredEffect(Word):
    """Whether a KPI moved relative to no change, and how that was decided."""

    effect: Effect = "unknown"
    reason: str = ""


class TargetCheck(Word):
    """A target after the change; `p_value` is that of "the bound is not met". An objective is `observed`, or
    `unmeasured`, which says nothing about the change.

    `reason`: why the values prove nothing, or how they depart from the prediction. `awaits_windows`: the reason lies in these
    windows (a KPI that still moves, flawed samples), and later ones may do. `effect`: whether the KPI moved relative to no
    change; a target that is met without one is no merit of the change.
    """

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
    reason: str = ""
    awaits_windows: bool = False
    effect: MeasuredEffect = MeasuredEffect()

    def describe(self) -> str:
        """Return the finding in one line."""
        value = "no measurement" if self.observed is None else f"{self.observed:.4g} {self.target.definition.unit}"
        name = f"{self.target.describe()}{f' [{self.slice.value}]' if self.slice else ''}"
        finding = "; ".join(part for part in (self.result, self.reason, self.credit) if part)
        return f"{name}: {value} over {self.windows} windows: {finding}"

    @property
    def credit(self) -> str:
        """What the change has not done, in words; empty if its effect was measured or nothing can be said."""
        if self.effect.effect != "none":
            return ""
        if self.result == "met":
            return "met, but as it would be without the change: no measured effect"
        return "acknowledged, no measured effect"


class BystanderCheck(Word):
    """A KPI that the intent does not target; `blame` is the reason why a worsening is, or is not, attributed to the change.

    `moved`: what was measured here is in neighbour cells now. `unknown`: too few windows before or after to be judged.
    """

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
    awaits_windows: bool = False

    @property
    def reason(self) -> str:
        """Why this is the result, as in a TargetCheck."""
        return self.blame

    def describe(self) -> str:
        """Return the finding in one line."""
        values = "" if self.before is None or self.after is None else f" {self.before:.4g} → {self.after:.4g} {self.unit}"
        name = f"{self.kpi}{f' [{self.slice.value}]' if self.slice else ''}"
        return f"{name} in {self.where}:{values} (p={self.p_value:.2g}): {self.result}{f', {self.blame}' if self.blame else ''}"


class EditEffect(Word):
    """An edit that the network acknowledged, and what was measured of it where it acts (TS 28.552 KPIs that moved).

    `shared` is the number of other edits of the same cells and slice: KPIs cannot tell them apart. `expected`: the material
    effects that the twin predicted there, each with what was measured of it; None if nobody knows.
    """

    edit: str
    effect: Effect
    moved: tuple[str, ...] = ()
    shared: int = 0
    expected: tuple[str, ...] | None = None

    @property
    def is_missed(self) -> bool:
        """Whether a material effect was predicted and is not measured: the edit may not have been carried out."""
        return bool(self.expected) and self.effect != "measured"

    def describe(self) -> str:
        """Return the finding in one line."""
        if self.effect != "measured":
            expected = self.expected or ()
            more = (f"and {len(expected) - _NAMED} more",) if len(expected) > _NAMED else ()
            return "; ".join((f"{self.edit}: {self.finding}", *expected[:_NAMED], *more))
        others = f" (together with {self.shared} other edit(s) there)" if self.shared else ""
        return f"{self.edit}: {self.finding}{others}: {'; '.join(self.moved)}"

    @property
    def finding(self) -> str:
        """What was measured of the edit, in words."""
        if self.effect == "none" and self.expected == ():
            return "acknowledged, no measured effect; none was predicted that would be both certain and material"
        words = {"measured": "measured effect", "none": "acknowledged, no measured effect"}
        return words.get(self.effect, "acknowledged, its effect cannot be measured")


class Verification(Word):
    """The outcome: confirmed, harmed, or inconclusive, with the reasons.

    `contexts`: the lasting conditions of the request, one that is broken as `harmed`. `settled`: no KPI is still moving and none
    rests on flawed windows; otherwise later windows alone may give a verdict.
    `notes`: what a confirmation does not say, such as targets that are met as without the change, or KPIs that were not judged.
    """

    outcome: Literal["confirmed", "harmed", "inconclusive"]
    targets: tuple[TargetCheck, ...]
    contexts: tuple[TargetCheck, ...] = ()
    bystanders: tuple[BystanderCheck, ...]
    windows_before: int
    windows_after: int
    significance: float
    reasons: tuple[str, ...] = ()
    settled: bool = True
    edits: tuple[EditEffect, ...] = ()
    notes: tuple[str, ...] = ()
