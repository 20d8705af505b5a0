"""A run whose process is killed (SIGKILL, a real child) goes on where it was: nothing is applied twice."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from small_network import SmallNetwork, ratio
from small_world import service

from harness.approvals.approver import approve_by_flag
from harness.commitments.watchdog import Watchdog
from harness.journal.key import PUBLIC_NAME, verify_key
from harness.journal.verify import verify_journal
from tools.oran.oran_network import OranNetwork
from twins.ric.server import EmbeddedRan

HERE = Path(__file__).parent
CHILD = """
import json, os, signal, sys
from pathlib import Path
from small_world import service
from harness.approvals.approver import approve_by_flag
from tools.oran.oran_network import OranNetwork
import langgraph.checkpoint.sqlite, harness.engine.graph

def live(root, url, kind, step):
    die = lambda: os.kill(os.getpid(), signal.SIGKILL)

    class DyingNetwork(OranNetwork):
        def apply(self, change_set, key):
            receipt = super().apply(change_set, key)
            if kind == "network" and step == "after apply":
                die()
            return receipt

    def hear(event):
        if event.kind == kind and event.step == step:
            die()

    network = DyingNetwork(url, ledger=root / "ledger.sqlite")
    service(root, network=network, listener=hear).start("at least 5 Mbps", approver=approve_by_flag)

for root, url, kind, step in json.loads(sys.argv[1]):
    child = os.fork()
    if child == 0:
        try:
            live(Path(root), url, kind, step)
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
    """The folder of each run, and the network that it ran on, served over HTTP by this process, which lives on.

    One process imports everything once and forks a run per point; each run is killed at its point.
    """
    root = tmp_path_factory.mktemp("killed")
    points = [*POINTS, ("change.applied", "")]
    folders = [folder(root, *point) for point in POINTS] + [root / "watchdog"]
    for path in folders:
        path.mkdir()
    with ExitStack() as stack:
        rans = {path.name: stack.enter_context(EmbeddedRan(SmallNetwork())) for path in folders}
        environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parents[1]}", "OMP_NUM_THREADS": "1"}
        runs = [[str(path), rans[path.name].url, *point] for path, point in zip(folders, points, strict=True)]
        done = subprocess.run(
            [sys.executable, "-c", CHILD, json.dumps(runs)],
            check=False,
            timeout=600,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.stdout.split() == [str(-signal.SIGKILL)] * len(points), done.stderr
        yield root, rans


def reached(path, ran):
    """The network as the process reaches it that goes on with a killed run."""
    return OranNetwork(ran.url, ledger=path / "ledger.sqlite")


@pytest.mark.parametrize(("kind", "step"), POINTS, ids=[f"{kind} {step}".strip() for kind, step in POINTS])
def test_a_killed_run_goes_on_and_applies_once(killed, kind, step):
    root, rans = killed
    path = folder(root, kind, step)
    ran = rans[path.name]
    run_service = service(path, network=reached(path, ran))
    outcome = run_service.resume("last", approver=approve_by_flag)
    assert outcome.status == "confirmed", outcome.message
    twin = ran.ran.network
    assert twin.changes_made(ratio("S1C1"), "rRMPolicyMinRatio") == 1
    assert twin.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 40
    assert [commitment.state for commitment in run_service.commitments.of_run(outcome.run_id)] == ["confirmed"]
    assert [approval.state for approval in run_service.approvals.of_run(outcome.run_id)] == ["consumed"]
    report = verify_journal(
        run_service.journal.path, run_service.journal.heads_path, verify_key(run_service.paths.keys / PUBLIC_NAME)
    )
    assert report.intact, report.faults


def test_a_run_killed_while_verifying_is_taken_back_by_the_watchdog_and_says_so(killed):
    path, ran = killed[0] / "watchdog", killed[1]["watchdog"]
    network = reached(path, ran)
    run_service = service(path, network=network)
    watch = Watchdog(run_service.commitments, lambda name: network, run_service.journal, now=lambda: time.time() + 1e6)
    assert [result.state for result in watch.sweep()] == ["reverted"]
    outcome = run_service.resume("last", approver=approve_by_flag)
    assert outcome.status == "rolled back"
    assert "taken back: by the watchdog" in outcome.message and "replaced" not in outcome.message
    assert ran.ran.network.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 0
