"""Loading of guardrails files; the error for malformed content names file, field and problem."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from policies.guardrails.guardrails import Guardrails
from policies.guardrails.rules import GuardrailRules
from policies.text.validation import first_problem

SHIPPED = Path(__file__).parent / "guardrails.toml"


class GuardrailsError(ValueError):
    """A guardrails file cannot be used; the message names file and field."""


def load_guardrails(path: Path = SHIPPED) -> Guardrails:
    """Return the guardrails of a TOML file as it is now (the shipped one by default); raises GuardrailsError."""
    try:
        text = path.read_text(encoding="utf-8")
        return Guardrails(_rules(text), path)
    except ValidationError as error:
        raise GuardrailsError(f"{path}: {first_problem(error, 'guardrails')}") from None
    except (OSError, ValueError) as error:
        raise GuardrailsError(f"{path}: {error}") from None


def reloaded(guardrails: Guardrails) -> Guardrails:
    """Return guardrails as their file says now: a freeze or a protection may have come since. Raises GuardrailsError."""
    return guardrails if guardrails.path is None else load_guardrails(guardrails.path)


@lru_cache(maxsize=8)
def _rules(text: str) -> GuardrailRules:
    return GuardrailRules.model_validate(tomllib.loads(text))
