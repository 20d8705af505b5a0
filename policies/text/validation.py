"""Formatting of validation errors, one line per problem: `field=value: what is wrong, what is allowed`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

_LONGEST_VALUE = 60


class ErrorList(Protocol):
    """A pydantic `ValidationError`, or FastAPI's request validation error."""

    def errors(self) -> Sequence[Any]:
        """Return a record per problem, with type, loc, input and msg."""


@dataclass(frozen=True)
class Problem:
    """A problem: the `steps` from the root value to the field, pydantic's error type as `kind`, and the line to show."""

    steps: tuple[str, ...]
    kind: str
    text: str


def problems_of(error: ErrorList, root: str = "value") -> tuple[Problem, ...]:
    """Return all problems, in the order of the fields; `root` is the name of the value itself, for problems without a field."""
    return tuple(_problem(detail, root) for detail in error.errors())


def first_problem(error: ErrorList, root: str = "value") -> str:
    """Return the first problem as one line."""
    return problems_of(error, root)[0].text


def validation_text(error: ErrorList, root: str = "value") -> str:
    """Return all problems in one line, separated by semicolons."""
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
        return message  # the message of a rule over several fields names them
    return f"{field or root}={_short(detail['input'])}: {message}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."
