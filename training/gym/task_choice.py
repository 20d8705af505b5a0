"""Which task is meant: by its id, or by domain, tier, family and seed. The one place where commands get tasks from.

Committed tasks come first. What none of them is gets drawn anew: a task's id says everything that it is drawn from.
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
MOST_DRAWS, MOST_SEEDS = 30, 5


def chosen_task(
    task_id: str | None = None,
    domain: Domain | None = None,
    tier: Tier | None = None,
    seed: int | None = None,
    family: Family | None = None,
    purpose: Purpose | None = None,
) -> GymTask:
    """Return the first task that fits; what is left open may be any, but for training. Raises GymInputError."""
    if task_id is not None:
        return _by_id(task_id)
    meant = _purpose(seed, purpose)
    found = next((one for one in read_tasks(meant) if _fits(one, domain, tier, seed, family)), None)
    return found or _drawn(domain, tier, seed, family, meant)


def _fits(one: GymTask, domain: Domain | None, tier: Tier | None, seed: int | None, family: Family | None) -> bool:
    return domain in (None, one.domain) and tier in (None, one.tier) and seed in (None, one.seed) and family in (None, one.family)


def _purpose(seed: int | None, purpose: Purpose | None) -> Purpose:
    if seed is None:
        return purpose or Purpose.TRAINING
    for one in (purpose,) if purpose is not None else Purpose:
        if seed in SEEDS[one]:
            return one
    if purpose is not None:
        check_seed(seed, purpose)
    raise GymInputError(f"seed={seed} does not exist: topologies 1..50 are for training, 51..80 for the benchmark")


def _by_id(task_id: str) -> GymTask:
    parts = _ID.fullmatch(task_id)
    if parts is None or parts[3] not in _DASHED:
        raise GymInputError(f"task={task_id!r} is no task's id: {_FORM}; domains: {', '.join(_DASHED)}")
    seed = int(parts[2])
    purpose = _purpose(seed, None)
    found = next((one for one in read_tasks(purpose) if one.id == task_id), None)
    found = found or _made(_DASHED[parts[3]], Tier(parts[4]), Family(parts[1]), seed, purpose, int(parts[5]))
    if found is None:
        raise GymInputError(
            f"task={task_id!r}: this draw makes no task; try another number at its end, or no id but domain and tier"
        )
    return found


def _drawn(domain: Domain | None, tier: Tier | None, seed: int | None, family: Family | None, purpose: Purpose) -> GymTask:
    """The first task that a draw makes; draws of every kind that is left open take turns."""
    seeds = [seed] if seed is not None else list(SEEDS[purpose])[:MOST_SEEDS]
    kinds = product(
        range(MOST_DRAWS),
        [domain] if domain is not None else list(Domain),
        [tier] if tier is not None else list(Tier),
        [family] if family is not None else list(Family),
        seeds,
    )
    made = (_made(about, long, kind, one, purpose, draw) for draw, about, long, kind, one in kinds)
    found = next((one for one in made if one is not None), None)
    if found is None:
        asked = {"domain": domain, "tier": tier, "family": family, "seed": seed}
        said = ", ".join(f"{name}={value}" for name, value in asked.items() if value is not None)
        raise GymInputError(f"{said}: {MOST_DRAWS} draws made no such task; try another seed or family")
    return found


def _made(domain: Domain, tier: Tier, family: Family, seed: int, purpose: Purpose, draw: int) -> GymTask | None:
    from training.gym.task_making.generation import make_task

    return make_task(domain, tier, family, seed, purpose, draw)
