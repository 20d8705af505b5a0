"""A run that is killed (SIGKILL, a real child) while it waits for its time goes on; what is in force is restored without it."""

import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from killed_runs import DieAt, kill_runs, name_of, reached
from small_network import START, SmallNetwork, ratio
from small_world import SmallPlanner, service

from harness.approvals.approver import approve_by_flag
from harness.commitments.store import CommitmentStore
from harness.commitments.watchdog import Watchdog
from harness.journal.key import PUBLIC_NAME, verify_key
from harness.journal.verify import verify_journal
from harness.runtime.store import StateStore
from policies.intent import TimeWindow
from tools.oran.oran_network import OranNetwork
from twins.ric.server import EmbeddedRan

NOW = START + timedelta(seconds=24)
LATER = TimeWindow(start=NOW + timedelta(seconds=30), end=NOW + timedelta(seconds=70))
# The event at which a run is killed, its step, and which one of its kind it is.
POINTS = [
    ("change.scheduled", "", 1),
    ("step.started", "await_start", 1),
    ("time.passed", "", 1),
    ("step.ended", "await_start", 1),
    ("change.applied", "", 1),
    ("change.scheduled", "", 2),
    ("step.started", "await_end", 1),
    ("step.started", "restore", 1),
    ("change.restored", "", 1),
    ("step.ended", "restore", 1),
]


def live(root, url, kind, step, number):
    network = OranNetwork(url, ledger=Path(root) / "ledger.sqlite")
    runs = service(Path(root), SmallPlanner(window=LATER), network=network, listener=DieAt(kind, step, number))
    runs.start("at least 5 Mbps", approver=approve_by_flag)


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """The folder of each killed run, and the network that it ran on, which lives on in this process."""
    root = tmp_path_factory.mktemp("killed")
    runs = {name_of(*point): point for point in POINTS} | {"watchdog": ("step.started", "await_end", 1)}
    with ExitStack() as stack:
        rans = {name: stack.enter_context(EmbeddedRan(SmallNetwork())) for name in runs}
        for name in runs:
            (root / name).mkdir()
        kill_runs(live, [[str(root / name), rans[name].url, *point] for name, point in runs.items()])
        yield root, rans


def minimum(ran):
    return ran.ran.network.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"]


@pytest.mark.parametrize(("kind", "step", "number"), POINTS, ids=[name_of(*point) for point in POINTS])
def test_a_run_that_was_killed_while_it_waited_goes_on_and_applies_and_restores_once(killed, kind, step, number):
    path = killed[0] / name_of(kind, step, number)
    ran = killed[1][path.name]
    runs = service(path, SmallPlanner(window=LATER), network=reached(path, ran))
    outcome = runs.resume("last", approver=approve_by_flag)
    assert outcome.status == "confirmed", outcome.message
    assert "then restored and read back" in outcome.message
    assert ran.ran.network.changes_made(ratio("S1C1"), "rRMPolicyMinRatio") in (1, 2)  # the second one restores
    assert minimum(ran) == 0
    assert [commitment.state for commitment in runs.commitments.of_run(outcome.run_id)] == ["restored"]
    assert [approval.state for approval in runs.approvals.of_run(outcome.run_id)] == ["consumed"]
    applied = [record for record in runs.journal.records(outcome.run_id) if record.kind == "change.applied"]
    assert len(applied) == 1
    report = verify_journal(runs.journal.path, runs.journal.heads_path, verify_key(runs.paths.keys / PUBLIC_NAME))
    assert report.intact, report.faults


def test_what_is_in_force_is_restored_by_the_watchdog_though_its_run_was_killed(killed):
    path, ran = killed[0] / "watchdog", killed[1]["watchdog"]
    assert minimum(ran) == 40
    network = reached(path, ran)
    runs = service(path, SmallPlanner(window=LATER), network=network)
    ran.ran.network.advance(400)
    later = CommitmentStore(StateStore(runs.paths.state), now=lambda: time.time() + 1000)
    watch = Watchdog(later, lambda name: network, runs.journal)
    assert [result.state for result in watch.sweep()] == ["restored"]
    assert minimum(ran) == 0
    outcome = runs.resume("last")
    assert outcome.status == "confirmed"
    assert "by the watchdog" in outcome.message
