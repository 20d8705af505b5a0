"""Generation: situations are surveyed once, requests are drawn on each, and those are kept that fill the quotas of difficulty.

1. For each split, situations are drawn in that split's regions and every permitted configuration is evaluated there (`survey`).
2. On each situation many requests are drawn; the share of configurations that satisfies one is its difficulty.
3. Requests are kept where their difficulty is still wanted, rare services first, at most `per_situation`.
4. The oracle's answer and the words are made for what is kept. All draws come from the seed: the same seed, space and evaluator
   give the same tasks.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from training.tasks.oracle import Survey, survey
from training.tasks.request import Request, draw_request
from training.tasks.situation import Situation, draw_situation
from training.tasks.space import DEFAULT_SPACE, ConfigurationSpace
from training.tasks.splits import SHARES, SPLITS, Split
from training.tasks.task import DIFFICULTIES, Difficulty, Oracle, Task, difficulty_of
from training.tasks.wording import describe
from twins.link.qos import QosEvaluator
from twins.progress import Advance


class TaskShortage(RuntimeError):  # noqa: N818 - too few tasks were found
    """The quotas could not be filled; the message says which and what to do."""


@dataclass(frozen=True)
class TaskPlan:
    """How many tasks and how difficult: `shares` of each difficulty, alike in every split.

    `per_situation` tasks at most share a device and channel; `requests_per_situation` are drawn to choose them from;
    `situations_per_task` bounds how many situations are surveyed before the plan is given up.
    """

    count: int = 2000
    seed: int = 1
    shares: dict[Difficulty, float] = field(
        default_factory=lambda: {"easy": 0.3, "medium": 0.3, "hard": 0.25, "infeasible": 0.15}
    )
    per_situation: int = 5
    requests_per_situation: int = 60
    situations_per_task: float = 3.0

    def wanted(self, split: Split) -> Counter[Difficulty]:
        """Return how many tasks of each difficulty `split` gets; they add up to its share of `count`."""
        total = round(self.count * SHARES[split])
        bounds = [0.0]
        for difficulty in DIFFICULTIES:
            bounds.append(bounds[-1] + self.shares.get(difficulty, 0.0))
        edges = [round(total * bound / bounds[-1]) for bound in bounds]
        return Counter({one: high - low for one, low, high in zip(DIFFICULTIES, edges[:-1], edges[1:], strict=True)})


def make_tasks(
    plan: TaskPlan, evaluator: QosEvaluator, space: ConfigurationSpace = DEFAULT_SPACE, progress: Advance | None = None
) -> list[Task]:
    """Return the tasks of `plan`, by split; `progress(done, wanted)` after each situation. Raises TaskShortage."""
    tasks: list[Task] = []
    total = sum(sum(plan.wanted(split).values()) for split in SPLITS)
    for split in SPLITS:
        for few in _split_tasks(plan, split, evaluator, space):
            tasks += few
            if progress is not None:
                progress(len(tasks), total)
    return tasks


def _split_tasks(plan: TaskPlan, split: Split, evaluator: QosEvaluator, space: ConfigurationSpace) -> Iterator[list[Task]]:
    missing = plan.wanted(split)
    seen: Counter[str] = Counter()
    limit = max(int(plan.situations_per_task * missing.total()), 1)
    for index in range(limit):
        if not missing.total():
            return
        situation = draw_situation(split, plan.seed, index)
        found = survey(space, evaluator, situation.device, situation.channel)
        if found is not None:
            chance = random.Random(f"requests/{plan.seed}/{split}/{index}")
            kept = _keep(plan, chance, situation, found, missing, seen)
            yield [
                _task(f"{split}-{seen.total() - len(kept) + at}", split, chance, situation, found, one)
                for at, one in enumerate(kept)
            ]
    if missing.total():
        lacking = ", ".join(f"{count} {difficulty}" for difficulty, count in missing.items() if count)
        raise TaskShortage(
            f"{split}: {lacking} tasks are missing after {limit} situations: ask for a smaller share of them or for fewer"
            " tasks, or search a space that the evaluator covers"
        )


def _keep(
    plan: TaskPlan, chance: random.Random, situation: Situation, found: Survey, missing: Counter[Difficulty], seen: Counter[str]
) -> list[Request]:
    """Return the requests to keep; counts them off `missing` and onto `seen` services."""
    pool: dict[Difficulty, list[Request]] = {difficulty: [] for difficulty in DIFFICULTIES}
    for _ in range(plan.requests_per_situation):
        request = draw_request(chance, situation)
        same = pool[difficulty_of(found.satisfying(request.requirement))]
        if request not in same:
            same.append(request)
    kept: list[Request] = []
    while len(kept) < plan.per_situation:
        wanted = [difficulty for difficulty in DIFFICULTIES if missing[difficulty] and pool[difficulty]]
        if not wanted:
            break
        difficulty = max(wanted, key=lambda one: missing[one])
        request = min(pool[difficulty], key=lambda one: seen[one.service.name])
        pool[difficulty].remove(request)
        missing[difficulty] -= 1
        seen[request.service.name] += 1
        kept.append(request)
    return kept


def _task(name: str, split: Split, chance: random.Random, situation: Situation, found: Survey, request: Request) -> Task:
    share = found.satisfying(request.requirement)
    best = found.best(request.requirement)
    description, templates = describe(chance, split, request, situation)
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
