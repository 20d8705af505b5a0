"""A planner's decision as a run records it. What the harness adds to it cannot be stated by a planner."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agents.planner import Ask, CallTools, Escalate, Finish, Propose, Restrict, Tell, Understand
from harness.records.failure import RunBoundary


class RecordedEscalation(Escalate):
    """An escalation; `boundary` is set if the harness escalated because the planner failed, None if the planner did."""

    boundary: RunBoundary | None = None


RecordedDecision = Annotated[
    Understand | CallTools | Tell | Propose | Ask | Restrict | Finish | RecordedEscalation, Field(discriminator="kind")
]
