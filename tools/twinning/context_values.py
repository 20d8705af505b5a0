"""The present values of the conditions of an intent, by the rule by which its targets are judged (`policies.assessment`)."""

from __future__ import annotations

from typing import Final

from policies.assessment import assess
from policies.intent import Intent, KpiContext
from policies.kpi import with_weights
from tools.telemetry.kpi_snapshot import KpiSnapshot
from tools.twinning.outlook import select
from twins.network import KpiQuery, NetworkCard

WINDOWS: Final = 4
"""The newest windows whose mean is the present value: one alone may be chance."""


def context_values(kpis: KpiSnapshot, card: NetworkCard, intent: Intent) -> dict[KpiContext, float | None]:
    """Return the value of each condition over the newest WINDOWS windows, in its KPI's unit; None where it was not measured."""
    if not intent.contexts:
        return {}
    frame = kpis.query(KpiQuery(kpis=with_weights(one.target.kpi for one in intent.contexts), windows=WINDOWS))
    return {one: assess(select(frame, card, one.object, one.target.kpi), one.target) for one in intent.contexts}
