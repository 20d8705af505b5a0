"""Makes a task set: draws, over all families and seeds in turn, until every domain has its number of tasks of every tier."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count as numbers
from itertools import product

from policies.gym.split import SEEDS, Purpose
from training.gym.task_making.similarity import Pool
from training.gym.tasks.gym_task import Domain, GymTask, Tier
from twins.gym.scenario import Family
from twins.progress import Advance
from twins.worker_process import worker_pool

MAX_BATCHES = 60
MAX_REPAIR_SHARE = 0.5  # of a domain's tasks of a tier that may have the same repair, if several are possible
_VARIED = (Domain.SLICING, Domain.RECOVERY, Domain.COORDINATION)
BASELINES = ("threshold-rule", "mape-k", "drl-slicing")
Draw = tuple[Domain, Tier, Family, int, Purpose, int]


@dataclass(frozen=True)
class Plan:
    """Number of tasks of each tier in each domain; the mix of seed 001 is 30 % L1, 45 % L2, 25 % L3."""

    purpose: Purpose
    of_tier: dict[Tier, int]


BENCHMARK = Plan(Purpose.BENCHMARK, {Tier.L1: 95, Tier.L2: 140, Tier.L3: 80})
TRAINING = Plan(Purpose.TRAINING, {Tier.L1: 36, Tier.L2: 54, Tier.L3: 30})


def make_tasks(plan: Plan, existing: list[str], workers: int, progress: Advance) -> tuple[list[GymTask], int]:
    """Return the tasks, and the number of benchmark tasks that were discarded because every baseline solves them.

    No text is too similar to another one or to one of the texts `existing`.
    """
    texts, tasks, easy_tasks = Pool(existing), list[GymTask](), 0
    kinds = list(product(Domain, plan.of_tier))
    total = sum(plan.of_tier[tier] for _, tier in kinds)
    with worker_pool(workers) as pool:
        for domain, tier in kinds:
            group = _Group(plan.of_tier[tier], domain in _VARIED)
            for draws in _batches(plan.purpose, domain, tier, size=min(60, 6 * group.size)):
                for task, easy in pool.map(_make, draws, chunksize=6):
                    easy_tasks += easy
                    if task is not None and group.has_room_for(task) and texts.admits(task.text):
                        group.add(task)
                progress(len(tasks) + len(group.tasks), total)
                if len(group.tasks) >= group.size:
                    break
            tasks += group.tasks
    return tasks, easy_tasks


class _Group:
    """The tasks of one domain and tier, `size` of them; if `varied`, no repair may make up more than its maximum share."""

    def __init__(self, size: int, varied: bool) -> None:
        self.size, self.tasks = size, list[GymTask]()
        self._max_per_repair = math.ceil(size * MAX_REPAIR_SHARE) if varied else size
        self._repairs = Counter[tuple[str, ...]]()

    def has_room_for(self, task: GymTask) -> bool:
        return len(self.tasks) < self.size and self._repairs[task.repair] < self._max_per_repair

    def add(self, task: GymTask) -> None:
        self.tasks.append(task)
        self._repairs[task.repair] += 1


def scaled(plan: Plan, share: float) -> Plan:
    """Return a plan with `share` of the tasks, at least one of each kind."""
    return Plan(plan.purpose, {tier: max(round(count * share), 1) for tier, count in plan.of_tier.items()})


def _batches(purpose: Purpose, domain: Domain, tier: Tier, size: int) -> Iterator[list[Draw]]:
    draws = ((domain, tier, family, seed, purpose, draw) for draw in numbers() for seed in SEEDS[purpose] for family in Family)
    for _ in range(MAX_BATCHES):
        yield [next(draws) for _ in range(size)]


def _make(draw: Draw) -> tuple[GymTask | None, bool]:
    """The task of `draw`, if any, and whether it was discarded as too easy."""
    from training.gym.task_making.generation import make_task

    task = make_task(*draw)
    easy = task is not None and task.purpose is Purpose.BENCHMARK and is_easy(task)
    return (None, True) if easy else (task, False)


def is_easy(task: GymTask) -> bool:
    """Whether every baseline solves `task`."""
    from training.gym.agents.by_name import make_agent
    from training.gym.episodes.runner import Runner

    runner = Runner()
    return all(runner.run(task, make_agent(name, task)).success for name in BASELINES)
