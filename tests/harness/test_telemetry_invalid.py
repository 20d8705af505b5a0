"""A plan, a gate or a verdict that needs measurements which are not good says so, and nothing is confirmed on them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from gate_case import case_of
from small_network import SmallNetwork, du
from small_world import SmallPlanner, intent, service
from trap_server import Proxy, send

from harness.approvals.approver import approve_by_flag
from harness.gate.executor_contract import judge
from policies.change import ChangeSet
from policies.kpi import KpiFrame, KpiSample
from policies.quality.flaw import invalid
from policies.slices import Slice
from tools.contract import ToolError
from tools.oran.oran_network import OranNetwork
from tools.ran.candidate_tools import compare_candidates
from tools.ran.kpi_tool import query_kpi
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore
from tools.telemetry.validity import recent_flaws
from twins.network import KpiQuery
from twins.ric.server import EmbeddedRan


def failures(**changed):
    case = case_of(SmallNetwork(), ChangeSet(), **changed)
    return [reason.message for reason in judge(case) if reason.outcome == "fail"]


def test_a_window_that_ends_after_the_networks_time_is_no_fresh_telemetry():
    now = SmallNetwork().describe().now
    for later in (2.0, 13_200.0):
        (message,) = failures(newest_window=now.fromtimestamp(now.timestamp() + later, now.tzinfo))
        assert message.startswith("telemetry invalid: the newest KPI window ends")
    assert failures() == []


@pytest.fixture
def store(tmp_path):
    return KpiStore(tmp_path / "kpi.sqlite")


def with_flaw(store, kpi="DRB.UEThpDl.P05", cell="S1C1", slice=Slice.EMBB, back=1, value=-1.0):
    """Store the measurements of the small network, of which one is refused, `back` windows before the newest."""
    network = SmallNetwork()
    card, frame = network.describe(), network.observe(KpiQuery())
    start = sorted({row.start for row in frame})[-back]
    flawed = (kpi, du(cell), slice, start)
    rows = [
        KpiSample(row.kpi, row.dn, row.slice, row.start, row.end, value, row.unit)
        if (row.kpi, row.dn, row.slice, row.start) == flawed
        else row
        for row in frame
    ]
    store.write(KpiFrame(tuple(rows)))
    return card, KpiSource(store).snapshot()


def test_the_gate_refuses_what_rests_on_a_measurement_that_is_not_good(store):
    card, kpis = with_flaw(store)
    (message,) = failures(flaws=recent_flaws(kpis, card, intent()))
    assert message.startswith("telemetry invalid: DRB.UEThpDl.P05 of S1C1 eMBB = -1 Mbit/s: refused, range")


@pytest.mark.parametrize(
    ("flaw", "needed"),
    [
        ({}, True),
        ({"kpi": "RRC.ConnMean"}, True),
        ({"kpi": "DRB.PdcpSduVolumeDL", "slice": None}, True),
        ({"cell": "S1C2"}, False),
        ({"kpi": "MM.HoPingPongRate", "slice": None}, False),
        ({"slice": Slice.MMTC}, False),
        ({"back": 9}, False),
    ],
)
def test_an_intent_needs_its_targets_and_the_demand_of_its_cells_in_recent_windows(store, flaw, needed):
    card, kpis = with_flaw(store, **flaw)
    assert bool(recent_flaws(kpis, card, intent())) is needed


def test_a_tool_says_what_it_did_not_use_and_why(store, tmp_path):
    with_flaw(store)
    context = service(tmp_path).parts.context
    context = replace(context, kpis=KpiSource(store))
    evidence = query_kpi.call(context, {"kpis": ["DRB.UEThpDl.P05"], "cells": ["S1C1"], "slices": ["eMBB"]})
    (flaw,) = evidence.value.invalid
    assert flaw.value == -1.0
    assert invalid([flaw]) in evidence.warnings
    assert "telemetry invalid" in evidence.summary
    assert -1.0 not in [row.value for row in evidence.value.rows]


def test_nothing_is_tried_in_a_twin_that_would_be_built_from_them(store, tmp_path):
    with_flaw(store, "DRB.PdcpSduVolumeDL", slice=Slice.URLLC)
    context = service(tmp_path).parts.context
    context = replace(context, kpis=KpiSource(store))
    with pytest.raises(ToolError, match=r"telemetry invalid: DRB\.PdcpSduVolumeDL of S1C1 URLLC = -1 Mbit: refused, range"):
        compare_candidates.call(context, {"intent": intent().model_dump(mode="json"), "candidates": []})


class Slip:
    """Multiplies measurements in the PM reports of a network, once `active`."""

    def __init__(self, kpis, factor):
        self.kpis, self.factor, self.active = kpis, factor, False

    def _is_slipped(self, name):
        return any(name == kpi or name.startswith(f"{kpi}.SNSSAI") for kpi in self.kpis)

    def spoil(self, page):
        for report in page["reports"]:
            for info in report["event"]["perf3gppFields"]["measDataCollection"]["measInfoList"]:
                slipped = [self._is_slipped(name) for name in info["measTypes"]["sMeasTypesList"]]
                results = [result for entry in info["measValuesList"] for result in entry["measResults"]]
                for result in results:
                    if slipped[result["p"] - 1] and result["sValue"] != "NULL":
                        result["sValue"] = repr(float(result["sValue"]) * self.factor)
        return page


@contextmanager
def slipping(slip):
    with EmbeddedRan(SmallNetwork()) as ran:

        def interfere(handler, method, path):
            if not (slip.active and path.startswith("/pm/")):
                return False
            page = httpx.get(ran.url + path, timeout=600, trust_env=False).json()
            send(handler, 200, json.dumps(slip.spoil(page)).encode())
            return True

        with Proxy(ran.url, interfere) as proxy, OranNetwork(proxy.url) as network:
            yield network


THROUGHPUT = ("DRB.UEThpDl", "DRB.UEThpDl.P05")


@pytest.mark.parametrize(
    ("kpis", "factor", "status"),
    [((), 1.0, "confirmed"), (THROUGHPUT, 1000.0, ""), (THROUGHPUT, 2.0, ""), (("DRB.UEThpDl.P05",), 1000.0, "")],
)
def test_a_slip_of_unit_after_the_apply_is_never_confirmed(tmp_path, kpis, factor, status):
    slip = Slip(kpis, factor)

    def hear(event):
        slip.active = slip.active or event.kind == "change.applied"

    with slipping(slip) as network:
        runs = service(tmp_path, SmallPlanner(), network=network, listener=hear, commitment={"watchdog": False})
        outcome = runs.start("give every eMBB user at least 5 Mbps", approver=approve_by_flag)
        flaws = network.kpis.snapshot().flaws(KpiQuery(kpis=kpis)) if kpis else ()
    assert (outcome.status == "confirmed") is (status == "confirmed"), outcome.message
    assert bool(flaws) is bool(kpis)


def test_what_cannot_be_measured_stops_at_the_gate_with_the_reason(tmp_path):
    slip = Slip(THROUGHPUT, -1.0)
    slip.active = True
    with slipping(slip) as network:
        runs = service(tmp_path, SmallPlanner(), network=network, commitment={"watchdog": False})
        outcome = runs.start("give every eMBB user at least 5 Mbps", approver=approve_by_flag)
        (judged,) = [record for record in runs.journal.records(outcome.run_id) if record.kind == "gate.judged"]
    assert outcome.status not in ("confirmed", "no change needed")
    assert any(reason["message"].startswith("telemetry invalid: DRB.UEThpDl.P05") for reason in judged.body["reasons"])
    assert judged.body["flaws"]
