"""Which task an episode of the gym's environments is about: drawn from what the environment was asked for, by `chance` alone.

Committed task sets come first. While there are none each draw makes its task, and is repeated where it makes none: kinds of which
drawings often make a task are met more often.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from agents.baselines.slicing_actions import only_sla
from policies.artefact import record_of
from policies.gym.split import SEEDS, Purpose
from training.gym.input_error import GymInputError
from training.gym.tasks.generation import make_task
from training.gym.tasks.gym_task import Domain, GymTask, Tier
from training.gym.tasks.task_set import path_of, read_tasks
from twins.gym.scenario import Family

DRAWS, MOST_TRIES = 4, 600


class Wanted(NamedTuple):
    """Which tasks are meant; None is any. Without `errands`, only missions that ask for an SLA and nothing else."""

    purpose: Purpose = Purpose.TRAINING
    domain: Domain | None = None
    tier: Tier | None = None
    errands: bool = True

    def fits(self, task: GymTask) -> bool:
        """Whether `task` is one of them."""
        kind = self.domain in (None, task.domain) and self.tier in (None, task.tier)
        return kind and (self.errands or only_sla(task.mission))

    @staticmethod
    def of(purpose: str, domain: str | None, tier: str | None, errands: bool) -> Wanted:
        """Read it from names; raises GymInputError naming those there are."""
        for name, value, known in (("purpose", purpose, Purpose), ("domain", domain, Domain), ("tier", tier, Tier)):
            if value is not None and value not in {one.value for one in known}:
                raise GymInputError(f"{name}={value!r} does not exist: {', '.join(one.value for one in known)}")
        return Wanted(Purpose(purpose), Domain(domain) if domain else None, Tier(tier) if tier else None, errands)


def drawn_task(chance: random.Random, wanted: Wanted) -> GymTask:
    """Return a task; raises GymInputError where there seems to be none."""
    if record_of(path_of(wanted.purpose)).exists():
        if fitting := _committed(wanted):
            return chance.choice(fitting)
    else:
        found = next((task for task in _draws(chance, wanted) if task is not None and wanted.fits(task)), None)
        if found is not None:
            return found
    asked = ", ".join(f"{name}={getattr(value, 'value', value)}" for name, value in wanted._asdict().items())
    raise GymInputError(f"no task was found for {asked}; only L1 tasks without flights ask for an SLA alone: errands=True")


@lru_cache(maxsize=32)
def _committed(wanted: Wanted) -> tuple[GymTask, ...]:
    return tuple(task for task in read_tasks(wanted.purpose) if wanted.fits(task))


def _draws(chance: random.Random, wanted: Wanted) -> Iterator[GymTask | None]:
    domains = list(Domain) if wanted.domain is None else [wanted.domain]
    tiers = list(Tier) if wanted.tier is None else [wanted.tier]
    if not wanted.errands:
        domains, tiers = [one for one in domains if one is not Domain.UAV_CONTROL], [one for one in tiers if one is Tier.L1]
    for _ in range(MOST_TRIES if domains and tiers else 0):
        drawn = chance.choice(domains), chance.choice(tiers), chance.choice(list(Family)), chance.choice(SEEDS[wanted.purpose])
        yield _made(*drawn, wanted.purpose, chance.randrange(DRAWS))


@lru_cache(maxsize=4096)
def _made(domain: Domain, tier: Tier, family: Family, seed: int, purpose: Purpose, draw: int) -> GymTask | None:
    return make_task(domain, tier, family, seed, purpose, draw)
