"""Which task an episode of the gym's environments is about: one of the committed, drawn by `chance` alone."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import NamedTuple

from agents.baselines.notes import only_sla
from policies.gym.split import Purpose
from training.gym.input_error import GymInputError
from training.gym.tasks.gym_task import Domain, GymTask, Tier
from training.gym.tasks.task_set import read_tasks


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
    """Return a committed task; raises GymInputError where there is none, ArtefactError where the set is not its record's."""
    fitting = _committed(wanted)
    if fitting:
        return chance.choice(fitting)
    asked = ", ".join(f"{name}={getattr(value, 'value', value)}" for name, value in wanted._asdict().items())
    raise GymInputError(f"no task was found for {asked}; only L1 tasks without flights ask for an SLA alone: errands=True")


@lru_cache(maxsize=32)
def _committed(wanted: Wanted) -> tuple[GymTask, ...]:
    return tuple(task for task in read_tasks(wanted.purpose) if wanted.fits(task))
