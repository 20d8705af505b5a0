"""A tool offer: the description of a tool that a decider may call."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic import BaseModel

from policies.word import Word
from tools.contract import Tool


class ToolOffer(Word):
    """Name, effect, description and input schema of a tool that the decider may call."""

    name: str
    effect: str
    description: str
    input_schema: dict[str, Any]

    @classmethod
    def of(cls, tool: Tool[Any, Any]) -> ToolOffer:
        """Return the offer of a tool."""
        request: type[BaseModel] = tool.request
        schema = _input_schema(request)
        return cls(name=tool.name, effect=tool.effect.value, description=tool.description, input_schema=schema)


def offers_of(tools: Iterable[Tool[Any, Any]]) -> tuple[ToolOffer, ...]:
    """Return the offers of `tools`, such as a registry, in their order."""
    return tuple(ToolOffer.of(tool) for tool in tools)


@cache
def _input_schema(request: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a tool's arguments; cached, since offers are built at each decision."""
    return request.model_json_schema()
