"""A computing task of a mission and its demand on the server or UAV that runs it."""

from __future__ import annotations

from pydantic import Field

from policies.word import Word


class TaskSpec(Word):
    """A stream of jobs of `gcycles_per_job` each; the task named `service` produces the mission's own traffic."""

    task: str = Field(min_length=1, max_length=64, description="name of the task")
    gcycles_per_job: float = Field(gt=0.0, le=100.0, description="computing per job, Gcycle")
    jobs_per_s: float = Field(gt=0.0, le=1000.0, description="jobs per second")

    @property
    def demand_gcps(self) -> float:
        """Computing demand, Gcycle/s."""
        return self.gcycles_per_job * self.jobs_per_s
