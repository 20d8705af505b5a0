"""What a run waits for while its graph is interrupted, and what wakes it."""

from __future__ import annotations

from typing import Literal, TypedDict

from harness.records.status import Status


class QuestionInterrupt(TypedDict):
    """An answer of the operator to the planner's question is awaited; the answer itself wakes the graph."""

    kind: Literal["question"]
    question: str
    choices: list[str]


class ApprovalInterrupt(TypedDict):
    """A human's verdict on the change set with this digest is awaited."""

    kind: Literal["approval"]
    run_id: str
    digest: str


class TimeInterrupt(TypedDict):
    """The time of a scheduled change is awaited: to apply it, or to restore it, `at` (network time, ISO 8601)."""

    kind: Literal["time"]
    to: Literal["apply", "restore"]
    at: str


class OutcomeInterrupt(TypedDict):
    """A person's decision on an applied change whose verification is inconclusive; without an answer it is taken back."""

    kind: Literal["outcome"]
    question: str
    choices: list[str]


class Decided(TypedDict):
    """Wakes the graph: the verdict is in the approvals."""

    kind: Literal["decided"]


class Edited(TypedDict):
    """Wakes the graph: a human changed the change set; `edited` is the name of the artifact."""

    kind: Literal["edited"]
    edited: str


class Due(TypedDict):
    """Wakes the graph: the time has come."""

    kind: Literal["due"]


Interrupt = QuestionInterrupt | ApprovalInterrupt | OutcomeInterrupt | TimeInterrupt
WakeUp = str | Decided | Edited | Due
_STATUS: dict[str, Status] = {"question": "asked", "outcome": "asked", "approval": "awaiting approval", "time": "scheduled"}


def status_of(interrupt: Interrupt) -> Status:
    """Return the status of a run that waits for this."""
    return _STATUS[interrupt["kind"]]
