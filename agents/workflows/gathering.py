"""Which evidence a change needs: topology, configuration, KPIs, degradation, forecast, and the law on what is touched."""

from __future__ import annotations

from datetime import timedelta

from agents.heuristics.draft import Draft
from agents.heuristics.situation import Situation
from agents.workflows.calls import call
from policies.change import AttributeEdit
from policies.managed_object import class_of
from tools.calls.tool_call import ToolCall

_CELL_KPIS = ["RRU.PrbTotDl", "RRC.ConnEstabFailRate", "MM.HoPingPongRate", "MM.RlfRate", "PEE.Energy", "CARR.AverageBlerDl"]
_SLICE_KPIS = ["DRB.PdcpSduDelayDl", "DRB.UEThpDl", "DRB.UEThpDl.P05", "DRB.PacketLossRateDl", "RRU.PrbUsedDl", "RRC.ConnMean"]
_WINDOWS = 4


def evidence_calls(situation: Situation) -> list[ToolCall]:
    """Return the observing calls, the ones that cannot be done without first."""
    place = [cell.id for cell in situation.cells]
    around = place + [cell.id for cell in situation.neighbours]
    wanted = {target.kpi for _, target in (*situation.intent.bounds(), *situation.intent.objectives())}
    slices = [one.value for one in situation.card.slices]
    calls = [
        call("read_configuration", "the old values of what may be edited", cells=around),
        call(
            "query_kpi",
            "load, mobility and energy of place and neighbours",
            kpis=sorted({*_CELL_KPIS, *_cell_level(wanted)}),
            cells=around,
            windows=_WINDOWS,
        ),
        call(
            "query_kpi",
            "delay, throughput and demand by slice",
            kpis=sorted({*_SLICE_KPIS, *_slice_level(wanted)}),
            cells=around,
            slices=slices,
            windows=_WINDOWS,
        ),
        call("read_topology", "neighbours and areas", cells=around),
        call("detect_degradation", "what got worse lately", cells=place),
    ]
    start, end = _span(situation)
    return [*calls, call("forecast_traffic", "users and volume in the window", cells=around, start=start, end=end)]


def needed(calls: list[ToolCall]) -> list[ToolCall]:
    """Return the calls without which nothing can be proposed: configuration and KPIs."""
    return [one for one in calls if one.tool in ("read_configuration", "query_kpi")]


def _span(situation: Situation) -> tuple[str, str]:
    window = situation.intent.window
    start = window.start if window else situation.card.now
    end = window.end if window else situation.card.now + timedelta(hours=1)
    return start.isoformat(), end.isoformat()


def _cell_level(kpis: set[str]) -> set[str]:
    from policies.kpi import kpi_definition

    return {kpi for kpi in kpis if "cell" in kpi_definition(kpi).levels}


def _slice_level(kpis: set[str]) -> set[str]:
    from policies.kpi import kpi_definition

    return {kpi for kpi in kpis if "slice" in kpi_definition(kpi).levels}


def constraint_calls(drafts: list[Draft]) -> list[ToolCall]:
    """Return one lookup for each attribute that a draft touches."""
    touched = {(class_of(edit.dn), edit.attribute) for draft in drafts for edit in draft.edits if isinstance(edit, AttributeEdit)}
    return [
        call("retrieve_3gpp_constraint", "the limit of what is to be changed", class_name=class_name, attribute=attribute)
        for class_name, attribute in sorted(touched)
    ]
