"""What an approval is for: the exact change set, and the readings on which a person's yes rests."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from harness.approvals.baseline import BaselineKpi
from policies.change import ChangeSet, digest_of
from policies.word import Word
from twins.object_version import ObjectVersion

SHOWN = 12  # digits of a digest that are shown; a person gives at least as many


class ApprovalSubject(Word):
    """What is approved. `digest` covers all of it: a change set on another network, baseline or version is another subject.

    network: the identity of the network that is changed. sentence: the operator's words. read_back: how they were understood, in
    one plain sentence. schedule: when the change is applied, verified and taken back, one line each. baseline: the KPIs when a
    person was asked. versions: of every object and policy that is edited. warnings: of the gate. judged_at: network time of the
    verdict. round: how often the run had returned to planning or asking.
    """

    change_set: ChangeSet
    network: str = ""
    sentence: str = ""
    read_back: str = ""
    schedule: tuple[str, ...] = ()
    baseline: tuple[BaselineKpi, ...] = ()
    versions: tuple[ObjectVersion, ...] = ()
    warnings: tuple[str, ...] = ()
    judged_at: datetime | None = None
    round: int = 0

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that is approved, 64 hex digits."""
        # A request that was made before networks or read-backs were recorded keeps its digest.
        left_out = {"change_set", *(name for name in ("network", "read_back") if not getattr(self, name))}
        return digest_of({"change_set": self.change_set.digest, **self.model_dump(mode="json", exclude=left_out)})

    def describe(self) -> list[str]:
        """Return what a person is asked to approve, one line each."""
        return [
            *([f"intent: {self.sentence}"] if self.sentence else []),
            *([f"read back: {self.read_back}"] if self.read_back else []),
            *([f"network: {self.network}"] if self.network else []),
            *(f"edit: {line}" for line in self.change_set.describe()),
            *(f"schedule: {line}" for line in self.schedule),
            *(f"before: {kpi.describe()}" for kpi in self.baseline),
            *(f"warning: {text}" for text in self.warnings),
        ]
