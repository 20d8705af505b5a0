"""A change set as it was tried in the twin."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from policies.change import ChangeSet
from policies.proposal import Candidate


class Tried(BaseModel):
    """A change set with what the twin said of it; `candidate` is None where it could not be tried, `objection` says why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    change_set: ChangeSet
    candidate: Candidate | None
    candidates: tuple[Candidate, ...] = ()
    twin_gap: dict[str, float] = {}
    objection: str = ""
