"""Second rule, limits: values inside their 3GPP ranges, joint rules kept, on the state after the change."""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate.case import Case
from policies.limits.checking import check_change_set
from policies.verdict import Reason, failed, passed

NAME = "limits"


def judge(case: Case) -> Iterator[Reason]:
    """Yield a finding per violation, each with its clause, or one that there is none."""
    violations = check_change_set(case.limits, case.change_set, case.configuration.read, case.configuration.find)
    for violation in violations:
        message = f"{violation.field}={violation.value}: allowed {violation.allowed}"
        yield failed(NAME, message, violation.source, violation.remedy)
    if not violations:
        yield passed(NAME, "all values inside their limits, joint rules kept", "limits catalogue")
