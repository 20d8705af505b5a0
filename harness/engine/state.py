"""The run graph's state: small, plain JSON, by reference. Names are those of artifacts in the run's folder."""

from __future__ import annotations

from typing import Any, TypedDict


class RunState(TypedDict, total=False):
    """What a checkpoint holds.

    next: the node that comes next. decisions, calls, rounds: what was spent. reading: the decision that states how the operator's
    words are read, with the first `answers_read` of the answers. observations: artifact names. durations: wall seconds by step.
    ending: status and message, once the run is about to end.
    """

    run_id: str
    text: str
    next: str
    decisions: int
    calls: int
    rounds: int
    decision: str
    reading: str
    intent: str
    observations: list[str]
    answers: list[dict[str, str]]
    answers_read: int
    question: dict[str, Any]
    feedback: list[str]
    proposal: str
    candidate: str
    edited: str
    digest: str
    verdict: str
    key: str
    applied_at: str
    verification: str
    durations: dict[str, float]
    ending: dict[str, Any]


def initial(run_id: str, text: str) -> RunState:
    """Return the state that a run begins with."""
    return RunState(
        run_id=run_id, text=text, next="understand", decisions=0, calls=0, rounds=0, observations=[], answers=[],
        answers_read=0, feedback=[], durations={},
    )  # fmt: skip


def ended(status: str, message: str, **more: Any) -> RunState:
    """Return the update that sends a run to its report."""
    return RunState(next="report", ending={"status": status, "message": message, **more})
