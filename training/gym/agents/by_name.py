"""Agents by name: entry points of the group `twinpilot.gym_agents`, each a factory of a planner for one task.

A factory takes the task or no argument; baselines need none.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points

from agents.planner import Planner
from training.gym.input_error import GymInputError
from training.gym.tasks.gym_task import GymTask

GROUP = "twinpilot.gym_agents"


def agent_names() -> tuple[str, ...]:
    """Return the names of all registered agents."""
    return tuple(sorted({entry.name for entry in entry_points(group=GROUP)}))


def make_agent(name: str, task: GymTask) -> Planner:
    """Return the agent called `name` for one episode of `task`; raises GymInputError if it does not exist or cannot be loaded."""
    entry = next(iter(entry_points(group=GROUP, name=name)), None)
    if entry is None:
        raise GymInputError(f"agent={name!r} does not exist; there are: {', '.join(agent_names())}")
    factory = _factory(entry)
    planner: Planner = factory(task) if _takes_task(factory) else factory()
    return planner


def _factory(entry: EntryPoint) -> Callable[..., Planner]:
    try:
        factory: Callable[..., Planner] = entry.load()
    except (ImportError, AttributeError) as error:
        raise GymInputError(f"agent={entry.name!r} cannot be loaded from {entry.value}: {error}") from error
    return factory


def _takes_task(factory: Callable[..., Planner]) -> bool:
    """Whether the first parameter is the task: it has no default, or its name is `task`."""
    first = next(iter(inspect.signature(factory).parameters.values()), None)
    return first is not None and (first.default is first.empty or first.name.lstrip("_") == "task")
