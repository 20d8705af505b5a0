"""Whether the measurements that an intent needs are good: those of its targets, and the demand that its twin is built from."""

from __future__ import annotations

from policies.intent import Intent
from policies.quality.flaw import Flaw
from tools.telemetry.kpi_snapshot import KpiSnapshot
from twins.network import KpiQuery, NetworkCard

DEMAND = ("RRC.ConnMean", "DRB.PdcpSduVolumeDL")
RECENT_WINDOWS = 4


def recent_flaws(kpis: KpiSnapshot, card: NetworkCard, intent: Intent) -> tuple[Flaw, ...]:
    """Return the flaws of the newest RECENT_WINDOWS windows in what an intent needs: targets, conditions, demand of its cells.

    An intent without cells needs all cells. What is reported by site (TS 28.552 clause 5.1.1.19) is needed for the sites' cells.
    """
    flaws: dict[Flaw, None] = {}
    pairs = [(expectation.object, target) for expectation in intent.expectations for target in expectation.targets]
    pairs += [(context.object, context.target) for context in intent.contexts]
    for scope, target in pairs:
        slices = (scope.slice,) if scope.slice else ()
        needed = KpiQuery(kpis=(target.kpi, *DEMAND), dns=_dns(card, scope.cells), slices=slices, windows=RECENT_WINDOWS)
        flaws |= dict.fromkeys(kpis.flaws(needed))
    return tuple(flaws)


def _dns(card: NetworkCard, cells: tuple[str, ...]) -> tuple[str, ...]:
    named = [cell.dn for cell in card.cells if cell.dn in cells or cell.id in cells]
    return tuple(dict.fromkeys([*named, *(dn.partition(",GNBDUFunction=")[0] for dn in named)]))
