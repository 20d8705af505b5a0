"""Whether the measurements that an intent needs are good: those of its targets, and the demand that its twin is built from."""

from __future__ import annotations

from policies.intent import Intent
from policies.quality.flaw import Flaw
from tools.telemetry.kpi_snapshot import KpiSnapshot
from twins.network import KpiQuery, NetworkCard

DEMAND = ("RRC.ConnMean", "DRB.PdcpSduVolumeDL")
RECENT_WINDOWS = 4


def recent_flaws(kpis: KpiSnapshot, card: NetworkCard, intent: Intent) -> tuple[Flaw, ...]:
    """Return the flaws of the newest RECENT_WINDOWS windows in the KPIs of the intent's targets and in the demand of its cells.

    An intent without cells needs all cells. What is reported by site (TS 28.552 clause 5.1.1.19) is needed for the sites' cells.
    """
    flaws: dict[Flaw, None] = {}
    for expectation in intent.expectations:
        for target in expectation.targets:
            dns = _dns(card, expectation.object.cells)
            slices = (expectation.object.slice,) if expectation.object.slice else ()
            needed = KpiQuery(kpis=(target.kpi, *DEMAND), dns=dns, slices=slices, windows=RECENT_WINDOWS)
            flaws |= dict.fromkeys(kpis.flaws(needed))
    return tuple(flaws)


def _dns(card: NetworkCard, cells: tuple[str, ...]) -> tuple[str, ...]:
    named = [cell.dn for cell in card.cells if cell.dn in cells or cell.id in cells]
    return tuple(dict.fromkeys([*named, *(dn.partition(",GNBDUFunction=")[0] for dn in named)]))
