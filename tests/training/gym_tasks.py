"""Tasks for tests, from the committed training set, or drawn if it has too few of a kind; and a network that dies."""

from functools import cache

from policies.gym.split import Purpose
from training.gym.task_making.generation import make_task
from training.gym.tasks.gym_task import Domain, Tier
from training.gym.tasks.task_set import read_tasks
from twins.gym.packet_network import InfrastructureError
from twins.gym.scenario import Family
from twins.learned.network import LearnedNetwork


@cache
def drawn(domain=Domain.RECOVERY, tier=Tier.L2, count=1):
    """Return the first tasks of a kind."""
    tasks = [task for task in read_tasks(Purpose.TRAINING) if task.domain is domain and task.tier is tier][:count]
    fresh = (make_task(domain, tier, Family.SWARM, seed, Purpose.TRAINING, draw) for draw in range(20) for seed in range(1, 11))
    while len(tasks) < count:
        task = next(fresh)
        tasks += [] if task is None else [task]
    return tuple(tasks)


class Dying(LearnedNetwork):
    """A network whose simulator fails after `windows` windows."""

    def __init__(self, windows):
        super().__init__()
        self._left = windows

    def run(self, layout, seconds, settle_s=0.0):
        self._left -= 1
        if self._left < 0:
            raise InfrastructureError("the simulator died")
        return super().run(layout, seconds, settle_s)


def dead_network():
    """A network whose simulator dies at once, also in a worker process."""
    return Dying(0)
