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

    Targets for the whole network, and an intent without cells, need all cells.
    """
    flaws: dict[Flaw, None] = {}
    for expectation in intent.expectations:
        for target in expectation.targets:
            everywhere = target.definition.is_network_wide or not expectation.object.cells
            dns = () if everywhere else _dns(card, expectation.object.cells)
            slices = (expectation.object.slice,) if expectation.object.slice else ()
            needed = KpiQuery(kpis=(target.kpi, *DEMAND), dns=dns, slices=slices, windows=RECENT_WINDOWS)
            flaws |= dict.fromkeys(kpis.flaws(needed))
    return tuple(flaws)


def _dns(card: NetworkCard, cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(cell.dn for cell in card.cells if cell.dn in cells or cell.id in cells)
