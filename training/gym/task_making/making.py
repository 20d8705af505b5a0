"""Makes a task set: draws until every domain has its number of tasks of every tier, over all families and seeds in turn."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count as numbers
from itertools import product
from multiprocessing import get_context

from policies.gym.split import SEEDS, Purpose
from training.gym.task_making.similarity import Pool
from training.gym.tasks.gym_task import Domain, GymTask, Tier
from twins.gym.scenario import Family
from twins.progress import Advance
from twins.worker_process import prepare_worker

MOST_BATCHES = 60
MOST_OF_A_REPAIR = 0.5  # of a domain's tasks of a tier, where there are several ways to repair
_VARIED = (Domain.SLICING, Domain.RECOVERY, Domain.COORDINATION)
BASELINES = ("threshold-rule", "mape-k", "drl-slicing")
Drawn = tuple[Domain, Tier, Family, int, Purpose, int]


@dataclass(frozen=True)
class Plan:
    """How many tasks of each tier in each domain: seed 001's mix is 30 % L1, 45 % L2, 25 % L3."""

    purpose: Purpose
    of_tier: dict[Tier, int]


BENCHMARK = Plan(Purpose.BENCHMARK, {Tier.L1: 95, Tier.L2: 140, Tier.L3: 80})
TRAINING = Plan(Purpose.TRAINING, {Tier.L1: 36, Tier.L2: 54, Tier.L3: 30})


def make_tasks(plan: Plan, known: list[str], workers: int, progress: Advance) -> tuple[list[GymTask], int]:
    """Return the tasks, and how many were left out since every baseline solves them: those of the benchmark must not be so easy.

    None is worded too much like another or like one of the texts `known`.
    """
    pool, tasks, left_out = Pool(known), list[GymTask](), 0
    cells = list(product(Domain, plan.of_tier))
    wanted = sum(plan.of_tier[tier] for _, tier in cells)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=prepare_worker) as workers_:
        for domain, tier in cells:
            of_cell: list[GymTask] = []
            repairs = Counter[tuple[str, ...]]()
            most = math.ceil(plan.of_tier[tier] * MOST_OF_A_REPAIR) if domain in _VARIED else plan.of_tier[tier]
            for draws in _batches(plan.purpose, domain, tier, size=min(60, 6 * plan.of_tier[tier])):
                for task, easy in workers_.map(_make, draws, chunksize=6):
                    left_out += easy
                    if task is None or len(of_cell) >= plan.of_tier[tier] or repairs[task.repair] >= most:
                        continue
                    if pool.admits(task.text):
                        of_cell.append(task)
                        repairs[task.repair] += 1
                progress(len(tasks) + len(of_cell), wanted)
                if len(of_cell) >= plan.of_tier[tier]:
                    break
            tasks += of_cell
    return tasks, left_out


def scaled(plan: Plan, share: float) -> Plan:
    """A plan of `share` of the tasks, one of a kind at least."""
    return Plan(plan.purpose, {tier: max(round(count * share), 1) for tier, count in plan.of_tier.items()})


def _batches(purpose: Purpose, domain: Domain, tier: Tier, size: int) -> Iterator[list[Drawn]]:
    every = ((domain, tier, family, seed, purpose, draw) for draw in numbers() for seed in SEEDS[purpose] for family in Family)
    for _ in range(MOST_BATCHES):
        yield [next(every) for _ in range(size)]


def _make(drawn: Drawn) -> tuple[GymTask | None, bool]:
    """The task that `drawn` makes, if any; and whether it is left out, for it is too easy."""
    from training.gym.task_making.generation import make_task

    task = make_task(*drawn)
    easy = task is not None and task.purpose is Purpose.BENCHMARK and is_easy(task)
    return (None, True) if easy else (task, False)


def is_easy(task: GymTask) -> bool:
    """Whether every baseline solves it."""
    from training.gym.agents.by_name import make_agent
    from training.gym.episodes.runner import Runner

    runner = Runner()
    return all(runner.run(task, make_agent(name, task)).success for name in BASELINES)
