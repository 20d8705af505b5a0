"""A status message that a UAV broadcasts to the others."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from policies.word import Word


class StatusMsg(Word):
    """The text of a status message and its severity."""

    text: str = Field(min_length=1, max_length=500)
    severity: Literal["information", "warning", "critical"] = "information"
