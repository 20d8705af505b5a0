"""Channel-estimator selection (seed 002, D.3): retrieve configuration and telemetry, then say what is missing."""

from __future__ import annotations

from agents.heuristics.evidence_reader import latest
from agents.heuristics.situation import Situation
from agents.planner import Decision, Escalate, View
from agents.workflows.calls import ask_for, call, failure_of

_KPIS = ["CARR.AverageBlerDl", "RRU.PrbTotDl", "MM.RlfRate"]
_NEEDED = ("compare_receivers", "estimate_channel")


def select_estimator(view: View, situation: Situation) -> Decision:
    """Gather what the selection needs, then hand over with what is missing."""
    cells = [cell.id for cell in situation.cells]
    wanted = [
        call("read_configuration", "carrier configuration", cells=cells, classes=["NRCellDU", "NRSectorCarrier"]),
        call("query_kpi", "recent block errors", kpis=_KPIS, cells=cells, windows=12),
    ]
    decision = ask_for(view, wanted)
    if decision is not None:
        return decision
    failed = failure_of(view, wanted)
    if failed is not None:
        return failed
    blocks = [value for cell in cells if (value := situation.kpi("CARR.AverageBlerDl", cell)) is not None]
    seen = f"mean BLER {sum(blocks) / len(blocks):.3g} % over {len(blocks)} cells" if blocks else "no BLER was measured"
    read = len((latest(view.observations, "read_configuration") or {}).get("objects") or ())
    missing = ", ".join(name for name in _NEEDED if name not in {offer.name for offer in view.tools})
    return Escalate(
        reason=f"cannot compare channel estimators: no receiver tools yet ({missing}); pilot pattern, CSI error "
        f"statistics and estimator history are not observable either. Retrieved: {read} managed objects, {seen}",
        nearest="keep the estimator in use; link adaptation and mobility parameters can be tuned for the same cells",
    )
