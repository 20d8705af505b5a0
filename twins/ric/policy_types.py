"""The A1 policy types that the embedded near-RT RIC offers, with their JSON schemas.

Source of the structure: O-RAN.WG2.A1TD (slice SLA target, traffic steering preference). The files `data/*.json` hold the type id,
the type's number in the OSC dialect, and the JSON Schema (draft-07) of its policies.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

_DATA = Path(__file__).parent / "data"

STATUS_SCHEMA: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "description": "Whether the near-RT RIC enforces the policy and, where it does not, why.",
    "type": "object",
    "required": ["enforceStatus"],
    "additionalProperties": False,
    "properties": {
        "enforceStatus": {"enum": ["ENFORCED", "NOT_ENFORCED"]},
        "enforceReason": {"enum": ["SCOPE_NOT_APPLICABLE", "STATEMENT_NOT_APPLICABLE", "OTHER_REASON"]},
    },
}


@dataclass(frozen=True)
class PolicyType:
    """A policy type: id in A1-P, number in the OSC dialect, description, JSON schema of its policies."""

    id: str
    number: int
    description: str
    schema: dict[str, Any]

    def objections(self, body: dict[str, Any]) -> list[str]:
        """Return one line for each violation of the schema by `body`."""
        errors = sorted(Draft7Validator(self.schema).iter_errors(body), key=lambda error: list(map(str, error.path)))
        return [f"{'/'.join(map(str, error.path)) or 'policy'}: {error.message}" for error in errors]


@cache
def policy_types() -> dict[str, PolicyType]:
    """Return the offered policy types by id."""
    types = [PolicyType(**json.loads(path.read_text(encoding="utf-8"))) for path in sorted(_DATA.glob("*.json"))]
    return {policy_type.id: policy_type for policy_type in types}
