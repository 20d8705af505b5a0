"""One-shot answers to tasks of unseen wordings and channel regions, judged by the tables, beside references and the oracle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from policies.qos_reward import BASE_VIOLATED, reward_batch, satisfied
from training.llm.sft.answering import Answer
from training.llm.sft.figures import NUMBERS, STATES, Figures
from training.tasks.references import REFERENCES, reference_outcomes
from training.tasks.space import DEFAULT_SPACE
from training.tasks.task import Task
from twins.link.columns import channel_columns, configuration_columns
from twins.link.orchestration import OrchestrationRefused, compile_orchestration
from twins.link.table.tables import LinkTables

if TYPE_CHECKING:
    from numpy.typing import NDArray

_Z95: Final = 1.959964


@dataclass(frozen=True)
class Score:
    """Shares 0..1 of all and of feasible tasks that are fulfilled, with the half width of their 95 % intervals (normal).

    `reward` is the mean of fulfilled tasks, `of_oracle` its share of what the oracle earns on the same tasks.
    """

    fulfilled: float
    fulfilled_half_width: float
    of_feasible: float
    of_feasible_half_width: float
    reward: float
    of_oracle: float


@dataclass(frozen=True)
class Outcomes:
    """Rewards float64[N] of one answer to each task, and whether it is fulfilled, bool[N]."""

    rewards: NDArray[np.float64]
    fulfilled: NDArray[np.bool_]


def outcomes_of(tasks: Sequence[Task], answers: Sequence[Answer], tables: LinkTables) -> Outcomes:
    """Judge each answer by the tables; one that is refused or not covered earns `BASE_VIOLATED`."""
    rewards, fulfilled = np.full(len(tasks), BASE_VIOLATED), np.zeros(len(tasks), dtype=bool)
    for row, (task, answer) in enumerate(zip(tasks, answers, strict=True)):
        try:
            columns = configuration_columns([compile_orchestration(answer.orchestration, task.device)])
        except OrchestrationRefused:
            continue
        columns["compute_gops"] = np.array([task.device.compute_gops])
        qos = tables.evaluate_batch(columns, channel_columns([task.channel]))
        if qos.covered[0]:
            rewards[row] = reward_batch(task.requirement, qos.delay_ms, qos.throughput_mbps, qos.ber)[0]
            fulfilled[row] = satisfied(task.requirement, qos.delay_ms, qos.throughput_mbps, qos.ber)[0]
    return Outcomes(rewards, fulfilled)


def constant_outcomes(tasks: Sequence[Task], tables: LinkTables) -> Outcomes:
    """Return the outcomes of the one configuration that fulfils most of `tasks`: chosen on them, so a generous bound."""
    rewards = np.full((len(tasks), len(DEFAULT_SPACE.configurations)), BASE_VIOLATED, dtype=np.float32)
    fulfilled = np.zeros(rewards.shape, dtype=bool)
    for row, task in enumerate(tasks):
        indices, columns = DEFAULT_SPACE.for_device(task.device)
        qos = tables.evaluate_batch(columns, channel_columns([task.channel]))
        covered, delivered = qos.covered, (qos.delay_ms, qos.throughput_mbps, qos.ber)
        delay, throughput, ber = (values[covered] for values in delivered)
        rewards[row, indices[covered]] = reward_batch(task.requirement, delay, throughput, ber)
        fulfilled[row, indices[covered]] = satisfied(task.requirement, delay, throughput, ber)
    best = int(fulfilled.sum(axis=0).argmax())
    return Outcomes(rewards[:, best].astype(np.float64), fulfilled[:, best])


def score(tasks: Sequence[Task], outcomes: Outcomes) -> Score:
    """Return the score of one planner."""
    feasible = np.array([task.feasible for task in tasks])
    oracle = np.array([task.oracle.reward for task in tasks])
    done = outcomes.fulfilled
    shares = [(float(values.mean()), len(values)) if len(values) else (0.0, 1) for values in (done, done[feasible])]
    widths = [_Z95 * (share * (1.0 - share) / count) ** 0.5 for share, count in shares]
    reward = float(outcomes.rewards[done].mean()) if done.any() else 0.0
    of_oracle = float(outcomes.rewards[done].sum() / oracle[done].sum()) if done.any() else 0.0
    return Score(shares[0][0], widths[0], shares[1][0], widths[1], reward, of_oracle)


def report(tasks: Sequence[Task], answers: Sequence[Answer], tables: LinkTables, seed: int) -> dict[str, Any]:
    """Return the scores of model, references and oracle, and where the model fails."""
    model = outcomes_of(tasks, answers, tables)
    planners = {"model": model, "constant": constant_outcomes(tasks, tables)}
    rewards, completed = reference_outcomes(tasks, DEFAULT_SPACE, tables, seed)
    planners |= {name: Outcomes(rewards[:, row], completed[:, row]) for row, name in enumerate(REFERENCES)}
    planners["oracle"] = Outcomes(np.array([task.oracle.reward for task in tasks]), np.array([task.feasible for task in tasks]))
    return {
        "tasks": len(tasks),
        "feasible": sum(task.feasible for task in tasks),
        "scores": {name: asdict(score(tasks, outcomes)) for name, outcomes in planners.items()},
        "by_difficulty": _by(tasks, model, [task.difficulty for task in tasks]),
        "by_style": _by(tasks, model, [task.style for task in tasks]),
        "reading": _reading(tasks, answers),
        "reasoning": _reasoning(tasks, answers, model),
    }


def _by(tasks: Sequence[Task], outcomes: Outcomes, names: Sequence[str]) -> dict[str, float]:
    done: Counter[str] = Counter()
    for name, task, fulfilled in zip(names, tasks, outcomes.fulfilled.tolist(), strict=True):
        done[name] += fulfilled if task.feasible else 0
    counts = Counter(name for name, task in zip(names, tasks, strict=True) if task.feasible)
    return {name: done[name] / count for name, count in sorted(counts.items())}


def _reading(tasks: Sequence[Task], answers: Sequence[Answer]) -> dict[str, float]:
    """Share of tasks of which each figure is read exactly; a required one that the text leaves open follows from the service."""
    truths = [Figures.of(task.requirement, task.device, task.channel) for task in tasks]
    pairs = [(answer.figures, truth) for answer, truth in zip(answers, truths, strict=True)]
    names = [*(label for label, _ in NUMBERS), *(states[0].partition("=")[0] for states in STATES)]
    values = [[*(read.levels), *read.states] for read, _ in pairs], [[*(truth.levels), *truth.states] for _, truth in pairs]
    exact = np.array([[a == b for a, b in zip(*row, strict=True)] for row in zip(*values, strict=True)])
    return {**dict(zip(names, exact.mean(axis=0).tolist(), strict=True)), "all": float(exact.all(axis=1).mean())}


def _reasoning(tasks: Sequence[Task], answers: Sequence[Answer], outcomes: Outcomes) -> dict[str, float]:
    """How far the model's own arithmetic can be trusted."""
    accepted = np.array([bool(answer.trials) and answer.trials[-1].is_fulfilled for answer in answers])
    infeasible = np.array([not task.feasible for task in tasks])
    said = np.array([answer.said_infeasible for answer in answers])
    firsts = [(answer.trials[0], answer.figures.bounds) for answer in answers]
    return {
        "trials": float(np.mean([len(answer.trials) for answer in answers])),
        "accepted": float(accepted.mean()),
        "accepted_and_fulfilled": float(outcomes.fulfilled[accepted].mean()) if accepted.any() else 0.0,
        "said_infeasible_rightly": float(infeasible[said].mean()) if said.any() else 0.0,
        "infeasible_said": float(said[infeasible].mean()) if infeasible.any() else 0.0,
        "equations_true": float(np.mean([trial.is_true(bounds) for trial, bounds in firsts])),
        "tokens": float(np.mean([len(answer.tokens) for answer in answers])),
    }
