"""Generation: survey situations, draw requests for each, and select those that fill the quotas of difficulty.

1. For each split, situations are drawn in that split's regions and every permitted configuration is evaluated there (`survey`).
2. For each situation many requests are drawn; the share of configurations that satisfy a request determines its difficulty.
3. Requests are selected if their difficulty is still missing, rare services first, at most `per_situation`.
4. Oracle and description are generated for the selected requests. All draws come from the seed: the same seed, space and
   evaluator give the same tasks.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from training.tasks.oracle import Survey, survey
from training.tasks.request import Request, draw_request
from training.tasks.situation import Situation, draw_situation
from training.tasks.space import DEFAULT_SPACE, ConfigurationSpace
from training.tasks.splits import SHARES, SPLITS, Split
from training.tasks.task import DIFFICULTIES, Difficulty, Oracle, Task, difficulty_of
from training.tasks.wording import describe
from twins.link.qos import QosEvaluator
from twins.progress import Advance


class TaskShortage(RuntimeError):  # noqa: N818 - names the condition
    """The quotas could not be filled; the message names them and the remedy."""


@dataclass(frozen=True)
class TaskPlan:
    """Number of tasks and `shares` of each difficulty, the same in every split.

    At most `per_situation` tasks share a device and channel, selected from `requests_per_situation` drawn requests;
    `situations_per_task` limits the number of situations surveyed before giving up.
    """

    count: int = 2000
    seed: int = 1
    shares: dict[Difficulty, float] = field(
        default_factory=lambda: {"easy": 0.3, "medium": 0.3, "hard": 0.25, "infeasible": 0.15}
    )
    per_situation: int = 5
    requests_per_situation: int = 60
    situations_per_task: float = 3.0

    def quotas(self, split: Split) -> Counter[Difficulty]:
        """Return the number of tasks of each difficulty in `split`; they add up to its share of `count`."""
        total = round(self.count * SHARES[split])
        bounds = [0.0]
        for difficulty in DIFFICULTIES:
            bounds.append(bounds[-1] + self.shares.get(difficulty, 0.0))
        edges = [round(total * bound / bounds[-1]) for bound in bounds]
        sizes = (high - low for low, high in pairwise(edges))
        return Counter(dict(zip(DIFFICULTIES, sizes, strict=True)))


def make_tasks(
    plan: TaskPlan,
    evaluator: QosEvaluator,
    space: ConfigurationSpace = DEFAULT_SPACE,
    progress: Advance | None = None,
    splits: Sequence[Split] = SPLITS,
) -> list[Task]:
    """Return the tasks of `plan` of `splits`; calls `progress(done, total)` after each situation. Raises TaskShortage."""
    tasks: list[Task] = []
    total = sum(plan.quotas(split).total() for split in splits)
    for split in splits:
        for situation_tasks in _split_tasks(plan, split, evaluator, space):
            tasks += situation_tasks
            if progress is not None:
                progress(len(tasks), total)
    return tasks


def _split_tasks(plan: TaskPlan, split: Split, evaluator: QosEvaluator, space: ConfigurationSpace) -> Iterator[list[Task]]:
    missing = plan.quotas(split)
    service_counts: Counter[str] = Counter()
    limit = max(int(plan.situations_per_task * missing.total()), 1)
    for index in range(limit):
        if not missing.total():
            return
        situation = draw_situation(split, plan.seed, index)
        surveyed = survey(space, evaluator, situation.device, situation.channel)
        if surveyed is not None:
            rng = random.Random(f"requests/{plan.seed}/{split}/{index}")
            requests = _select(plan, rng, situation, surveyed, missing, service_counts)
            first = service_counts.total() - len(requests)
            yield [
                _task(f"{split}-{number}", split, rng, situation, surveyed, request)
                for number, request in enumerate(requests, start=first)
            ]
    if missing.total():
        shortage = ", ".join(f"{count} {difficulty}" for difficulty, count in missing.items() if count)
        raise TaskShortage(
            f"{split}: {shortage} tasks are missing after {limit} situations: request a smaller share of them or fewer tasks,"
            " or search a space that the evaluator covers"
        )


def _select(
    plan: TaskPlan,
    rng: random.Random,
    situation: Situation,
    surveyed: Survey,
    missing: Counter[Difficulty],
    service_counts: Counter[str],
) -> list[Request]:
    """Return the selected requests; updates `missing` and `service_counts`."""
    pool: dict[Difficulty, list[Request]] = {difficulty: [] for difficulty in DIFFICULTIES}
    for _ in range(plan.requests_per_situation):
        request = draw_request(rng, situation)
        candidates = pool[difficulty_of(surveyed.satisfying(request.requirement))]
        if request not in candidates:
            candidates.append(request)
    selected: list[Request] = []
    while len(selected) < plan.per_situation:
        available = [difficulty for difficulty in DIFFICULTIES if missing[difficulty] and pool[difficulty]]
        if not available:
            break
        difficulty = max(available, key=lambda candidate: missing[candidate])
        request = min(pool[difficulty], key=lambda candidate: service_counts[candidate.service.name])
        pool[difficulty].remove(request)
        missing[difficulty] -= 1
        service_counts[request.service.name] += 1
        selected.append(request)
    return selected


def _task(name: str, split: Split, rng: random.Random, situation: Situation, surveyed: Survey, request: Request) -> Task:
    share = surveyed.satisfying(request.requirement)
    best = surveyed.best(request.requirement)
    description, templates = describe(rng, split, request, situation)
    return Task(
        id=name,
        split=split,
        service=request.service.name,
        grade=request.grade.words,
        style=request.style,
        stated=request.stated,
        description=description,
        requirement=request.requirement,
        device=situation.device,
        channel=situation.channel,
        region=situation.region,
        templates=templates,
        difficulty=difficulty_of(share),
        satisfying_share=share,
        oracle=Oracle(reward=best.reward, orchestration=best.orchestration, qos=best.qos),
    )
