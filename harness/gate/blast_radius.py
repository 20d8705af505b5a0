"""Fifth rule, blast radius and guardrails: how far a change reaches, what is protected, steps, freezes."""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate.case import Case
from policies.verdict import Reason

NAME = "blast radius"


def judge(case: Case) -> Iterator[Reason]:
    """Yield the guardrails' own findings."""
    yield from case.guardrails.judge(case.change_set, case.card, case.standing.read, case.users)
