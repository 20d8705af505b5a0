"""The outcome of a run: what `twinpilot run --json` prints and the HTML page shows."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agents.answer_table import AnswerTable
from agents.planner import Tell
from harness.records.failure import RunFailure
from harness.records.observed_kpi import ObservedKpi
from harness.records.standing import Standing
from harness.records.status import EXIT_STATUS, Mode, RunStatus, Status
from harness.runtime.timetable import Timetable
from harness.verification.result import Verification
from policies.change import ChangeSet
from policies.intent import Intent
from policies.proposal import Candidate, KpiPrediction
from policies.restrictions.restriction import Restriction
from policies.verdict import Verdict
from policies.word import Word
from tools.telemetry.forecast.planned_events import EventUse

_TAKEN_BACK = "its change was taken back afterwards, which was read back"
_AFTERWARDS: dict[RunStatus, str] = {
    "rolled back": _TAKEN_BACK,
    "confirmed": _TAKEN_BACK,
    "inconclusive": _TAKEN_BACK,
    "cancelled": _TAKEN_BACK,
    "settled": "its change was not taken back: a person ended it with the network as it is",
}


class ApprovalNote(Word):
    """Who requested the change and who decided on it, how, and when (`at`, ISO 8601); `digest`: of what was to be approved.

    read_back: how the operator was understood, as whoever decided was shown.
    standing: the state in words, with who or what brought it about.
    """

    state: str
    digest: str = ""
    read_back: str = ""
    requested_by: str = ""
    decided_by: str = ""
    how: str = ""
    at: str = ""
    note: str = ""
    standing: str = ""


class RunOutcome(Word):
    """How a run ended.

    read_back: how the operator was understood, in one plain sentence; empty if nothing was to be done.
    standing: which edits were in effect when the network was last asked during verification. durations: wall seconds by step.
    twin_gap: relative error by KPI. report: path of the HTML page. timetable: when the change is applied and restored. events:
    planned events, with their use in the forecast. tables: what an answer rests on. restrictions: those in force on the network
    when the run ended. told: the answers to what was asked beside what was to be done. notes: what the operator should know
    about how it was decided, such as who decided in whose place.
    approval: the last request; earlier_requests: those before it, oldest first.
    """

    run_id: str
    status: Status
    message: Annotated[str, Field(pattern=r"\S", description="the reason of the status; no run ends without one")]
    text: str
    read_back: str = ""
    intent: Intent | None = None
    chosen: ChangeSet | None = None
    candidate: Candidate | None = None
    candidates: tuple[str, ...] = ()
    prediction: tuple[KpiPrediction, ...] = ()
    observed: tuple[ObservedKpi, ...] = ()
    twin_gap: dict[str, float] = Field(default_factory=dict)
    timetable: Timetable | None = None
    events: tuple[EventUse, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    verification: Verification | None = None
    verdict: Verdict | None = None
    approval: ApprovalNote | None = None
    earlier_requests: tuple[ApprovalNote, ...] = ()
    standing: Standing | None = None
    question: str = ""
    choices: tuple[str, ...] = ()
    nearest: str = ""
    recommendation: str = ""
    tables: tuple[AnswerTable, ...] = ()
    told: tuple[Tell, ...] = ()
    notes: tuple[str, ...] = ()
    error: RunFailure | None = None
    durations: dict[str, float] = Field(default_factory=dict)
    planner: str = ""
    mode: Mode = "active"
    folder: str = ""
    report: str = ""

    def as_of(self, status: RunStatus) -> RunOutcome:
        """Return the outcome with the present status of its run: a change that was still applied may be taken back by now."""
        if self.status != "still applied" or status not in _AFTERWARDS:
            return self
        message = f"{_AFTERWARDS[status]}; before that: {self.message}"
        return self.model_copy(update={"status": status, "message": message})

    @property
    def exit_status(self) -> int:
        """The exit status of the command line."""
        return EXIT_STATUS[self.status]
