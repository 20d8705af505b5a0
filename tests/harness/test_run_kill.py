"""A run whose process is killed (SIGKILL, a real child) goes on where it was: nothing is applied twice."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_network import SmallNetwork, ratio
from small_world import service

from harness.approvals.approver import approve_by_flag
from harness.commitments.watchdog import Watchdog
from harness.journal.key import PUBLIC_NAME, verify_key
from harness.journal.verify import verify_journal

HERE = Path(__file__).parent
CHILD = """
import json, os, signal, sys
from pathlib import Path
from small_network import SmallNetwork
from small_world import service
from harness.approvals.approver import approve_by_flag
import langgraph.checkpoint.sqlite, harness.engine.graph

def live(root, kind, step):
    die = lambda: os.kill(os.getpid(), signal.SIGKILL)

    class DyingNetwork(SmallNetwork):
        def apply(self, change_set, key):
            receipt = super().apply(change_set, key)
            if kind == "network" and step == "after apply":
                die()
            return receipt

    def hear(event):
        if event.kind == kind and event.step == step:
            die()

    service(root, network=DyingNetwork(root / "network.sqlite"), listener=hear).start("at least 5 Mbps", approver=approve_by_flag)

for root, kind, step in json.loads(sys.argv[1]):
    child = os.fork()
    if child == 0:
        try:
            live(Path(root), kind, step)
        finally:
            os._exit(99)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""

POINTS = [
    ("step.started", "understand"),
    ("step.ended", "plan"),
    ("tool.ended", ""),
    ("step.started", "judge"),
    ("approval.needed", ""),
    ("approval.given", ""),
    ("step.started", "apply"),
    ("network", "after apply"),
    ("change.applied", ""),
    ("step.ended", "apply"),
    ("time.passed", ""),
    ("change.verified", ""),
    ("step.ended", "verify"),
    ("step.started", "report"),
]


def folder(root, kind, step):
    return root / f"{kind} {step}".strip().replace(" ", "-")


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """One process imports everything once and forks a run per point; each run is killed at its point."""
    root = tmp_path_factory.mktemp("killed")
    points = [*POINTS, ("change.applied", "")]
    folders = [folder(root, *point) for point in POINTS] + [root / "watchdog"]
    for path in folders:
        path.mkdir()
    environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parents[1]}", "OMP_NUM_THREADS": "1"}
    runs = json.dumps([[str(path), *point] for path, point in zip(folders, points, strict=True)])
    done = subprocess.run(
        [sys.executable, "-c", CHILD, runs], check=False, timeout=200, env=environment, capture_output=True, text=True
    )
    assert done.stdout.split() == [str(-signal.SIGKILL)] * len(points), done.stderr
    return root


@pytest.mark.parametrize(("kind", "step"), POINTS, ids=[f"{kind} {step}".strip() for kind, step in POINTS])
def test_a_killed_run_goes_on_and_applies_once(killed, kind, step):
    tmp_path = folder(killed, kind, step)
    network = SmallNetwork(tmp_path / "network.sqlite")
    run_service = service(tmp_path, network=network)
    outcome = run_service.resume("last", approver=approve_by_flag)
    assert outcome.status == "confirmed", outcome.message
    assert network.changes_made(ratio("S1C1"), "rRMPolicyMinRatio") == 1
    assert network.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 40
    assert [commitment.state for commitment in run_service.commitments.of_run(outcome.run_id)] == ["confirmed"]
    assert [approval.state for approval in run_service.approvals.of_run(outcome.run_id)] == ["consumed"]
    report = verify_journal(
        run_service.journal.path, run_service.journal.heads_path, verify_key(run_service.paths.keys / PUBLIC_NAME)
    )
    assert report.intact, report.faults


def test_a_run_killed_while_verifying_is_taken_back_by_the_watchdog_and_says_so(killed):
    tmp_path = killed / "watchdog"
    network = SmallNetwork(tmp_path / "network.sqlite")
    run_service = service(tmp_path, network=network)
    network.wait(1e6)
    assert [result.state for result in Watchdog(run_service.commitments, lambda name: network, run_service.journal).sweep()] == [
        "reverted"
    ]
    outcome = run_service.resume("last", approver=approve_by_flag)
    assert outcome.status == "rolled back"
    assert network.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 0
