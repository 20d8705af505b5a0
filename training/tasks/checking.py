"""Check a task set: nothing leaks from one split to another, and every task says the truth about itself.

`problems_of` needs the tasks alone; `oracle_problems` searches again and compares, with the evaluator that the set was made with.
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
    """Return what is wrong with `tasks`, in one sentence each; an empty list where nothing is."""
    found = [*_doubles(tasks), *_leaks("wording", tasks), *_leaks("region", tasks)]
    return [*found, *(f"{task.id}: {problem}" for task in tasks for problem in _own_problems(task))]


def oracle_problems(
    tasks: Sequence[Task], space: ConfigurationSpace, evaluator: QosEvaluator, sample: int, seed: int
) -> list[str]:
    """Search `sample` of the tasks again; return where best reward or satisfying share differ from what is recorded."""
    chosen = random.Random(seed).sample(list(tasks), min(sample, len(tasks)))
    return [problem for task in chosen if (problem := _search_again(task, space, evaluator))]


def _search_again(task: Task, space: ConfigurationSpace, evaluator: QosEvaluator) -> str | None:
    found = survey(space, evaluator, task.device, task.channel)
    if found is None:
        return f"{task.id}: nothing that its device permits is covered on its channel"
    reward, share = found.best(task.requirement).reward, found.satisfying(task.requirement)
    if abs(reward - task.oracle.reward) > TOLERANCE:
        return f"{task.id}: the best reward is {reward:.6f}, recorded is {task.oracle.reward:.6f}"
    if abs(share - task.satisfying_share) > TOLERANCE:
        return f"{task.id}: {share:.6f} of the configurations satisfy it, recorded is {task.satisfying_share:.6f}"
    return None


def _doubles(tasks: Iterable[Task]) -> list[str]:
    counts = Counter(task.id for task in tasks)
    return [f"{name}: {count} tasks have this id" for name, count in counts.items() if count > 1]


def _leaks(kind: str, tasks: Iterable[Task]) -> list[str]:
    """Return the wordings or regions that tasks of more than one split have."""
    splits = defaultdict(set)
    for task in tasks:
        for name in task.templates if kind == "wording" else (task.region,):
            splits[name].add(task.split)
    return [f"{kind} {name} is in {', '.join(sorted(found))}" for name, found in sorted(splits.items()) if len(found) > 1]


def _own_problems(task: Task) -> Iterable[str]:
    satisfied = task.requirement.satisfied_by(task.oracle.qos)
    if satisfied != task.feasible:
        yield f"difficulty is {task.difficulty}, but the oracle {'satisfies' if satisfied else 'violates'} the requirement"
    if difficulty_of(task.satisfying_share) != task.difficulty:
        yield f"satisfying_share={task.satisfying_share} is not {task.difficulty}"
    reward = qos_reward(task.requirement, task.oracle.qos)
    if abs(reward - task.oracle.reward) > TOLERANCE:
        yield f"oracle.reward={task.oracle.reward}, equation (2) gives {reward}"
    if region_of(task.channel) != task.region:
        yield f"region={task.region}, the channel lies in {region_of(task.channel)}"
    try:
        compile_orchestration(task.oracle.orchestration, task.device)
    except OrchestrationRefused as refusal:
        yield f"the oracle's orchestration is refused: {refusal}"
