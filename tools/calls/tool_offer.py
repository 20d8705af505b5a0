"""A tool offer: what a decider is told of a tool that it may call."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class ToolOffer(BaseModel):
    """A tool that the decider may call, as its schema."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    effect: str
    description: str
    input_schema: dict[str, Any]
