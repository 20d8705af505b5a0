"""Second rule, limits: values inside their 3GPP ranges, joint rules kept, on the state after the change."""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate.case import Case, failed, passed
from policies.verdict import Reason

NAME = "limits"


def judge(case: Case) -> Iterator[Reason]:
    """Yield a finding per violation, each with its clause, or one that there is none."""
    violations = case.limits.check(case.change_set, case.configuration.read, case.configuration.find)
    for one in violations:
        yield failed(NAME, f"{one.field}={one.value}: allowed {one.allowed}", one.source, one.remedy)
    if not violations:
        yield passed(NAME, "all values inside their limits, joint rules kept", "limits catalogue")
