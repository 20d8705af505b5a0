"""An operator's intent for a mission's service: its text and the bounds it states."""

from __future__ import annotations

from pydantic import Field

from policies.gym.network_state import SlaSpec
from policies.word import Word


class IntentSpec(Word):
    """The text of an intent and its SLA."""

    text: str = Field(min_length=1, max_length=1000)
    sla: SlaSpec
