"""Validation of policies against the peer's type schema, in the JSON Schema dialect that the schema declares."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft4Validator, Draft6Validator, Draft7Validator, Draft201909Validator, Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry
from referencing.exceptions import Unresolvable

from policies.violation import Violation
from tools.oran.peer import PeerError

_DRAFT_07 = "http://json-schema.org/draft-07/schema"
_DIALECTS: dict[str, Any] = {
    "http://json-schema.org/draft-04/schema": Draft4Validator,
    "http://json-schema.org/draft-06/schema": Draft6Validator,
    _DRAFT_07: Draft7Validator,
    "https://json-schema.org/draft/2019-09/schema": Draft201909Validator,
    "https://json-schema.org/draft/2020-12/schema": Draft202012Validator,
}


def policy_violations(policy_type: str, schema: dict[str, Any], body: dict[str, Any]) -> list[Violation]:
    """Return the violations of `schema` by `body` (draft-04 to 2020-12 by its `$schema`; default: A1's draft-07).

    Remote `$ref`s are not fetched. Raises PeerError if the peer's schema cannot be used.
    """
    validator_class = _validator(policy_type, schema)
    try:
        validator_class.check_schema(schema)
        errors = list(validator_class(schema, registry=Registry()).iter_errors(body))
    except (SchemaError, Unresolvable, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise PeerError(f"schema of A1 policy type {policy_type} cannot be used: {reason}; report it to the vendor") from None
    return [
        Violation(
            field="/".join(map(str, error.absolute_path)) or "policy",
            value=" ".join(repr(error.instance).split())[:120],
            allowed=" ".join(error.message.split())[:300],
            source=f"schema of A1 policy type {policy_type}, fetched from the peer",
            remedy="correct the field",
        )
        for error in sorted(errors, key=lambda error: [str(step) for step in error.absolute_path])
    ]


def _validator(policy_type: str, schema: dict[str, Any]) -> Any:
    """Return the validator class of the declared dialect; raises PeerError for an unknown dialect."""
    declared = str(schema.get("$schema", _DRAFT_07)).rstrip("#")
    if declared not in _DIALECTS:
        raise PeerError(f"schema of A1 policy type {policy_type} is in the unknown dialect {declared!r}; report it to the vendor")
    return _DIALECTS[declared]
