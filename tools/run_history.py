"""What is known of earlier runs and of the changes that they left: as tools hand it to deciders, whoever keeps the records."""

from __future__ import annotations

from typing import Literal, Protocol

from pydantic import Field

from policies.text.times import Moment
from tools.contract import ToolValue

Topic = Literal["request", "evidence", "choice", "gate", "approval", "change", "verification", "ending"]
"""What a record is about: what was asked for, what was read and tried, which candidate was proposed and why, the gate's verdict,
a person's, what was sent to the network or taken back, what KPIs said of it, and how the run ended."""


class UnknownRunError(ValueError):
    """There is no such run; the message says what there is."""


class AccountEntry(ToolValue):
    """What one record of the journal says; `record` is its number, `reasons` are those it states, one line each."""

    record: int = Field(ge=1)
    at: Moment
    topic: Topic
    statement: str
    reasons: tuple[str, ...] = ()


class AccountedCandidate(ToolValue):
    """A candidate that the twin compared with the one that was judged last (`proposed`), by the twin's own numbers.

    outlook: what the twin showed of its targets, one line each. rationale, risks: what the planner said of it.
    """

    name: str
    proposed: bool
    meets_targets: bool
    score: float
    outlook: tuple[str, ...] = ()
    rationale: str = ""
    risks: tuple[str, ...] = ()


class RunAccount(ToolValue):
    """A run by its records, oldest first. chosen: how it was found, where no id was given."""

    run_id: str
    status: str
    text: str
    planner: str
    entries: tuple[AccountEntry, ...]
    candidates: tuple[AccountedCandidate, ...] = ()
    message: str = ""
    chosen: str = ""


class OpenChange(ToolValue):
    """A change that is on the network and not settled yet, or that will be.

    standing: how it stands in words. is_planned: whether nothing of it is on the network yet. starts, ends: network times of its
    timetable. request: the digest of the request if it waits for approval.
    """

    run_id: str
    network: str
    edits: tuple[str, ...]
    standing: str
    is_planned: bool
    starts: Moment | None = None
    ends: Moment | None = None
    request: str = ""


class RunHistory(Protocol):
    """The runs of a data folder, but for the one that asks."""

    def account(self, run: str) -> RunAccount:
        """Return a run by its id, an unambiguous prefix of it, or "last"; raises UnknownRunError."""

    def open_changes(self) -> tuple[OpenChange, ...]:
        """Return the changes on the network of the run that asks that are open, or wait for approval, oldest first."""
