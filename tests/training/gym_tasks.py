"""Tasks for tests: drawn once, from topologies for training."""

from functools import cache

from policies.gym import Purpose
from training.gym.tasks import Domain, Tier
from training.gym.tasks.generation import make_task
from twins.gym import Family


@cache
def drawn(domain=Domain.RECOVERY, tier=Tier.L2, family=Family.SWARM, count=1):
    """The first tasks that are drawn."""
    found = (make_task(domain, tier, family, seed, Purpose.TRAINING, draw) for draw in range(20) for seed in range(1, 11))
    return tuple(task for _, task in zip(range(count), (one for one in found if one is not None), strict=False))
