"""What a verification reads of the KPI store: the windows before and after a change, and earlier ones for comparison."""

from __future__ import annotations

from datetime import datetime, timedelta

from harness.runtime.settings import CommitmentSettings
from harness.verification.comparison import Comparison
from policies.intent import Intent
from policies.kpi import with_weights
from policies.proposal import Candidate
from tools.telemetry.kpi_snapshot import KpiSnapshot
from tools.twinning.effects import OBSERVABLES
from twins.network import KpiQuery, NetworkCard

WINDOWS_BEFORE = 12
"""Before a change: few enough to be of its time of day."""

HISTORY = 120
"""Windows before a change, at most, from which it is learned how far KPIs move by themselves."""


def observed(
    measured: KpiSnapshot,
    card: NetworkCard,
    intent: Intent,
    candidate: Candidate,
    settings: CommitmentSettings,
    times: tuple[datetime, datetime, datetime],
    share: float = 1.0,
) -> Comparison:
    """Return the comparison of the windows before a change with those after it; `times`: applied at, start and end after it.

    share: see Comparison.
    """
    applied_at, start, until = times
    kpis = needed_kpis(intent)
    oldest, earliest = (applied_at - timedelta(seconds=count * card.granularity_s) for count in (HISTORY, WINDOWS_BEFORE))
    return Comparison(
        measured.query(KpiQuery(kpis=kpis, start=earliest, end=applied_at)),
        measured.query(KpiQuery(kpis=kpis, start=start, end=until)),
        card,
        intent,
        candidate,
        settings.significance,
        flaws=measured.flaws(KpiQuery(kpis=kpis, start=earliest, end=until)),
        applied_at=applied_at,
        memory_s=settings.memory,
        history=lambda: measured.query(KpiQuery(kpis=kpis, start=oldest, end=applied_at)),
        share=share,
        until=until,
    )


def needed_kpis(intent: Intent) -> tuple[str, ...]:
    """Return the KPIs that a verification of this intent reads."""
    targets = [target.kpi for expectation in intent.expectations for target in expectation.targets]
    conditions = [context.target.kpi for context in intent.contexts]
    return with_weights([*(kpi for kpi, _ in OBSERVABLES), *targets, *conditions])
