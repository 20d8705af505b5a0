"""A change set as it was tried in the twin."""

from __future__ import annotations

from pydantic import Field

from policies.change import ChangeSet
from policies.proposal import Candidate
from policies.word import Word


class Tried(Word):
    """A change set with what the twin said of it; `candidate` is None where it could not be tried, `objection` says why."""

    change_set: ChangeSet
    candidate: Candidate | None
    candidates: tuple[Candidate, ...] = ()
    twin_gap: dict[str, float] = Field(default_factory=dict)
    objection: str = ""
