"""Who decides on a change set: a person at the terminal, the `--approve` flag, or somebody in another process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from harness.approvals.store import Approval, ApprovalStore, How
from harness.records.person import current_person
from harness.records.tried import Tried
from harness.runtime.timetable import AT_ONCE, Timetable
from policies.change import ChangeSet
from policies.verdict import Verdict


@dataclass(frozen=True)
class ApprovalQuestion:
    """The request for approval, with the twin's prediction, the gate's verdict, and when the change is applied and restored."""

    approval: Approval
    tried: Tried
    verdict: Verdict
    timetable: Timetable = AT_ONCE


@dataclass(frozen=True)
class ApprovalAnswer:
    """Approved, rejected (with a note: plan again), or edited: then the gate judges the edited change set.

    who: the person (`harness.records.person`), as the system or the embedding program identified them.
    """

    approved: bool
    who: str
    how: How
    note: str = ""
    edited: ChangeSet | None = None


Approver = Callable[[ApprovalQuestion], ApprovalAnswer | None]
Answerer = Callable[[str, tuple[str, ...]], str | None]


def approve_by_flag(question: ApprovalQuestion) -> ApprovalAnswer:
    """Approve, as `--approve` on the command line requested beforehand."""
    return ApprovalAnswer(True, str(current_person()), "--approve", note="approved beforehand on the command line")


def wait_for_verdict(approvals: ApprovalStore, seconds: float, poll_s: float = 0.2) -> Approver:
    """Return an approver that waits up to `seconds` (wall) for `twinpilot approve` or `reject` in another process."""

    def wait(question: ApprovalQuestion) -> ApprovalAnswer | None:
        deadline = time.monotonic() + seconds
        request = question.approval
        while time.monotonic() < deadline:
            if approvals.get(request.run_id, request.digest).state != "pending":
                break
            time.sleep(poll_s)
        return None

    return wait
