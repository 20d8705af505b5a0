"""Verdicts: the gate's answer to a change set, with reasons that name the rule."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from policies.word import Word


class Ruling(StrEnum):
    """The five ways in which the gate decides, mildest first."""

    APPROVE = "approve"
    NEEDS_HUMAN = "needs a human"
    MODIFY = "modify"
    REJECT = "reject"
    ESCALATE = "escalate"


class Reason(Word):
    """One rule's finding: which rule, what it saw, where the rule comes from and what to do."""

    rule: str
    outcome: Literal["pass", "warn", "fail"]
    message: str
    source: str = ""
    remedy: str = ""


def failed(rule: str, message: str, source: str, remedy: str) -> Reason:
    """Return a finding that stops the change."""
    return Reason(rule=rule, outcome="fail", message=message, source=source, remedy=remedy)


def passed(rule: str, message: str, source: str = "") -> Reason:
    """Return a finding that lets the change go on."""
    return Reason(rule=rule, outcome="pass", message=message, source=source)


def warned(rule: str, message: str, source: str, remedy: str) -> Reason:
    """Return a finding that a human must look at."""
    return Reason(rule=rule, outcome="warn", message=message, source=source, remedy=remedy)


class Verdict(Word):
    """The gate's answer for the change set with this digest; in a run, findings of the safety review come first."""

    digest: str
    ruling: Ruling
    reasons: tuple[Reason, ...]

    @property
    def may_proceed(self) -> bool:
        """Whether the change may go on: at once, or after a human's yes."""
        return self.ruling in (Ruling.APPROVE, Ruling.NEEDS_HUMAN)
