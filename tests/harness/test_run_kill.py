"""A run whose process is killed (SIGKILL, a real child) goes on where it was: nothing is applied twice."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from killed_runs import DieAt, die, kill_runs, name_of, reached
from small_network import SmallNetwork, ratio
from small_world import service

from harness.approvals.approver import approve_by_flag
from harness.commitments.watchdog import Watchdog
from harness.journal.key import PUBLIC_NAME, verify_key
from harness.journal.verify import verify_journal
from tools.oran.oran_network import OranNetwork
from twins.ric.server import EmbeddedRan


class DyingNetwork(OranNetwork):
    """Its process is killed after a change was applied, before anybody hears of it."""

    def apply(self, change_set, key):
        super().apply(change_set, key)
        die()


def live(root, url, kind, step):
    reach = DyingNetwork if kind == "network" else OranNetwork
    network = reach(url, ledger=Path(root) / "ledger.sqlite")
    service(Path(root), network=network, listener=DieAt(kind, step)).start("at least 5 Mbps", approver=approve_by_flag)


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


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The folder of each run, and the network that it ran on, served over HTTP by this process, which lives on."""
    root = tmp_path_factory.mktemp("killed")
    runs = {name_of(*point): point for point in POINTS} | {"watchdog": ("change.applied", "")}
    with ExitStack() as stack:
        rans = {name: stack.enter_context(EmbeddedRan(SmallNetwork())) for name in runs}
        for name in runs:
            (root / name).mkdir()
        kill_runs(live, [[str(root / name), rans[name].url, *point] for name, point in runs.items()])
        yield root, rans


@pytest.mark.parametrize(("kind", "step"), POINTS, ids=[name_of(*point) for point in POINTS])
def test_a_killed_run_goes_on_and_applies_once(killed, kind, step):
    root, rans = killed
    path = root / name_of(kind, step)
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
