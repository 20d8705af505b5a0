"""What a source delivers to the KPI store: stored in one transaction together with the progress in that source."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from policies.kpi import KpiFrame
from policies.quality.flaw import Flaw
from policies.slices import Slice
from policies.word import Word


class Cursor(Word):
    """The progress in a numbered log of reports.

    after: number of the last period that is stored, 0 for none. log: the peer's name of the log, empty if it has none. end: end
    of the newest window that is stored from it.
    """

    after: int = 0
    log: str = ""
    end: datetime | None = None


Place = tuple[str, str, Slice | None]
"""KPI, DN and slice of a measurement."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a measured element reports of a window [start, end) at once; `job`: the PM jobs that it names, empty if it names none.

    A later report of the same element, window and job that measures at least half of its places again corrects it: what it no
    longer contains is withdrawn. Others complete it.
    """

    entity: str
    job: str
    start: datetime
    end: datetime
    places: frozenset[Place]

    @property
    def about(self) -> tuple[str, str, datetime, datetime]:
        """What a correction has in common with what it corrects."""
        return self.entity, self.job, self.start, self.end

    def corrects(self, places: Collection[Place]) -> bool:
        """Whether it is a correction of a report, about the same, of these places."""
        return 2 * len(self.places.intersection(places)) >= max(len(self.places), 1)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A report that cannot be read: its bytes (cut to `MAX_LETTER_BYTES` when stored), and why."""

    content: bytes
    reason: str


@dataclass(frozen=True)
class Delivery:
    """Samples and flaws of some reports, reports that cannot be read, and the progress in the source before and after them.

    reports: which samples and flaws belong together. missed: granularity periods that the source dropped before they were
    fetched. restarted: the source numbers its periods anew.
    """

    source: str = ""
    frame: KpiFrame = field(default_factory=KpiFrame)
    flaws: tuple[Flaw, ...] = ()
    letters: tuple[DeadLetter, ...] = ()
    reports: tuple[Report, ...] = ()
    before: Cursor | None = None
    after: Cursor | None = None
    missed: int = 0
    restarted: bool = False


class Losses(Word):
    """What was lost or set aside of a source since its first delivery: counts."""

    source: str = ""
    missed: int = 0
    restarts: int = 0
    dead_letters: int = 0
    flaws: int = 0

    def describe(self) -> str:
        """Return the losses in one line, empty without any."""
        counts = (
            (self.missed, "granularity periods missed"),
            (self.dead_letters, "reports that cannot be read"),
            (self.flaws, "measurements in quarantine"),
            (self.restarts, "restarts of the source"),
        )
        return ", ".join(f"{count} {name}" for count, name in counts if count)
