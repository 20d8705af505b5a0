"""Verdicts: the gate's ruling on a change set, with reasons that name the rules."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from policies.word import Word


class Ruling(StrEnum):
    """The five rulings of the gate, mildest first."""

    APPROVE = "approve"
    NEEDS_HUMAN = "needs a human"
    MODIFY = "modify"
    REJECT = "reject"
    ESCALATE = "escalate"


class Reason(Word):
    """The finding of one rule: its name, the outcome, what was observed, the rule's source and the remedy."""

    rule: str
    outcome: Literal["pass", "warn", "fail"]
    message: str
    source: str = ""
    remedy: str = ""

    def describe(self) -> str:
        """Return rule and message in one line."""
        return f"{self.rule}: {self.message}"


def failed(rule: str, message: str, source: str, remedy: str) -> Reason:
    """Return a finding that stops the change."""
    return Reason(rule=rule, outcome="fail", message=message, source=source, remedy=remedy)


def passed(rule: str, message: str, source: str = "") -> Reason:
    """Return a finding that lets the change proceed."""
    return Reason(rule=rule, outcome="pass", message=message, source=source)


def warned(rule: str, message: str, source: str, remedy: str) -> Reason:
    """Return a finding that needs a human."""
    return Reason(rule=rule, outcome="warn", message=message, source=source, remedy=remedy)


class Verdict(Word):
    """The gate's ruling on the change set with this digest; in a run, findings of the safety review come first."""

    digest: str
    ruling: Ruling
    reasons: tuple[Reason, ...]

    @property
    def may_proceed(self) -> bool:
        """Whether the change may proceed, either at once or after human approval."""
        return self.ruling in (Ruling.APPROVE, Ruling.NEEDS_HUMAN)
