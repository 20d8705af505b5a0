"""A decision and why it was taken."""

from __future__ import annotations

from pydantic import Field

from policies.word import Word


class DecisionRecord(Word):
    """What was decided, about what, and the reason."""

    subject: str = Field(min_length=1, max_length=64, description="what it is about: a UAV, a slice, a server, the mission")
    decision: str = Field(min_length=1, max_length=500)
    reason: str = Field(min_length=1, max_length=1000)
