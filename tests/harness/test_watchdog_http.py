"""Over real A1 and O1: a run is killed right after its apply, and the watchdog that it started takes the change back."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from harness.commitments.store import CommitmentStore
from harness.journal.key import PUBLIC_NAME, verify_key
from harness.journal.verify import verify_journal
from harness.runtime.store import StateStore
from twins.ric.server import EmbeddedRan
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

HERE = Path(__file__).parent
CHILD = """
import dataclasses, os, signal, sys
from pathlib import Path
from small_world import SmallPlanner, compare_candidates
from harness.approvals.approver import approve_by_flag
from harness.engine.run_service import RunService
from harness.runtime.settings import load_settings
from harness.engine.wiring import open_service
from tools.ran.kpi_tool import query_kpi
from tools.registry import ToolRegistry

def hear(event):
    if event.kind == "change.applied":
        os.kill(os.getpid(), signal.SIGKILL)

settings = load_settings(overrides={
    "data_dir": Path(sys.argv[1]), "network": {"url": sys.argv[2]}, "commitment": {"wall_deadline": 2}})
with open_service(settings, hear) as service:
    parts = dataclasses.replace(service.parts, planner=SmallPlanner(), registry=ToolRegistry((query_kpi, compare_candidates)))
    print(RunService(settings, parts, listener=hear).start("at least 5 Mbps", approver=approve_by_flag))
"""


def test_the_watchdog_outlives_the_run_and_reverts_over_http(tmp_path):
    network = SystemNetwork(small_scenario(), seed=1)
    network.advance(6)
    with EmbeddedRan(network) as ran:
        environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parents[1]}", "OMP_NUM_THREADS": "1"}
        child = subprocess.run(
            [sys.executable, "-c", CHILD, str(tmp_path), ran.url],
            check=False, timeout=600, env=environment, capture_output=True, text=True,
        )  # fmt: skip
        assert child.returncode == -signal.SIGKILL, child.stdout + child.stderr
        dn = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1,RRMPolicyRatio=eMBB"
        commitments = CommitmentStore(StateStore(tmp_path / "state.sqlite"))
        deadline = time.monotonic() + 600
        while commitments.open_commitments() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert commitments.open_commitments() == []
        assert network.read(dn).attributes["rRMPolicyMinRatio"] == 0
    key = verify_key(tmp_path / "keys" / PUBLIC_NAME)
    report = verify_journal(tmp_path / "journal" / "journal.jsonl", tmp_path / "heads" / "heads.jsonl", key)
    assert report.intact
    kinds = (tmp_path / "journal" / "journal.jsonl").read_text()
    assert '"by":"watchdog"' in kinds
