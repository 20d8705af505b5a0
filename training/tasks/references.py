"""Reference policies: the score of planners that ignore the task. A task set that they can pass measures nothing.

`cheapest` uses the first configuration that the device permits; `strongest` the one with the most PRBs, power, retransmissions
and decoder iterations with the most robust modulation; `random` any. `oracle` is the best of the space.
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
    """Seed 000's two metrics: the share `completed`, 0..1, and the mean reward of completed tasks, 0 if there are none.

    `mean_reward` is over all tasks; a configuration that is not covered earns `BASE_VIOLATED`.
    """

    completed: float
    mean_completed_reward: float
    mean_reward: float


def reference_scores(tasks: Sequence[Task], space: ConfigurationSpace, evaluator: QosEvaluator, seed: int) -> dict[str, Score]:
    """Return the scores of the reference policies and of the oracle on `tasks`."""
    rewards, completed = reference_outcomes(tasks, space, evaluator, seed)
    scores = {name: _score(rewards[:, column], completed[:, column]) for column, name in enumerate(REFERENCES)}
    scores["oracle"] = _score(np.array([task.oracle.reward for task in tasks]), np.array([task.feasible for task in tasks]))
    return scores


def reference_outcomes(
    tasks: Sequence[Task], space: ConfigurationSpace, evaluator: QosEvaluator, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return reward and completion of each task by each of `REFERENCES`: float64[N, 3] and bool[N, 3]."""
    rng = random.Random(seed)
    outcomes = [_outcomes(task, space, evaluator, rng) for task in tasks]
    rewards, completed = (np.array(part) for part in zip(*outcomes, strict=True))
    return rewards, completed


def _outcomes(
    task: Task, space: ConfigurationSpace, evaluator: QosEvaluator, rng: random.Random
) -> tuple[list[float], list[bool]]:
    """The reward of each reference policy, and whether it satisfies the requirement."""
    _, columns = space.for_device(task.device)
    rows = [0, _strongest(columns), rng.randrange(len(columns["prbs"]))]
    qos = evaluator.evaluate_batch({name: values[rows] for name, values in columns.items()}, channel_columns([task.channel]))
    rewards, completed = np.full(len(rows), BASE_VIOLATED), np.zeros(len(rows), dtype=bool)
    covered = qos.covered
    delivered = (qos.delay_ms[covered], qos.throughput_mbps[covered], qos.ber[covered])
    rewards[covered] = reward_batch(task.requirement, *delivered)
    completed[covered] = satisfied(task.requirement, *delivered)
    return rewards.tolist(), completed.tolist()


def _strongest(columns: Columns) -> int:
    maximized = ("prbs", "transmit_power_dbm", "harq_retransmissions", "ldpc_iterations")  # in order of precedence
    return int(np.lexsort((-columns["layers"], -columns["mcs_index"], *(columns[name] for name in reversed(maximized))))[-1])


def _score(rewards: NDArray[np.float64], completed: NDArray[np.bool_]) -> Score:
    of_completed = rewards[completed]
    mean = float(of_completed.mean()) if len(of_completed) else 0.0
    return Score(float(completed.mean()), mean, float(rewards.mean()))
