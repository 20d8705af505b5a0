"""A run's outcome: what `twinpilot run --json` prints, and what the report shows."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from harness.verification.result import Verification
from policies.change import ChangeSet
from policies.intent import Intent
from policies.proposal import Candidate, KpiPrediction
from policies.slices import Slice
from policies.verdict import Verdict
from policies.word import Word

Status = Literal[
    "confirmed", "recommended", "rolled back", "rejected", "no change needed", "answered", "asked", "awaiting approval",
    "cannot", "shadow", "failed",
]  # fmt: skip

# 0 done, 1 failed, 2 usage (typer's own), 3 an answer or approval is missing, 4 rejected or taken back.
EXIT_STATUS: dict[Status, int] = {
    "confirmed": 0,
    "recommended": 0,
    "no change needed": 0,
    "answered": 0,
    "shadow": 0,
    "failed": 1,
    "cannot": 1,
    "asked": 3,
    "awaiting approval": 3,
    "rejected": 4,
    "rolled back": 4,
}


class RunFailure(Word):
    """Why a run failed: the boundary that was crossed, and one line."""

    boundary: Literal["planner", "tool", "network", "store", "budget", "gate", "internal"]
    message: str


class ApprovalNote(Word):
    """Who decided, how and when (ISO 8601)."""

    state: str
    decided_by: str = ""
    how: str = ""
    at: str = ""
    note: str = ""


class ObservedKpi(Word):
    """A KPI before and after, with what was predicted."""

    kpi: str
    unit: str
    slice: Slice | None
    cells: str
    before: float | None
    after: float | None
    predicted: float | None = None
    low: float | None = None
    high: float | None = None
    no_change: float | None = None
    result: str = ""


class RunOutcome(Word):
    """One intent's life, told at its end. Durations are wall seconds by step."""

    run_id: str
    status: Status
    message: str
    text: str
    intent: Intent | None = None
    chosen: ChangeSet | None = None
    candidate: Candidate | None = None
    candidates: tuple[str, ...] = ()
    prediction: tuple[KpiPrediction, ...] = ()
    observed: tuple[ObservedKpi, ...] = ()
    twin_gap: dict[str, float] = Field(default_factory=dict)
    verification: Verification | None = None
    verdict: Verdict | None = None
    approval: ApprovalNote | None = None
    question: str = ""
    choices: tuple[str, ...] = ()
    nearest: str = ""
    recommendation: str = ""
    error: RunFailure | None = None
    durations: dict[str, float] = Field(default_factory=dict)
    planner: str = ""
    mode: Literal["active", "shadow"] = "active"
    folder: str = ""
    report: str = ""

    @property
    def exit_status(self) -> int:
        """The exit status of the command line."""
        return EXIT_STATUS[self.status]
