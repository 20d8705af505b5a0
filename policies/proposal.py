"""Proposals: ranked candidate change sets, each with the twin's predictions."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from policies.change import ChangeSet
from policies.evidence import Interval
from policies.intent import ExpectationTarget, Intent
from policies.slices import Slice
from policies.word import Word


class KpiPrediction(Word):
    """The twin's prediction of a KPI over the intent's objects and window.

    `interval` is the confidence interval of the mean over seeds; `no_change` is the prediction without any change; `twin_gap` is
    the measured mean relative error of the twin against the managed network for this KPI (None if not measured yet).
    """

    kpi: str
    unit: str
    slice: Slice | None
    cells: tuple[str, ...]
    mean: float
    interval: Interval
    no_change: float | None = None
    twin_gap: float | None = None


class TargetOutlook(Word):
    """A target, its predicted value, and the probability over seeds and objects that it is met.

    `effect` is the confidence interval of the difference to no change, paired by seed; None for a single seed.
    """

    slice: Slice | None
    cells: tuple[str, ...]
    target: ExpectationTarget
    predicted: float
    interval: Interval
    probability: float = Field(ge=0, le=1)
    no_change: float | None = None
    effect: Interval | None = None

    @property
    def is_like_no_change(self) -> bool:
        """Whether the value is known not to be distinguishable from that without a change."""
        return self.effect is not None and self.effect.contains(0.0)

    @property
    def met(self) -> bool:
        """Whether the predicted mean satisfies the bound."""
        return self.target.is_met_by(self.predicted)


class Candidate(Word):
    """A change set for the intent, evaluated in the twin."""

    name: str
    change_set: ChangeSet
    predictions: tuple[KpiPrediction, ...]
    outlook: tuple[TargetOutlook, ...]
    score: float
    feasible: bool
    risks: tuple[str, ...] = ()
    rationale: str = ""
    rollback_conditions: tuple[str, ...] = ()


class Proposal(Word):
    """Candidates for an intent, best first; "no change" is always among them."""

    intent: Intent
    candidates: tuple[Candidate, ...] = Field(min_length=1)
    assumptions: tuple[str, ...] = ()
    made_at: datetime
    expires_at: datetime
    seeds: tuple[int, ...] = ()

    @property
    def best(self) -> Candidate:
        """The first candidate, which is the one proposed."""
        return self.candidates[0]
