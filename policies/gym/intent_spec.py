"""What an operator wants of a mission's service: the words, and the bounds they mean."""

from __future__ import annotations

from pydantic import Field

from policies.gym.network_state import SlaSpec
from policies.word import Word


class IntentSpec(Word):
    """An intent in words with its SLA."""

    text: str = Field(min_length=1, max_length=1000)
    sla: SlaSpec
