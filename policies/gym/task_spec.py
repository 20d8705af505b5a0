"""A computing task of a mission: what it asks of the server, or of the UAV, that runs it."""

from __future__ import annotations

from pydantic import Field

from policies.word import Word


class TaskSpec(Word):
    """Jobs per second, each of so many Gcycles; `service` is the task behind the mission's own traffic."""

    task: str = Field(min_length=1, max_length=64, description="name of the task")
    gcycles_per_job: float = Field(gt=0.0, le=100.0, description="computing per job, Gcycle")
    jobs_per_s: float = Field(gt=0.0, le=1000.0, description="jobs per second")

    @property
    def demand_gcps(self) -> float:
        """Computing per second, Gcycle/s."""
        return self.gcycles_per_job * self.jobs_per_s
