"""Which task an episode of the gym's environments is about: drawn from what the environment was asked for.

The draw depends on `chance` alone. Until task sets are committed each draw makes its task (`make_task`), some of which are none:
they are drawn again; domains and tiers of which drawings often make a task are met more often.
"""

from __future__ import annotations

import random
from functools import lru_cache

from agents.baselines.mission_brief import only_sla
from policies.gym.split import SEEDS, Purpose
from training.gym.tasks.generation import make_task
from training.gym.tasks.gym_task import Domain, GymTask, Tier
from twins.gym.scenario import Family

DRAWS, MOST_TRIES = 4, 600


def drawn_task(chance: random.Random, purpose: Purpose, domain: Domain | None, tier: Tier | None, errands: bool) -> GymTask:
    """Return a task; without `errands` one whose mission is an SLA alone. Raises ValueError where there seems to be none."""
    domains = list(Domain) if domain is None else [domain]
    tiers = list(Tier) if tier is None else [tier]
    if not errands:
        domains, tiers = [one for one in domains if one is not Domain.UAV_CONTROL], [one for one in tiers if one is Tier.L1]
    for _ in range(MOST_TRIES if domains and tiers else 0):
        drawn = chance.choice(domains), chance.choice(tiers), chance.choice(list(Family)), chance.choice(SEEDS[purpose])
        task = _made(*drawn, purpose, chance.randrange(DRAWS))
        if task is not None and (errands or only_sla(task.mission)):
            return task
    asked = f"purpose={purpose.value}, domain={domain and domain.value}, tier={tier and tier.value}, errands={errands}"
    raise ValueError(f"no task was found for {asked}; only L1 tasks without flights ask for an SLA alone: give errands=True")


@lru_cache(maxsize=4096)
def _made(domain: Domain, tier: Tier, family: Family, seed: int, purpose: Purpose, draw: int) -> GymTask | None:
    return make_task(domain, tier, family, seed, purpose, draw)
