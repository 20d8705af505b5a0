"""What is wrong with a value that its type refuses, in one line a field: `field=value: what is wrong, what is allowed`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

_LONGEST_VALUE = 60


class Refusal(Protocol):
    """A pydantic `ValidationError`, or FastAPI's error of a request."""

    def errors(self) -> Sequence[Any]:
        """Return one record a problem, with type, loc, input and msg."""


@dataclass(frozen=True)
class Problem:
    """One problem: the `steps` from the whole value down to the field, pydantic's `kind` of error, and the line to show."""

    steps: tuple[str, ...]
    kind: str
    text: str


def problems_of(refusal: Refusal, whole: str = "value") -> tuple[Problem, ...]:
    """Return every problem, in the order of the fields; `whole` names the value itself where no field of it is at fault."""
    return tuple(_problem(detail, whole) for detail in refusal.errors())


def first_problem(refusal: Refusal, whole: str = "value") -> str:
    """Return the first problem as one line."""
    return problems_of(refusal, whole)[0].text


def validation_text(refusal: Refusal, whole: str = "value") -> str:
    """Return every problem in one line, with semicolons between them."""
    return "; ".join(problem.text for problem in problems_of(refusal, whole))


def _problem(detail: dict[str, Any], whole: str) -> Problem:
    steps = tuple(str(step) for step in detail["loc"])
    return Problem(steps, detail["type"], _text(detail, ".".join(steps), whole))


def _text(detail: dict[str, Any], field: str, whole: str) -> str:
    message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] == "missing":
        return f"{field} is missing: give it"
    if detail["type"] == "json_invalid":
        return f"{whole} is not JSON ({message.removeprefix('Invalid JSON: ')}): write one object and nothing else"
    if not field and detail["type"] == "value_error":
        return message  # a rule over several fields names them itself
    return f"{field or whole}={_short(detail['input'])}: {message}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."
