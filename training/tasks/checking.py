"""Check a task set: no leaks between splits, and every task is consistent.

`problems_of` needs the tasks only; `oracle_problems` repeats the search with the evaluator of the set and compares.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from policies.qos_reward import qos_reward
from training.tasks.oracle import survey
from training.tasks.space import ConfigurationSpace
from training.tasks.splits import region_of
from training.tasks.task import Task, difficulty_of
from twins.link.orchestration import OrchestrationRefused, compile_orchestration
from twins.link.qos import QosEvaluator

TOLERANCE = 1e-9


def problems_of(tasks: Sequence[Task]) -> list[str]:
    """Return the problems of `tasks`, one sentence each; empty if there are none."""
    problems = [*_duplicates(tasks), *_leaks("wording", tasks), *_leaks("region", tasks)]
    return [*problems, *(f"{task.id}: {problem}" for task in tasks for problem in _inconsistencies(task))]


def oracle_problems(
    tasks: Sequence[Task], space: ConfigurationSpace, evaluator: QosEvaluator, sample: int, seed: int
) -> list[str]:
    """Repeat the search for `sample` tasks; return deviations from the recorded best reward and satisfying share."""
    selected = random.Random(seed).sample(list(tasks), min(sample, len(tasks)))
    return [problem for task in selected if (problem := _repeat_search(task, space, evaluator))]


def _repeat_search(task: Task, space: ConfigurationSpace, evaluator: QosEvaluator) -> str | None:
    surveyed = survey(space, evaluator, task.device, task.channel)
    if surveyed is None:
        return f"{task.id}: no configuration permitted by its device is covered on its channel"
    reward, share = surveyed.best(task.requirement).reward, surveyed.satisfying(task.requirement)
    if abs(reward - task.oracle.reward) > TOLERANCE:
        return f"{task.id}: the best reward is {reward:.6f}, recorded is {task.oracle.reward:.6f}"
    if abs(share - task.satisfying_share) > TOLERANCE:
        return f"{task.id}: {share:.6f} of the configurations satisfy it, recorded is {task.satisfying_share:.6f}"
    return None


def _duplicates(tasks: Iterable[Task]) -> list[str]:
    counts = Counter(task.id for task in tasks)
    return [f"{name}: {count} tasks have this id" for name, count in counts.items() if count > 1]


def _leaks(kind: str, tasks: Iterable[Task]) -> list[str]:
    """Wordings or regions that occur in more than one split."""
    splits = defaultdict(set)
    for task in tasks:
        for name in task.templates if kind == "wording" else (task.region,):
            splits[name].add(task.split)
    return [f"{kind} {name} is in {', '.join(sorted(names))}" for name, names in sorted(splits.items()) if len(names) > 1]


def _inconsistencies(task: Task) -> Iterable[str]:
    satisfied = task.requirement.satisfied_by(task.oracle.qos)
    if satisfied != task.feasible:
        yield f"difficulty is {task.difficulty}, but the oracle {'satisfies' if satisfied else 'violates'} the requirement"
    if difficulty_of(task.satisfying_share) != task.difficulty:
        yield f"satisfying_share={task.satisfying_share} is not {task.difficulty}"
    reward = qos_reward(task.requirement, task.oracle.qos)
    if abs(reward - task.oracle.reward) > TOLERANCE:
        yield f"oracle.reward={task.oracle.reward}, equation (2) gives {reward}"
    if region_of(task.channel) != task.region:
        yield f"region={task.region}, but the channel is in {region_of(task.channel)}"
    try:
        compile_orchestration(task.oracle.orchestration, task.device)
    except OrchestrationRefused as refusal:
        yield f"the oracle's orchestration is refused: {refusal}"
