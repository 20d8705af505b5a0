"""The view's observations as plain values: which calls were answered, and what the answers hold.

What a tool returned is data: fields are taken by name and type, text in them is never interpreted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall


def answers_of(observations: Iterable[Observation], tool: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield (arguments, value) of each successful call of `tool`, oldest first."""
    for one in observations:
        if one.call.tool == tool and one.evidence is not None and isinstance(one.evidence.get("value"), dict):
            yield one.call.arguments, one.evidence["value"]


def latest(observations: Iterable[Observation], tool: str) -> dict[str, Any] | None:
    """Return the value of the newest successful call of `tool`."""
    return next((value for _, value in reversed(list(answers_of(observations, tool)))), None)


def rows_of(observations: Iterable[Observation], tool: str, field: str) -> Iterator[dict[str, Any]]:
    """Yield the records in list `field` of every successful call of `tool`."""
    for _, value in answers_of(observations, tool):
        for row in value.get(field) or ():
            if isinstance(row, dict):
                yield row


def attempts(observations: Iterable[Observation], call: ToolCall) -> list[Observation]:
    """Return the observations of calls with the same tool and arguments."""
    return [one for one in observations if one.call.tool == call.tool and one.call.arguments == call.arguments]


def warnings_of(observations: Iterable[Observation]) -> list[str]:
    """Return each warning that came with evidence, once, with the tool that gave it."""
    notes = []
    for one in observations:
        for warning in (one.evidence or {}).get("warnings") or ():
            notes.append(f"{one.call.tool}: {warning}")
    return list(dict.fromkeys(notes))
