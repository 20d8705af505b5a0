"""A recorded decision with its reason."""

from __future__ import annotations

from pydantic import Field

from policies.word import Word


class DecisionRecord(Word):
    """The subject, the decision and its reason."""

    subject: str = Field(min_length=1, max_length=64, description="subject: a UAV, a slice, a server, the mission")
    decision: str = Field(min_length=1, max_length=500)
    reason: str = Field(min_length=1, max_length=1000)
