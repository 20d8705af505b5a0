"""Third rule, the peer's schema: an A1 policy must be valid by the type schema that the near-RT RIC publishes."""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate.case import Case
from policies.verdict import Reason, failed, passed
from tools.oran.policy_schema import policy_violations

NAME = "peer schema"
_SOURCE = "O-RAN.WG2.A1AP, policy type schema of the peer"


def judge(case: Case) -> Iterator[Reason]:
    """Yield a failure for each violation; a policy whose schema the peer does not publish is not sent."""
    policies = [edit for edit in case.change_set.policy_edits() if edit.new is not None]
    for edit in policies:
        schema = case.schema_of(edit.policy_type)
        if schema is None:
            yield failed(NAME, f"the peer gives no schema of {edit.policy_type}", _SOURCE, "use a type that the peer describes")
            continue
        violations = policy_violations(edit.policy_type, dict(schema), dict(edit.new or {}))
        for violation in violations:
            message = f"{edit.policy_id} {violation.field}={violation.value}: {violation.allowed}"
            yield failed(NAME, message, violation.source, violation.remedy)
        if not violations:
            yield passed(NAME, f"{edit.policy_id} is valid by {edit.policy_type}", _SOURCE)
    if not policies:
        yield passed(NAME, "no A1 policy is written", _SOURCE)
