"""The gate: nine rules, one a file, judge every change outside the model; the most severe finding decides.

types → limits → peer schema → authorization → restrictions → blast radius → predicted SLA → context →
executor contract. All findings are reported, not only the first; only invalid edits are judged by no further rule. A rule that
cannot be evaluated escalates: it never lets a change pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.gate import (
    authorization,
    blast_radius,
    context,
    edit_types,
    executor_contract,
    peer_schema,
    predicted_sla,
    restrictions,
    value_limits,
)
from harness.gate.case import Case
from policies.verdict import Reason, Ruling, Verdict, failed

_SEVERITY = tuple(Ruling)


@dataclass(frozen=True)
class Rule:
    """A rule, and the gate's ruling if it fails."""

    name: str
    judge: Callable[[Case], Iterable[Reason]]
    on_fail: Ruling


RULES: tuple[Rule, ...] = (
    Rule(edit_types.NAME, edit_types.judge, Ruling.REJECT),
    Rule(value_limits.NAME, value_limits.judge, Ruling.MODIFY),
    Rule(peer_schema.NAME, peer_schema.judge, Ruling.MODIFY),
    Rule(authorization.NAME, authorization.judge, Ruling.REJECT),
    Rule(restrictions.NAME, restrictions.judge, Ruling.REJECT),
    Rule(blast_radius.NAME, blast_radius.judge, Ruling.MODIFY),
    Rule(predicted_sla.NAME, predicted_sla.judge, Ruling.MODIFY),
    Rule(context.NAME, context.judge, Ruling.MODIFY),
    Rule(executor_contract.NAME, executor_contract.judge, Ruling.MODIFY),
)


class Gate:
    """Judges cases by `rules`, in order."""

    def __init__(self, rules: tuple[Rule, ...] = RULES) -> None:
        self._rules = rules

    def judge(self, case: Case) -> Verdict:
        """Return the verdict on the case's change set."""
        reasons: list[Reason] = []
        rulings = [Ruling.APPROVE]
        for rule in self._rules:
            findings, escalated = _evaluate(rule, case)
            reasons += findings
            rulings += _rulings(rule, findings, escalated)
            if rule.name == edit_types.NAME and rulings[-1] is rule.on_fail:
                break
        return Verdict(digest=case.change_set.digest, ruling=max(rulings, key=_SEVERITY.index), reasons=tuple(reasons))


def worse(approved: Verdict, fresh: Verdict) -> list[Reason]:
    """Return why a fresh verdict on the same change set is worse than the one that was approved; empty if it is not.

    Worse is whatever may not proceed, and every warning of a rule that did not warn when the change was approved.
    """
    failures = [reason for reason in fresh.reasons if reason.outcome == "fail"]
    if not fresh.may_proceed or failures:
        return failures
    known = {reason.rule for reason in approved.reasons if reason.outcome == "warn"}
    return [reason for reason in fresh.reasons if reason.outcome == "warn" and reason.rule not in known]


def _evaluate(rule: Rule, case: Case) -> tuple[list[Reason], bool]:
    try:
        findings = list(rule.judge(case))
    except Exception as error:  # fail closed: whatever went wrong, the change does not pass
        message = f"could not be judged: {type(error).__name__}: {' '.join(str(error).split())}"
        return [failed(rule.name, message, "gate", "see the journal; a human must look")], True
    if not findings:  # not even a pass: the rule did not judge
        return [failed(rule.name, "gave no finding on this change", "gate", "a human must look; report it as a fault")], True
    return findings, False


def _rulings(rule: Rule, reasons: list[Reason], escalated: bool) -> list[Ruling]:
    if escalated:
        return [Ruling.ESCALATE]
    outcomes = {reason.outcome for reason in reasons}
    if "fail" in outcomes:
        return [rule.on_fail]
    return [Ruling.NEEDS_HUMAN] if "warn" in outcomes else [Ruling.APPROVE]
