"""Evidence, gate and verification rest on the same KPI rows, and each says which windows it rests on: over real PM reports."""

import dataclasses
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from small_world import SmallPlanner, compare_candidates

from harness.approvals.approver import approve_by_flag
from harness.engine.run_service import RunService
from harness.engine.wiring import open_service
from harness.records.artifacts import Artifacts
from harness.runtime.settings import load_settings
from tools.calls.observation import Observation
from tools.oran.peer import Peer, PeerSettings
from tools.ran.kpi_tool import query_kpi
from tools.registry import ToolRegistry
from twins.network import KpiQuery

TEXT = "give every eMBB user at least 5 Mbps"


class Runs:
    """A service over an embedded network on loopback; `hear` is called with every event."""

    def __init__(self, opened, hear):
        parts = dataclasses.replace(opened.parts, planner=SmallPlanner(), registry=ToolRegistry((query_kpi, compare_candidates)))
        self.service = RunService(opened.settings, parts, listener=lambda event: hear(self, event))
        self.context = parts.context
        self.card = parts.network.describe()
        self.window = timedelta(seconds=self.card.granularity_s)
        self._control = Peer("embedded control", parts.network.live().url, PeerSettings(attempts=1))

    def pass_a_window(self):
        """Let one PM period pass on the network; nobody fetches its report."""
        body = {"seconds": self.card.granularity_s}
        self._control.request("POST", "/embedded/v1/advance", body=body, repeatable=False, timeout_s=60)


@contextmanager
def runs(folder, hear=lambda world, event: None):
    overrides = {"data_dir": folder, "network": {"scenario": "small", "history_windows": 12}, "commitment": {"watchdog": False}}
    with open_service(load_settings(overrides=overrides)) as opened:
        yield Runs(opened, hear)


def observed(outcome, tool):
    folder = Path(outcome.folder)
    observations = (Artifacts(folder).load(path.stem, Observation) for path in sorted(folder.glob("observation-*.json")))
    return next(observation.evidence for observation in observations if observation.call.tool == tool)


def moment(text):
    return datetime.fromisoformat(text)


@pytest.fixture(scope="module")
def shadow(tmp_path_factory):
    """A run before which a PM period ends, and another between its last evidence and the gate."""

    def hear(world, event):
        if event.kind == "proposal.made":
            world.pass_a_window()

    with runs(tmp_path_factory.mktemp("shadow"), hear) as world:
        world.pass_a_window()
        outcome = world.service.start(TEXT, "shadow")
        assert outcome.status == "shadow", outcome.message
        yield world, outcome


def test_a_tool_reads_the_period_that_ended_before_it_was_called_and_says_so(shadow):
    world, outcome = shadow
    evidence = observed(outcome, "query_kpi")
    newest = world.card.now + world.window
    assert moment(evidence["provenance"]["observed_at"]) == newest
    assert max(moment(row["end"]) for row in evidence["value"]["rows"]) == newest


def test_the_gate_judges_by_the_period_that_ended_since_and_says_so(shadow):
    world, outcome = shadow
    (judged,) = [record for record in world.service.journal.records(outcome.run_id) if record.kind == "gate.judged"]
    assert moment(judged.body["newest_window"]) == world.card.now + 2 * world.window
    assert any("the newest KPI window is 0 s old" in reason["message"] for reason in judged.body["reasons"])


def test_the_rows_that_a_decision_rested_on_can_be_asked_for_again(shadow):
    world, outcome = shadow
    evidence = observed(outcome, "query_kpi")
    cell = world.card.cell("S1C1")
    query = KpiQuery(kpis=("DRB.UEThpDl.P05",), dns=(cell.dn,), windows=4)
    before = world.context.kpis.as_of(moment(evidence["provenance"]["observed_at"])).query(query)
    values = [row.value for row in before if row.slice is not None and row.slice.value == "eMBB"]
    assert values == [row["value"] for row in evidence["value"]["rows"]]
    assert world.context.kpis.query(query).windows() != before.windows()


def test_verification_reads_the_rows_that_the_tools_read(tmp_path):
    with runs(tmp_path) as world:
        outcome = world.service.start(TEXT, approver=approve_by_flag)
        assert outcome.verification is not None, outcome.message
        series = Artifacts(Path(outcome.folder)).load("series", list)
        newest = max(moment(row["end"]) for row in series)
        rows = query_kpi.call(world.context, {"kpis": ["DRB.PdcpSduVolumeDL"], "slices": ["eMBB"], "windows": 6}).value.rows
        cells = {cell.id: cell.dn for cell in world.card.cells}
        read = {(cells[row.cell], row.start, row.value) for row in rows if moment(row.end) <= newest}
        verified = {
            (row["dn"], row["start"], row["value"])
            for row in series
            if (row["kpi"], row["slice"]) == ("DRB.PdcpSduVolumeDL", "eMBB")
        }
        assert read
        assert read <= verified
