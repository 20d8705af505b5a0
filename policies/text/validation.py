"""Formatting of validation errors, one line per field: `field=value: problem, allowed values`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from policies.text.redaction import redacted

_MAX_VALUE_CHARACTERS = 60


class ErrorList(Protocol):
    """A pydantic `ValidationError`, or FastAPI's `RequestValidationError`."""

    def errors(self) -> Sequence[Any]:
        """Return a record per problem, with type, loc, input and msg."""


@dataclass(frozen=True)
class Problem:
    """A problem: the path `steps` to the field, pydantic's error `kind`, and the message `text`."""

    steps: tuple[str, ...]
    kind: str
    text: str


def problems_of(error: ErrorList, root: str = "value") -> tuple[Problem, ...]:
    """Return every problem in the order of the fields; `root` names the value itself in problems without a field."""
    return tuple(_problem(detail, root) for detail in error.errors())


def first_problem(error: ErrorList, root: str = "value") -> str:
    """Return the first problem as one line."""
    return problems_of(error, root)[0].text


def validation_text(error: ErrorList, root: str = "value") -> str:
    """Return every problem in one line, separated by semicolons."""
    return "; ".join(problem.text for problem in problems_of(error, root))


def _problem(detail: dict[str, Any], root: str) -> Problem:
    steps = tuple(str(step) for step in detail["loc"])
    return Problem(steps, detail["type"], _text(detail, ".".join(steps), root))


def _text(detail: dict[str, Any], field: str, root: str) -> str:
    message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] == "missing":
        return f"{field} is missing: give it"
    if detail["type"] == "json_invalid":
        return f"{root} is not JSON ({message.removeprefix('Invalid JSON: ')}): write one object and nothing else"
    if not field and detail["type"] == "value_error":
        return message  # a rule over several fields names them itself
    return f"{field or root}={_short(detail['input'])}: {message}"


def _short(value: object) -> str:
    text = redacted(repr(value))
    return text if len(text) <= _MAX_VALUE_CHARACTERS else text[: _MAX_VALUE_CHARACTERS - 3] + "..."
