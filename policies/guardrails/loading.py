"""Loading of guardrails files; the error for malformed content names file, field and problem."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from policies.guardrails.guardrails import Guardrails
from policies.guardrails.rules import GuardrailRules

SHIPPED = Path(__file__).parent / "guardrails.toml"


class GuardrailsError(ValueError):
    """A guardrails file cannot be used; the message names file and field."""


@cache
def load_guardrails(path: Path = SHIPPED) -> Guardrails:
    """Return the guardrails of a TOML file (the shipped one by default); raises GuardrailsError."""
    try:
        return Guardrails(GuardrailRules.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))))
    except ValidationError as error:
        detail = error.errors()[0]
        field = ".".join(str(step) for step in detail["loc"])
        raise GuardrailsError(f"{path}: {field}={detail['input']!r}: {detail['msg']}") from None
    except (OSError, ValueError) as error:
        raise GuardrailsError(f"{path}: {error}") from None
