"""Sixth rule, blast radius and guardrails: how far a change reaches, protected cells, step sizes, freezes."""

from __future__ import annotations

from collections.abc import Iterator

from harness.gate.case import Case
from policies.verdict import Reason

NAME = "blast radius"


def judge(case: Case) -> Iterator[Reason]:
    """Yield the findings of the guardrails."""
    policies = case.network.standing_policies
    yield from case.guardrails.judge(case.change_set, case.card, case.configuration.read, case.users, policies)
