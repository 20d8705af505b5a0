"""What a UAV tells the others."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from policies.word import Word


class StatusMsg(Word):
    """A status in words, and how much it matters."""

    text: str = Field(min_length=1, max_length=500)
    severity: Literal["information", "warning", "critical"] = "information"
