"""Queueing model of edge computing; it is not part of the ns-3 simulation, and its results are labelled accordingly.

Each server is an M/M/1 queue with processor sharing: a job of c Gcycles on a server of capacity C at load rho takes
c / C / (1 - rho) on average (Kleinrock, Queueing Systems II, section 4.4). The load is capped at `SATURATION`: real servers shed
jobs.
"""

from __future__ import annotations

from collections.abc import Iterable

from policies.gym.task_spec import TaskSpec
from twins.gym.scenario import Server

SATURATION = 0.98


def load(server: Server, tasks: Iterable[TaskSpec], extra: float = 0.0) -> float:
    """Return the share of the capacity in use, 0..SATURATION: background load, `tasks`, and `extra` (a share)."""
    demand = server.background_gcps + sum(task.demand_gcps for task in tasks)
    return min(demand / server.capacity_gcps + extra, SATURATION)


def processing_ms(server: Server, task: TaskSpec, load_share: float) -> float:
    """Return the mean time of a job of `task` on a server at `load_share` 0..SATURATION, ms."""
    return 1e3 * task.gcycles_per_job / server.capacity_gcps / (1.0 - min(load_share, SATURATION))
