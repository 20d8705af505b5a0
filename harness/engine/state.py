"""The state of the run graph: small, plain JSON. Large values are artifacts in the run's folder; the state holds their names."""

from __future__ import annotations

from typing import Literal, Required, TypedDict

from harness.records.failure import RunBoundary, RunFailure
from harness.records.status import Status

Step = Literal[
    "understand", "plan", "act", "ask", "validate", "judge", "await_approval", "await_start", "apply", "verify", "consult",
    "await_end", "restore", "roll_back", "report", "end",
]  # fmt: skip


class Question(TypedDict):
    """A question of the planner, with the answers that it offers."""

    question: str
    choices: list[str]


class Ending(TypedDict, total=False):
    """How the run ends; `error` is a RunFailure as JSON, `answer` the artifact of the decision whose tables are shown."""

    status: Required[Status]
    message: Required[str]
    nearest: str
    recommendation: str
    error: dict[str, str]
    answer: str


class RunState(TypedDict, total=False):
    """The content of a checkpoint.

    next: the following step. decisions, calls, rounds: the numbers used so far. reading: the decision with the reading of the
    operator's text, which covers the first `answers_read` answers. only_answers: the text was read as a question or supposition,
    so that nothing can be proposed any more, whatever is read later. read_back: the reading in one plain sentence, empty if
    nothing is to be done by it. watch_from: network time from which the operator
    wants the change to be watched again. decision, intent, events, proposal, candidate, timetable, edited, verdict,
    verification: names of artifacts. digest: of the change set. request: digest of the request for its approval. outdated: how
    many of the observations are from before the network moved, which no planner sees any more; changes: what had changed then.
    told: the decisions that answered questions beside what is to be done; what they rest on is outdated then. notes: what the
    operator should know about how it was decided, each once. observations: names of artifacts, oldest first.
    durations: wall seconds by step.
    """

    run_id: str
    text: str
    next: Step
    decisions: int
    calls: int
    rounds: int
    decision: str
    reading: str
    only_answers: bool
    read_back: str
    intent: str
    events: str
    observations: list[str]
    answers: list[dict[str, str]]
    answers_read: int
    question: Question
    told: list[str]
    notes: list[str]
    feedback: list[str]
    proposal: str
    candidate: str
    timetable: str
    edited: str
    digest: str
    request: str
    outdated: int
    changes: list[str]
    verdict: str
    key: str
    applied_at: str
    watch_from: str
    verification: str
    durations: dict[str, float]
    ending: Ending


def initial(run_id: str, text: str) -> RunState:
    """Return the state in which a run begins."""
    return RunState(
        run_id=run_id, text=text, next="understand", decisions=0, calls=0, rounds=0, observations=[], answers=[],
        answers_read=0, feedback=[], durations={},
    )  # fmt: skip


def current_observations(state: RunState) -> list[str]:
    """Return the names of the observations that were made since the network last moved."""
    return state["observations"][state.get("outdated", 0) :]


def decision_number(state: RunState) -> int:
    """Return the number of the decision that is being followed; the first is 0."""
    return state["decisions"] - 1


def ended(
    status: Status,
    message: str,
    *,
    boundary: RunBoundary | None = None,
    nearest: str = "",
    recommendation: str = "",
    answer: str = "",
) -> RunState:
    """Return the update that sends a run to its report; with a boundary the run failed there. No ending without a reason.

    Raises ValueError for an empty message.
    """
    if not message.strip():
        raise ValueError(f"a run cannot end as {status!r} without a reason")
    ending = Ending(status=status, message=message, nearest=nearest, recommendation=recommendation, answer=answer)
    if boundary is not None:
        ending["error"] = RunFailure(boundary=boundary, message=message).model_dump(mode="json")
    return RunState(next="report", ending=ending)
