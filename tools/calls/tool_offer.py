"""A tool offer: what a decider is told of a tool that it may call."""

from __future__ import annotations

from typing import Any

from policies.word import Word


class ToolOffer(Word):
    """A tool that the decider may call, as its schema."""

    name: str
    effect: str
    description: str
    input_schema: dict[str, Any]
