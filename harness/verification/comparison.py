"""The KPI windows before and after a change: the input of verification."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from harness.verification.series import Series
from policies.intent import Intent
from policies.kpi import KpiFrame, kpi_definition
from policies.proposal import Candidate
from policies.quality.flaw import Flaw
from twins.network import NetworkCard

_WHOLE = 0.99  # of the granularity period: the clock of a network may be a little fast


@dataclass(frozen=True)
class Comparison:
    """KPI windows before and after a change of the network `card`, with its intent, its candidate and the significance.

    flaws: measurements of these KPIs in this time that are not good, hence kept in quarantine and not in the windows. memory_s:
    by KPI, for how long its counter still contains what was before (a filter or a moving average of the peer; KPIs that are not
    listed: `KpiDefinition.memory_s`): later windows that start sooner than that after `applied_at` are not used. Without
    `applied_at` no window is left out. history: returns the windows before the change, those of `before` and earlier ones, from
    which it is learned how far KPIs move by themselves; it is called once, where that is in question. share: the part of the time
    until the deadline that has been watched, 0..1. until: the end of that time; without it the last window that was reported.
    """

    before: KpiFrame
    after: KpiFrame
    card: NetworkCard
    intent: Intent
    candidate: Candidate
    significance: float = 0.05
    flaws: tuple[Flaw, ...] = ()
    applied_at: datetime | None = None
    memory_s: Mapping[str, float] = field(default_factory=dict)
    history: Callable[[], KpiFrame] | None = None
    share: float = 1.0
    until: datetime | None = None

    @property
    def is_predicted_for_now(self) -> bool:
        """Whether the predictions are for the time of the change, not for a later time window of the intent."""
        window, last = self.intent.window, max((end for _, end in self.before.windows()), default=None)
        return window is None or last is None or window.start <= last

    @cached_property
    def earlier(self) -> Series:
        """The samples before the change."""
        return Series(self.before, self.card)

    @cached_property
    def past(self) -> Series:
        """The samples of the history."""
        return self.earlier if self.history is None else Series(self.history(), self.card)

    @cached_property
    def later(self) -> Series:
        """The samples after the change whose counters have forgotten what was before it."""
        return Series(self.after.keep(lambda sample: self.is_forgotten(sample.kpi, sample.start)), self.card)

    @cached_property
    def silent(self) -> list[datetime]:
        """The starts of the windows after the change in which nothing at all was reported."""
        windows, length = self.after.windows(), timedelta(seconds=self.card.granularity_s)
        ends = [*(start for start, _ in windows[1:]), *([self.until] if self.until else [])]
        gaps = ((end, (later - end) // (length * _WHOLE)) for (_, end), later in zip(windows, ends, strict=False))
        return [end + number * length for end, count in gaps for number in range(count)]

    @cached_property
    def remembering(self) -> dict[str, int]:
        """By KPI, the number of windows after the change that still remember what was before it."""
        starts: dict[str, set[datetime]] = {}
        for sample in self.after:
            if not self.is_forgotten(sample.kpi, sample.start):
                starts.setdefault(sample.kpi, set()).add(sample.start)
        return {kpi: len(windows) for kpi, windows in starts.items()}

    def memory_of(self, kpi: str) -> float:
        """Return the memory of a KPI's counter, seconds."""
        return self.memory_s.get(kpi, kpi_definition(kpi).memory_s)

    def forgotten_at(self, kpi: str) -> datetime | None:
        """Return from when on the KPI's counter has forgotten what was before the change; None: always."""
        memory = self.memory_of(kpi)
        return self.applied_at + timedelta(seconds=memory) if memory and self.applied_at is not None else None

    def is_forgotten(self, kpi: str, start: datetime) -> bool:
        """Whether the KPI's counter has forgotten what was before the change in a window that starts then."""
        since = self.forgotten_at(kpi)
        return since is None or start >= since
