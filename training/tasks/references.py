"""Reference policies: what planners without understanding earn on a task set. A set that these can pass measures nothing.

`cheapest` takes the first configuration that the device permits; `strongest` the most PRBs, power, retransmissions and decoding
with the most robust modulation; `random` any. `oracle` is the best of the space.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from policies.qos_reward import BASE_VIOLATED, reward_batch, satisfied
from training.tasks.space import ConfigurationSpace
from training.tasks.task import Task
from twins.link.columns import Columns, channel_columns
from twins.link.qos import QosEvaluator

REFERENCES = ("cheapest", "strongest", "random")


@dataclass(frozen=True)
class Score:
    """Seed 000's two metrics over tasks, 0..1 and a reward: share completed, mean reward of the completed (0 where none is).

    `mean_reward` is over all tasks; what is not covered earns `BASE_VIOLATED`.
    """

    completed: float
    mean_completed_reward: float
    mean_reward: float


def reference_scores(tasks: Sequence[Task], space: ConfigurationSpace, evaluator: QosEvaluator, seed: int) -> dict[str, Score]:
    """Return the scores of the reference policies and of the oracle on `tasks`."""
    chance = random.Random(seed)
    outcomes = [_outcomes(task, space, evaluator, chance) for task in tasks]
    rewards, kept = (np.array([one[part] for one in outcomes]) for part in (0, 1))
    scores = {name: _score(rewards[:, at], kept[:, at]) for at, name in enumerate(REFERENCES)}
    scores["oracle"] = _score(np.array([task.oracle.reward for task in tasks]), np.array([task.feasible for task in tasks]))
    return scores


def _outcomes(
    task: Task, space: ConfigurationSpace, evaluator: QosEvaluator, chance: random.Random
) -> tuple[list[float], list[bool]]:
    """Return the reward of each reference policy, and whether it satisfied."""
    _, columns = space.for_device(task.device)
    chosen = [0, _strongest(columns), chance.randrange(len(columns["prbs"]))]
    got = evaluator.evaluate_batch({name: values[chosen] for name, values in columns.items()}, channel_columns([task.channel]))
    rewards, kept = np.full(len(chosen), BASE_VIOLATED), np.zeros(len(chosen), dtype=bool)
    known = got.covered
    delivered = (got.delay_ms[known], got.throughput_mbps[known], got.ber[known])
    rewards[known] = reward_batch(task.requirement, *delivered)
    kept[known] = satisfied(task.requirement, *delivered)
    return rewards.tolist(), kept.tolist()


def _strongest(columns: Columns) -> int:
    most = ("prbs", "transmit_power_dbm", "harq_retransmissions", "ldpc_iterations")  # the first decides first
    return int(np.lexsort((-columns["layers"], -columns["mcs_index"], *(columns[name] for name in reversed(most))))[-1])


def _score(rewards: NDArray[np.float64], kept: NDArray[np.bool_]) -> Score:
    completed = rewards[kept]
    return Score(float(kept.mean()), float(completed.mean()) if len(completed) else 0.0, float(rewards.mean()))
