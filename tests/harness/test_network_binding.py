"""What was approved for one network is neither applied to another one at its URL, nor verified or taken back there."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from journal_records import kinds
from small_network import SEED, START, SmallNetwork, embb_minimum, minimum, scenario
from small_world import SmallPlanner, service

from harness.approvals.approver import ApprovalAnswer, approve_by_flag
from harness.commitments.network_identity import OtherNetworkError
from harness.commitments.notice import notice
from harness.commitments.rollback import roll_back
from policies.intent import TimeWindow
from tools.oran.oran_network import OranNetwork
from tools.oran.peer import PeerSettings
from twins.ric.server import EmbeddedRan
from twins.system.system_network import SystemNetwork

TEXT = "give every eMBB user at least 5 Mbps"
NOW = START + timedelta(seconds=24)
YES = ApprovalAnswer(True, "ann", "terminal")


class Site:
    """Serves a network at one URL, where another one may take its place."""

    def __init__(self):
        self.twin, self.left = SmallNetwork(), None
        self._ran = EmbeddedRan(self.twin)
        self.url = self._ran.url

    def _serve(self, twin, resumed=None):
        self._ran.close()
        self.left, self.twin = self.twin, twin
        self._ran = EmbeddedRan(twin, port=int(self.url.rsplit(":", 1)[1]), resumed=resumed)

    def replace(self, *_):
        """Start a fresh network at the URL; it looks the same, and its change has been made by somebody already or not."""
        self._serve(SmallNetwork())

    def restart(self):
        """Start the same network again, with its state, in another server."""
        self._serve(SystemNetwork(scenario(), SEED), resumed=self._ran.snapshot())

    def close(self):
        self._ran.close()


@pytest.fixture
def site():
    site = Site()
    yield site
    site.close()


@contextmanager
def runs_on(site, root, **options):
    with OranNetwork(site.url, ledger=root / "ledger.sqlite", settings=PeerSettings(timeout_s=5)) as network:
        yield service(root, network=network, **options)


def test_an_approval_is_not_spent_on_another_network_at_the_same_url(tmp_path, site):
    def approver(question):
        assert f"network: {runs.identity}" in question.approval.subject.describe()
        site.replace()
        return YES

    with runs_on(site, tmp_path) as runs:
        outcome = runs.start(TEXT, approver=approver)
        other = runs.parts.network.identity()
    assert (outcome.status, outcome.exit_status) == ("failed", 1)
    assert runs.identity in outcome.message and other in outcome.message and runs.identity != other
    assert "start the network again with its state" in outcome.message
    assert minimum(site.twin) == 0 and site.twin.applied == [] and site.left.applied == []
    assert runs.commitments.of_run(outcome.run_id) == []
    assert [approval.state for approval in runs.approvals.of_run(outcome.run_id)] == ["approved"]
    (refused,) = [record.body for record in runs.journal.records(outcome.run_id) if record.kind == "network.refused"]
    assert (refused["expected"], refused["found"]) == (runs.identity, other)


def test_a_run_is_not_resumed_on_another_network_and_is_on_the_same_one_after_its_restart(tmp_path, site):
    with runs_on(site, tmp_path) as runs:
        waiting = runs.start(TEXT)
        identity = runs.identity
    site.restart()
    with runs_on(site, tmp_path) as runs:
        assert runs.identity == identity
        assert runs.resume(waiting.run_id).status == "awaiting approval"
    (request,) = runs.approvals.pending(waiting.run_id)
    runs.approvals.decide(waiting.run_id, request.digest, True, "ann", "command")
    mine = site.twin
    site.replace()
    with runs_on(site, tmp_path) as runs, pytest.raises(OtherNetworkError, match=identity) as refused:
        runs.resume(waiting.run_id)
    assert refused.value.found == runs.identity and runs.identity in str(refused.value)
    assert "network.refused" in kinds(runs, waiting.run_id)
    assert minimum(site.twin) == 0 and minimum(mine) == 0
    assert runs.approvals.get(waiting.run_id, request.digest).state == "approved"


def test_another_network_neither_confirms_a_change_nor_is_anything_taken_back_from_it(tmp_path, site):
    def listener(event):
        if event.kind == "change.applied":
            site.replace()
            site.twin.apply(embb_minimum(40), "its own")

    with runs_on(site, tmp_path, listener=listener) as runs:
        outcome = runs.start(TEXT, approver=approve_by_flag)
    assert (outcome.status, outcome.exit_status) == ("still applied", 5)
    assert "another network answers" in outcome.message and "rolled back" not in outcome.message
    assert minimum(site.twin) == 40 and minimum(site.left) == 40
    (commitment,) = runs.commitments.of_run(outcome.run_id)
    assert commitment.state == "revert_failed" and commitment.is_open
    assert runs.identity in notice(commitment, runs.commitments.now())


def test_a_change_in_force_is_not_restored_on_another_network_at_its_end(tmp_path, site):
    def listener(event):
        if event.kind == "change.scheduled" and event.data["to"] == "restore":
            site.replace()

    planner = SmallPlanner(window=TimeWindow(start=NOW - timedelta(seconds=60), end=NOW + timedelta(seconds=50)))
    with runs_on(site, tmp_path, listener=listener, planner=planner) as runs:
        outcome = runs.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "still applied"
    (commitment,) = runs.commitments.of_run(outcome.run_id)
    assert commitment.is_open and minimum(site.left) == 40
    assert site.twin.applied == []


def test_a_change_is_taken_back_from_its_network_whatever_server_answers_for_it(tmp_path, site):
    with runs_on(site, tmp_path) as runs:
        outcome = runs.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "confirmed"
    (commitment,) = runs.commitments.of_run(outcome.run_id)
    site.restart()
    with OranNetwork(site.url) as network:
        assert "read back" in roll_back(network, commitment)
    assert minimum(site.twin) == 0
    site.replace()
    with OranNetwork(site.url) as network, pytest.raises(OtherNetworkError):
        roll_back(network, commitment)
