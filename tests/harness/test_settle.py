"""A change that cannot be taken back is ended by a person, on what was shown to them, and called rolled back only if it is."""

import json
import re

import pytest
from entry_points import call, paste
from small_network import SmallNetwork, embb_minimum
from small_world import service
from test_cancel import TEXT, Named, bodies, minimum

from harness.approvals.approver import approve_by_flag
from harness.engine.run_service import RunService
from twins.ric.server import EmbeddedRan


class World:
    """A run whose change was overwritten by somebody else before it was taken back; served at one URL."""

    def __init__(self, root):
        self.root, self.twin = root, SmallNetwork()
        (root / "data").mkdir()
        self._ran = EmbeddedRan(self.twin)
        self.url = self._ran.url
        self.network = Named(self.url, ledger=root / "data" / "ledger.sqlite")
        self.runs: RunService = service(root, network=self.network, listener=self._overwrite, commitment={"watchdog": False})
        self.outcome = self.runs.start(TEXT, approver=approve_by_flag)
        self.run_id = self.outcome.run_id
        self.config = root / "quiet.toml"
        self.config.write_text("[commitment]\nwatchdog = false\n")
        self.options = ("--data-dir", root / "data", "--config", self.config)

    def _overwrite(self, event):
        if event.kind == "change.applied":
            self.twin.apply(embb_minimum(55, old=40), "a neighbour")

    def replace(self):
        self._ran.close()
        self.twin = SmallNetwork()
        self._ran = EmbeddedRan(self.twin, port=int(self.url.rsplit(":", 1)[1]))

    @property
    def commitment(self):
        (commitment,) = self.runs.commitments.of_run(self.run_id)
        return commitment

    def settle(self, *words):
        return call("settle", self.run_id, *words, *self.options)

    def close(self):
        self.network.close()
        self._ran.close()


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.close()


def shown(world, capfd):
    capfd.readouterr()
    assert world.settle("--json") == 3
    return json.loads(capfd.readouterr().out)


def test_what_is_shown_is_each_value_before_by_the_run_and_now_and_commands_that_work(world, capfd):
    assert world.outcome.status == "still applied" and world.commitment.state == "revert_failed"
    assert re.search(rf"a person ends it with twinpilot settle {world.run_id}", world.outcome.message)
    capfd.readouterr()
    assert world.settle() == 3
    printed = capfd.readouterr().out
    assert "before 0, set to 40, now 55: changed by somebody else (by whom is not known" in printed
    keep = re.search(r"keep with: (.*)", printed)[1]
    assert f"--data-dir {world.root / 'data'}" in keep and "--config" in keep
    assert paste(keep) == 0
    assert world.commitment.state == "settled" and "now 55" in world.commitment.note
    assert minimum(world.twin) == 55
    assert world.runs.runs.get(world.run_id).status == "settled"
    (settled,) = bodies(world.runs, world.run_id, "commitment.settled")
    assert (settled["choice"], settled["who"]) == ("keep", world.runs.requester)
    capfd.readouterr()
    assert call("show", world.run_id, *world.options) == 0
    printed = capfd.readouterr().out
    assert "SETTLED" in printed and "rolled back" not in printed.replace(world.outcome.message, "")
    assert world.runs.commitments.conflicts(embb_minimum(60, old=55), world.url) == []


def test_restore_overwrites_what_was_shown_and_is_rolled_back_only_when_read_back(world, capfd):
    digest = shown(world, capfd)["digest"]
    assert world.settle(digest[:12], "--restore") == 0
    assert minimum(world.twin) == 0
    assert world.commitment.state == "reverted" and world.runs.runs.get(world.run_id).status == "rolled back"
    assert "read back" in world.commitment.note


@pytest.mark.parametrize("choice", ["--keep", "--restore"])
def test_a_value_that_moved_since_it_was_shown_is_shown_again_and_nothing_is_done(world, capfd, choice):
    digest = shown(world, capfd)["digest"]
    world.twin.apply(embb_minimum(70, old=55), "a neighbour again")
    world.twin.apply(embb_minimum(55, old=70), "and back")
    assert world.settle(digest[:12], choice) == 1
    printed = capfd.readouterr().err
    assert "what is there is not what" in printed and "now 55" in printed and "twinpilot settle" in printed
    assert minimum(world.twin) == 55 and world.commitment.state == "revert_failed"
    assert world.settle(digest[:11], choice) == 1
    assert world.settle(shown(world, capfd)["digest"], choice) == 0


def test_cedar_decides_who_may_settle(world, capfd):
    digest = shown(world, capfd)["digest"]
    world.config.write_text('[approval]\noperators = ["somebody-else"]\n[commitment]\nwatchdog = false\n')
    for choice in ("--keep", "--restore"):
        assert world.settle(digest, choice) == 1
        assert "may not settle" in capfd.readouterr().err
    mine = f'operators = ["{world.runs.requester}"]'
    world.config.write_text(f"[approval]\n{mine}\nfour_eyes = true\n[commitment]\nwatchdog = false\n")
    assert world.settle(digest, "--restore") == 1
    assert "four eyes" in capfd.readouterr().err
    assert minimum(world.twin) == 55 and world.commitment.state == "revert_failed"
    assert {body["action"] for body in bodies(world.runs, world.run_id, "decision.refused")} == {"settle", "approve"}


def test_a_change_on_a_vanished_network_stays_open_until_a_person_ends_it(world, capfd):
    identity = world.runs.identity
    world.replace()
    value = shown(world, capfd)
    assert list(value["next"]) == ["keep"] and "another network answers" in value["unread"] and identity in value["unread"]
    assert world.settle(value["digest"], "--restore") == 1
    assert world.commitment.is_open and minimum(world.twin) == 0 and world.twin.applied == []
    assert world.settle(value["digest"], "--keep") == 0
    assert world.commitment.state == "settled" and "what is on it is not known" in world.commitment.note


def test_a_change_that_can_be_taken_back_is_not_settled(tmp_path, capfd):
    runs = service(tmp_path, network=SmallNetwork())
    outcome = runs.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "confirmed"
    assert call("settle", outcome.run_id, "--data-dir", tmp_path / "data") == 1
    assert "its change is confirmed" in capfd.readouterr().err
