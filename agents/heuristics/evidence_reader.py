"""The view's observations as typed values: which calls were answered, and with what.

Tool results are data: they are validated into the tool's value type, and text in them is never interpreted. Malformed evidence
(of a tool with the same name in another registry, or from a damaged file) is skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from pydantic import BaseModel

from agents.heuristics.value_cache import ValueCache
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.contract import Tool

Request = TypeVar("Request", bound=BaseModel)
Value = TypeVar("Value", bound=BaseModel)

_CACHE = ValueCache()


def values_of(observations: Iterable[Observation], tool: Tool[Request, Value]) -> Iterator[Value]:
    """Yield the value of each successful call of `tool`, oldest first."""
    for observation in observations:
        if (value := _value(observation, tool)) is not None:
            yield value


def answers_of(observations: Iterable[Observation], tool: Tool[Request, Value]) -> Iterator[tuple[Request, Value]]:
    """Yield (request, value) of each successful call of `tool`, oldest first."""
    for observation in observations:
        value = _value(observation, tool)
        request = None if value is None else _CACHE.read(tool.request, observation.call.arguments)
        if value is not None and request is not None:
            yield request, value


def latest(observations: Iterable[Observation], tool: Tool[Request, Value]) -> Value | None:
    """Return the value of the newest successful call of `tool`."""
    return next(values_of(reversed(tuple(observations)), tool), None)


def answer_to(observations: Iterable[Observation], tool: Tool[Request, Value], call: ToolCall) -> Value | None:
    """Return the value of the newest successful call of `tool` with the arguments of `call`."""
    return latest(attempts(observations, call), tool)


def _value(observation: Observation, tool: Tool[Request, Value]) -> Value | None:
    raw = None if observation.evidence is None else observation.evidence.get("value")
    if observation.call.tool != tool.name or not isinstance(raw, dict):
        return None
    return _CACHE.read(tool.value, raw)


def attempts(observations: Iterable[Observation], call: ToolCall) -> list[Observation]:
    """Return the observations of calls with the same tool and arguments."""
    return [
        observation
        for observation in observations
        if observation.call.tool == call.tool and observation.call.arguments == call.arguments
    ]


def warnings_of(observations: Iterable[Observation]) -> list[str]:
    """Return the distinct warnings of the evidence, each with the name of its tool."""
    warnings = [
        f"{observation.call.tool}: {warning}"
        for observation in observations
        for warning in (observation.evidence or {}).get("warnings") or ()
    ]
    return list(dict.fromkeys(warnings))
