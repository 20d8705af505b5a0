"""Proposals: ranked candidate change sets, each with the twin's predictions."""

from __future__ import annotations

from datetime import datetime
from math import sqrt

from pydantic import Field

from policies.change import ChangeSet
from policies.evidence import Interval
from policies.intent import ExpectationTarget, Intent
from policies.slices import Slice
from policies.word import Word


def _of_a_draw(mean: float, interval: Interval, seeds: int) -> Interval:
    """Return where one more draw is expected, from the Student-t interval of the mean: wider by √(n + 1)."""
    low, high = (mean + sqrt(seeds + 1) * (end - mean) for end in (interval.low, interval.high))
    return interval.model_copy(update={"low": low, "high": high})


class KpiPrediction(Word):
    """The twin's prediction of a KPI over the intent's objects and window.

    `interval` is the confidence interval of the mean over `seeds` seeds; `no_change` is the prediction without any change;
    `twin_gap` is the measured mean relative error of the twin against the managed network for this KPI (None: not measured yet).
    """

    kpi: str
    unit: str
    slice: Slice | None
    cells: tuple[str, ...]
    mean: float
    interval: Interval
    no_change: float | None = None
    twin_gap: float | None = None
    seeds: int = Field(default=1, ge=1)

    @property
    def interval_of_a_draw(self) -> Interval:
        """The prediction interval, as in a TargetOutlook."""
        return _of_a_draw(self.mean, self.interval, self.seeds)


class TargetOutlook(Word):
    """A target, its predicted value, and the probability over seeds and objects that it is met.

    `effect` is the confidence interval of the difference to no change, paired by seed; None for a single seed. `interval` is
    that of the mean over `seeds` seeds; the network itself is one more draw (`interval_of_a_draw`).
    """

    slice: Slice | None
    cells: tuple[str, ...]
    target: ExpectationTarget
    predicted: float
    interval: Interval
    probability: float = Field(ge=0, le=1)
    no_change: float | None = None
    effect: Interval | None = None
    seeds: int = Field(default=1, ge=1)

    @property
    def interval_of_a_draw(self) -> Interval:
        """The prediction interval: where the value of one more seed is expected, as confidently as the mean in `interval`."""
        return _of_a_draw(self.predicted, self.interval, self.seeds)

    @property
    def is_like_no_change(self) -> bool:
        """Whether the value is known not to be distinguishable from that without a change."""
        return self.effect is not None and self.effect.contains(0.0)

    @property
    def met(self) -> bool:
        """Whether the predicted mean satisfies the bound."""
        return self.target.is_met_by(self.predicted)


class PredictedEffect(Word):
    """A movement of a KPI that the twin predicts in a cell where the change acts.

    cell: its DN. effect: the confidence interval of the difference to `no_change`, paired by seed; all of it is material.
    per_load: the KPI is the energy that a percent of the PRBs takes (Wh per window, beyond that of an idle cell), which tells a
    change of power at any load; it is certain, not material.
    """

    kpi: str
    slice: Slice | None
    cell: str
    no_change: float
    effect: Interval
    per_load: bool = False

    @property
    def least(self) -> float:
        """The end of the interval that is nearer to no effect, with its sign."""
        return min(self.effect.low, self.effect.high, key=abs)


class Candidate(Word):
    """A change set for the intent, evaluated in the twin.

    effects: how the twin predicts its edits to be seen in the cells where they act; None if that was not predicted. contexts: the
    lasting conditions of the intent, as they are predicted with it.
    """

    name: str
    change_set: ChangeSet
    predictions: tuple[KpiPrediction, ...]
    outlook: tuple[TargetOutlook, ...]
    contexts: tuple[TargetOutlook, ...] = ()
    effects: tuple[PredictedEffect, ...] | None = None
    score: float
    feasible: bool
    risks: tuple[str, ...] = ()
    rationale: str = ""
    rollback_conditions: tuple[str, ...] = ()

    @property
    def bounded(self) -> tuple[TargetOutlook, ...]:
        """The bounds and the lasting conditions, as predicted."""
        return (*(outlook for outlook in self.outlook if not outlook.target.condition.is_objective), *self.contexts)

    @property
    def missed(self) -> str:
        """In words which bounds and conditions are not predicted to hold."""
        words = [
            f"{outlook.target.describe()} is predicted at {outlook.predicted:.3g} {outlook.target.unit}"
            for outlook in self.bounded
            if not outlook.met
        ]
        return "; ".join(words)


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
