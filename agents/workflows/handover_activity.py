"""A handover event that is configured but not active: no report and no handover, although a neighbour is much better.

Event A3 may be bound to another measurement object, or not be installed at all: then no value of time to trigger, offset or
hysteresis has an effect, and tuning them further is refused. The network counts handover executions (MM.HoExeIntraReq) and radio
link failures; it reports neither measurement reports nor the level of neighbours, which the answer states.
"""

from __future__ import annotations

import re
from typing import Final

from agents.heuristics.evidence_reader import values_of
from agents.heuristics.situation import Situation
from agents.planner import Decision, Finish, View
from agents.understanding.result import NetworkQuestion
from agents.workflows.calls import call, failure_of, pending
from policies.managed_object import Scalar, id_of
from policies.slices import Slice
from tools.ran.kpi_tool import query_kpi
from tools.ran.topology_tools import read_configuration

HANDOVERS: Final = "MM.HoExeIntraReq"
_KPIS: Final = [HANDOVERS, "MM.RlfRate", "RRC.ConnMean"]
_WINDOWS: Final = 12
_CLASSES: Final = ["MobilityProfile", "NRCellRelation"]
_PROFILE: Final = re.compile(r"NRCellCU=(?P<cell>[^,]+),MobilityProfile=")


def answer_inactive(view: View, question: NetworkQuestion) -> Decision:
    """Compare what the operator states with configuration and counters of the cells, and finish with the finding."""
    cells = list(question.cells)
    calls = [
        call("read_configuration", "whether event A3 is configured", cells=cells, classes=_CLASSES),
        call("query_kpi", "handovers, link failures and users", kpis=_KPIS, cells=cells, windows=_WINDOWS),
    ]
    decision: Decision | None = pending(view, calls) or failure_of(view, calls)
    if decision is not None:
        return decision
    parts = [_finding(view, cell) for cell in cells]
    return Finish(summary=". ".join([*parts, _NEXT, _UNSEEN]))


CHECK_EVENT: Final = (
    "check that the event is bound to the measurement object of the neighbour's frequency and that its report configuration is"
    " installed"
)
_NEXT: Final = (
    "Do not tune time to trigger, offset or hysteresis further: none of them has an effect while the event is not active."
    f" Instead, {CHECK_EVENT}"
)
_UNSEEN: Final = (
    "Not reported by this network: A3 measurement reports and the level of neighbours; both are taken from the operator's text"
)


def _finding(view: View, cell: str) -> str:
    profile = _profile(view, cell)
    counted = _counted(view, cell)
    if not profile:
        return f"{cell}: event A3 is not configured (no MobilityProfile was read)"
    settings = ", ".join(f"{name} {value}" for name, value in sorted(profile.items()))
    if counted is None:
        return f"{cell}: configured, not active, as stated: event A3 is configured ({settings}); {HANDOVERS} was not counted"
    if counted == 0:
        return (
            f"{cell}: configured, not active: event A3 is configured ({settings}), and {HANDOVERS} is 0 over the newest windows,"
            " as the operator states"
        )
    return (
        f"{cell}: event A3 is configured ({settings}); the operator states that it never reports, but {HANDOVERS} counted"
        f" {counted:g} handovers in the newest windows. For the stated neighbour it is configured, not active: check that one"
    )


def _profile(view: View, cell: str) -> dict[str, Scalar]:
    for table in values_of(view.observations, read_configuration):
        for managed in table.objects:
            match = _PROFILE.search(managed.dn)
            if match and match["cell"] == cell:
                return managed.attributes
    return {}


def _counted(view: View, cell: str) -> float | None:
    """Return the handovers out of the cell over the windows read, None if they were not counted."""
    rows = [row for table in values_of(view.observations, query_kpi) for row in table.rows]
    values = [
        row.value for row in rows if row.kpi == HANDOVERS and row.cell == cell and row.slice is None and row.value is not None
    ]
    return sum(values) if values else None


def inactive_cells(situation: Situation) -> list[str]:
    """Return the ids of cells whose users lost the link although handover is configured, and that never handed over.

    Zero handovers with radio link failures, users, a mobility profile and an allowed relation: the event does not fire.
    """
    return [cell.id for cell in situation.cells if _is_inactive(situation, cell.id, cell.cu_dn)]


def _is_inactive(situation: Situation, cell: str, cu_dn: str) -> bool:
    if situation.kpi(HANDOVERS, cell) != 0 or not situation.kpi("MM.RlfRate", cell):
        return False
    users = situation.kpi("RRC.ConnMean", cell) or sum(situation.kpi("RRC.ConnMean", cell, name) or 0.0 for name in Slice)
    profile = situation.objects.get(f"{cu_dn},MobilityProfile=1", {})
    relations = [values for dn, values in situation.objects.items() if dn.startswith(f"{cu_dn},NRCellRelation=") and id_of(dn)]
    return users > 0 and bool(profile) and any(values.get("isHOAllowed") is not False for values in relations)


def inactive_reason(cells: list[str]) -> str:
    """Return why the handover parameters of these cells are not tuned."""
    return (
        f"handover in {', '.join(cells)} is configured, not active: {HANDOVERS} is 0 in all windows although users lose the link"
        " (MM.RlfRate): time to trigger, offset and hysteresis have no effect, so they are not tuned"
    )
