"""Loading of guardrails files; the error for malformed content names file, field and problem."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from policies.guardrails.guardrails import Guardrails
from policies.guardrails.rules import GuardrailRules
from policies.text.validation import first_problem

SHIPPED = Path(__file__).parent / "guardrails.toml"


class GuardrailsError(ValueError):
    """A guardrails file cannot be used; the message names file and field."""


@cache
def load_guardrails(path: Path = SHIPPED) -> Guardrails:
    """Return the guardrails of a TOML file (the shipped one by default); raises GuardrailsError."""
    try:
        return Guardrails(GuardrailRules.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))))
    except ValidationError as error:
        raise GuardrailsError(f"{path}: {first_problem(error, 'guardrails')}") from None
    except (OSError, ValueError) as error:
        raise GuardrailsError(f"{path}: {error}") from None
