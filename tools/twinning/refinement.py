"""Search around a candidate: Optuna's TPE sampler proposes settings of the knobs, the twin scores them.

The start candidate is always the first trial, so that the best trial is never worse than the start under the same seeds.
Trials are requested in batches of one per worker, which keeps all cores busy and the search repeatable for a seed and batch size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import Field, model_validator

from policies.change import AttributeEdit, ChangeSet, Edit
from policies.managed_object import Dn, Scalar
from tools.contract import ToolRequest

Scored = tuple[ChangeSet, float]


class Knob(ToolRequest):
    """An attribute that the search may set: a range with a step, or choices. `old` is the current value on the network."""

    dn: Dn
    attribute: str
    old: Scalar
    low: float | None = None
    high: float | None = None
    step: float | None = Field(default=None, gt=0)
    choices: tuple[Scalar, ...] | None = None

    @model_validator(mode="after")
    def _check_domain(self) -> Knob:
        ranged = self.low is not None and self.high is not None and self.step is not None
        if ranged == bool(self.choices):
            raise ValueError(f"knob {self.dn} {self.attribute}: give low, high and step, or choices")
        if ranged and not self.low < self.high:  # type: ignore[operator]
            raise ValueError(f"knob {self.dn} {self.attribute}: low={self.low} is not below high={self.high}")
        return self

    @property
    def key(self) -> str:
        """The knob's name in the search."""
        return f"{self.dn}|{self.attribute}"

    def suggest(self, trial: Any) -> Scalar:
        """Return the optimizer's suggestion, an integer if `low` and `step` are whole numbers."""
        setting: Scalar
        if self.choices:
            setting = trial.suggest_categorical(self.key, self.choices)
        elif all(float(number).is_integer() for number in (self.low, self.step) if number is not None):
            setting = trial.suggest_int(self.key, int(self.low or 0), int(self.high or 0), step=int(self.step or 1))
        else:
            setting = trial.suggest_float(self.key, self.low, self.high, step=self.step)
        return setting

    def setting_in(self, change_set: ChangeSet) -> Scalar:
        """Return the value that a change set gives this knob, or the old value."""
        for edit in change_set.attribute_edits():
            if (edit.dn, edit.attribute) == (self.dn, self.attribute):
                return edit.new
        return self.old


def refine(
    start: ChangeSet,
    knobs: Sequence[Knob],
    trials: int,
    seed: int,
    batch: int,
    judge: Callable[[list[ChangeSet]], list[float]],
) -> list[Scored]:
    """Return the change set and score (higher is better) of each trial in order, the start first.

    `judge` scores a list of change sets at once; `batch` is the number of trials requested at a time.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=4))
    study.enqueue_trial({knob.key: knob.setting_in(start) for knob in knobs}, skip_if_exists=True)
    tried: list[Scored] = []
    while len(tried) < trials:
        requested = [study.ask() for _ in range(min(batch, trials - len(tried)))]
        change_sets = [_with_settings(start, knobs, trial) for trial in requested]
        for trial, change_set, score in zip(requested, change_sets, judge(change_sets), strict=True):
            study.tell(trial, score)
            tried.append((change_set, score))
    return tried


def _with_settings(start: ChangeSet, knobs: Sequence[Knob], trial: Any) -> ChangeSet:
    """Return the start with the knobs set to the trial's suggestions; edits that change nothing are left out."""
    by_attribute = {(knob.dn, knob.attribute): knob for knob in knobs}
    edits: list[Edit] = [
        edit for edit in start.edits if not isinstance(edit, AttributeEdit) or (edit.dn, edit.attribute) not in by_attribute
    ]
    for knob in knobs:
        new = knob.suggest(trial)
        if new != knob.old:
            edits.append(AttributeEdit(dn=knob.dn, attribute=knob.attribute, old=knob.old, new=new))
    return ChangeSet(edits=tuple(edits))
