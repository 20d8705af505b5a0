"""A change set with the result of its trial in the twin."""

from __future__ import annotations

from pydantic import Field

from policies.change import ChangeSet
from policies.intent import TimeWindow
from policies.proposal import Candidate
from policies.word import Word

DUE = "-due"  # ends the name of what was tried once more when its time came, without the other candidates


class Tried(Word):
    """A change set with the twin's prediction; if it could not be tried, `candidate` is None and `objection` is the reason.

    part: the time that the prediction is for, the busiest part of the intent's window.
    """

    change_set: ChangeSet
    candidate: Candidate | None
    candidates: tuple[Candidate, ...] = ()
    twin_gap: dict[str, float] = Field(default_factory=dict)
    objection: str = ""
    part: TimeWindow | None = None
