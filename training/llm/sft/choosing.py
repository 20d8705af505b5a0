"""Which configurations a lesson shows: good answers by reward, and wrong first guesses like those that a learner makes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from policies.qos import QosRequirement
from training.llm.sft.arithmetic import Trial
from training.llm.sft.figures import Figures
from training.llm.sft.fragment import MOST_VALUES, Fragments
from training.llm.sft.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TRIES: Final = 12  # draws until a trial is found whose equations survive rounding
_WAYS: Final = ((0.45, 1), (0.3, 2), (0.25, 7))  # share of wrong guesses that differ from a good answer in so many fields


@dataclass(frozen=True)
class Choice:
    """The answers of a task: `rows` of the world that fulfil it (or the nearest miss) and the `shares` to draw them with."""

    rows: NDArray[np.int64]
    shares: NDArray[np.float64]
    is_feasible: bool


def good_answers(world: World, required: QosRequirement, temperature: float) -> Choice:
    """Return all fulfilling configurations, each with the share exp(reward / temperature); none fulfils: the nearest miss.

    All that fulfil may be drawn, so a field on which nothing depends stays open; the better earn more of the draws.
    """
    rewards = world.rewards(required)
    rows = np.flatnonzero(world.fulfilled(required))
    if not len(rows):
        return Choice(np.array([int(np.argmax(rewards))]), np.ones(1), is_feasible=False)
    weights = np.exp((rewards[rows] - rewards[rows].max()) / temperature)
    return Choice(rows, weights / weights.sum(), is_feasible=True)


class Trials:
    """Draws the trials of one task; every drawn trial is true as it is written."""

    def __init__(self, world: World, fragments: Fragments, required: QosRequirement, choice: Choice, rng: random.Random) -> None:
        self._world, self._fragments, self._required, self._choice, self._rng = world, fragments, required, choice, rng
        self._fulfilled = world.fulfilled(required)
        self._bounds = Figures.of(required, world.situation.device, world.situation.channel).bounds
        self._fields = fragments.trial[world.indices]

    def good(self) -> tuple[int, Trial] | None:
        """Return the row and trial of a good answer, None if no draw is true after rounding."""
        for _ in range(_TRIES):
            row = int(self._choice.rows[self._draw(self._choice.shares)])
            trial = self._trial(row)
            if trial.is_true(self._bounds):
                return row, trial
        return None

    def shares(self, row: int) -> NDArray[np.float64]:
        """Return for each field the shares of its values among the good answers that begin like `row`: float64[7, MOST_VALUES].

        Column v is the v-th value of the field. All good answers are told at once: what a learner would otherwise have to infer
        from as many examples.
        """
        rows, weights = self._fields[self._choice.rows], self._choice.shares
        firsts = self._fragments.trial_firsts
        told = np.zeros((len(firsts), MOST_VALUES))
        for place, value in enumerate(self._fields[row].tolist()):
            np.add.at(told[place], rows[:, place] - firsts[place], weights)
            same = rows[:, place] == value
            rows, weights = rows[same], weights[same]
        return np.asarray(told / told.sum(axis=1, keepdims=True))

    def wrong(self, near: int) -> Trial | None:
        """Return a trial that violates a bound and differs from row `near` in one, two or any fields; None if none is found."""
        different = (self._fields != self._fields[near]).sum(axis=1)
        for _ in range(_TRIES):
            share, most = self._rng.random(), _WAYS[-1][1]
            for part, count in _WAYS:
                if share < part:
                    most = count
                    break
                share -= part
            rows = np.flatnonzero(~self._fulfilled & (different > 0) & (different <= most))
            if len(rows):
                trial = self._trial(int(rows[self._rng.randrange(len(rows))]))
                if trial.is_true(self._bounds):
                    return trial
        return None

    def _draw(self, shares: NDArray[np.float64]) -> int:
        return min(int(np.searchsorted(np.cumsum(shares), self._rng.random())), len(shares) - 1)

    def _trial(self, row: int) -> Trial:
        return Trial.of(self._world, self._fragments, row, self._required)
