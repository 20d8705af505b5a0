"""Selection of a task by its id, or by domain, tier, family and seed; every command gets its task here.

Committed tasks come first. If none of them fits, the task is drawn: a task's id holds all parameters of its draw.
"""

from __future__ import annotations

import re
from itertools import product

from policies.gym.split import SEEDS, Purpose, check_seed
from training.gym.input_error import GymInputError
from training.gym.tasks.gym_task import Domain, GymTask, Tier
from training.gym.tasks.task_set import read_tasks
from twins.gym.scenario import Family

_ID = re.compile(r"(slicing|swarm|emergency)-(\d{3})-([a-z-]+)-(L[123])-(\d{1,4})")
_DASHED = {domain.value.replace(" ", "-"): domain for domain in Domain}
_FORM = "FAMILY-SEED-DOMAIN-TIER-DRAW, such as slicing-001-network-slicing-L1-0"
MAX_DRAWS, MAX_SEEDS = 30, 5


def choose_task(
    task_id: str | None = None,
    domain: Domain | None = None,
    tier: Tier | None = None,
    seed: int | None = None,
    family: Family | None = None,
    purpose: Purpose | None = None,
) -> GymTask:
    """Return the first task that fits; without `seed` and `purpose` it is a training task. Raises GymInputError."""
    if task_id is not None:
        return _by_id(task_id)
    split = _purpose(seed, purpose)
    committed = next((task for task in read_tasks(split) if _fits(task, domain, tier, seed, family)), None)
    return committed or _first_drawn(domain, tier, seed, family, split)


def _fits(task: GymTask, domain: Domain | None, tier: Tier | None, seed: int | None, family: Family | None) -> bool:
    kind = domain in (None, task.domain) and tier in (None, task.tier)
    return kind and seed in (None, task.seed) and family in (None, task.family)


def _purpose(seed: int | None, purpose: Purpose | None) -> Purpose:
    if seed is None:
        return purpose or Purpose.TRAINING
    for candidate in (purpose,) if purpose is not None else Purpose:
        if seed in SEEDS[candidate]:
            return candidate
    if purpose is not None:
        check_seed(seed, purpose)
    raise GymInputError(f"seed={seed} does not exist: topologies 1..50 are for training, 51..80 for the benchmark")


def _by_id(task_id: str) -> GymTask:
    parts = _ID.fullmatch(task_id)
    if parts is None or parts[3] not in _DASHED:
        raise GymInputError(f"task={task_id!r} is no task's id: {_FORM}; domains: {', '.join(_DASHED)}")
    seed = int(parts[2])
    purpose = _purpose(seed, None)
    task = next((task for task in read_tasks(purpose) if task.id == task_id), None)
    task = task or _draw(_DASHED[parts[3]], Tier(parts[4]), Family(parts[1]), seed, purpose, int(parts[5]))
    if task is None:
        raise GymInputError(
            f"task={task_id!r}: this draw makes no task; try another number at its end, or choose by domain and tier"
        )
    return task


def _first_drawn(domain: Domain | None, tier: Tier | None, seed: int | None, family: Family | None, purpose: Purpose) -> GymTask:
    """Return the task of the first successful draw; parameters that are None are varied in turn."""
    seeds = [seed] if seed is not None else list(SEEDS[purpose])[:MAX_SEEDS]
    kinds = product(
        range(MAX_DRAWS),
        [domain] if domain is not None else list(Domain),
        [tier] if tier is not None else list(Tier),
        [family] if family is not None else list(Family),
        seeds,
    )
    drawn = (_draw(d, t, f, s, purpose, number) for number, d, t, f, s in kinds)
    task = next((task for task in drawn if task is not None), None)
    if task is None:
        chosen = {"domain": domain, "tier": tier, "family": family, "seed": seed}
        options = ", ".join(f"{name}={value}" for name, value in chosen.items() if value is not None)
        raise GymInputError(f"{options}: {MAX_DRAWS} draws made no such task; try another seed or family")
    return task


def _draw(domain: Domain, tier: Tier, family: Family, seed: int, purpose: Purpose, draw: int) -> GymTask | None:
    from training.gym.task_making.generation import make_task

    return make_task(domain, tier, family, seed, purpose, draw)
