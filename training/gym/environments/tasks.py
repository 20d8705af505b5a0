"""The task of an episode of the gym's environments: drawn at random from the committed tasks that pass a filter."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import NamedTuple

from agents.baselines.notes import only_sla
from policies.gym.split import Purpose
from training.gym.input_error import GymInputError
from training.gym.tasks.gym_task import Domain, GymTask, Tier
from training.gym.tasks.task_set import read_tasks


class TaskFilter(NamedTuple):
    """Selects tasks; None accepts any value. Without `errands`, only missions whose sole goal is an SLA."""

    purpose: Purpose = Purpose.TRAINING
    domain: Domain | None = None
    tier: Tier | None = None
    errands: bool = True

    def fits(self, task: GymTask) -> bool:
        """Whether the filter accepts `task`."""
        kind = self.domain in (None, task.domain) and self.tier in (None, task.tier)
        return kind and (self.errands or only_sla(task.mission))

    @staticmethod
    def parse(purpose: str, domain: str | None, tier: str | None, errands: bool) -> TaskFilter:
        """Return the filter of these names; raises GymInputError, with the valid names, for one that does not exist."""
        for name, value, enum in (("purpose", purpose, Purpose), ("domain", domain, Domain), ("tier", tier, Tier)):
            if value is not None and value not in {member.value for member in enum}:
                raise GymInputError(f"{name}={value!r} does not exist: {', '.join(member.value for member in enum)}")
        return TaskFilter(Purpose(purpose), Domain(domain) if domain else None, Tier(tier) if tier else None, errands)


def draw_task(rng: random.Random, task_filter: TaskFilter) -> GymTask:
    """Return a committed task; raises GymInputError if none fits, ArtefactError if the task set does not match its record."""
    candidates = _committed(task_filter)
    if candidates:
        return rng.choice(candidates)
    options = ", ".join(f"{name}={getattr(value, 'value', value)}" for name, value in task_filter._asdict().items())
    raise GymInputError(f"no task fits {options}; only L1 tasks without flights have an SLA as sole goal: try errands=True")


@lru_cache(maxsize=32)
def _committed(task_filter: TaskFilter) -> tuple[GymTask, ...]:
    return tuple(task for task in read_tasks(task_filter.purpose) if task_filter.fits(task))
