"""Who approves is the user of the operating system, and Cedar decides whether they may; four eyes are a setting."""

import json
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest
from journal_records import bodies
from small_network import SmallNetwork, du, embb_minimum, ratio
from small_world import SmallPlanner, service

from harness.approvals.approver import ApprovalAnswer, approve_by_flag
from harness.engine.outcome_choices import KEEP, KEEP_WATCHING
from harness.gate.approver_authorization import ApproverPolicy
from harness.records.person import Person, current_person
from harness.runtime.settings import ApprovalSettings
from policies.change import AttributeEdit, ChangeSet
from twins.system.scenario.disturbance import Interferer

TEXT = "give every eMBB user at least 5 Mbps"
ME = str(current_person())
NOBODY = 65534


def test_the_environment_does_not_decide_who_somebody_is():
    code = "from harness.records.person import current_person; print(current_person())"
    environment = {**os.environ, "LOGNAME": "director", "USER": "director", "LNAME": "director", "USERNAME": "director"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ME == f"{os.getuid()}:{pwd.getpwuid(os.getuid()).pw_name}"


def test_persons_are_told_apart_by_user_id():
    ann, other, outside = Person("ann", 1000), Person("ann", 1001), Person("ann")
    assert Person.parse(str(ann)) == ann and Person.parse(str(outside)) == outside
    assert not ann.is_same(other) and ann.is_same(Person("renamed", 1000)) and outside.is_same(ann)
    assert ann.is_named_by("1000") and ann.is_named_by("1000:whatever") and not ann.is_named_by("1001")
    assert not ann.is_named_by("ann"), "no user of this machine is called ann: a name alone is no user id"
    assert Person("root", 0).is_named_by("root") and outside.is_named_by("ann")


@pytest.mark.parametrize(
    ("approval", "person", "roles"),
    [
        ({}, Person("owner", 1000), ("operator",)),
        ({}, Person("root", 0), ("operator",)),
        ({}, Person("token"), ("operator",)),
        ({}, Person("stranger", 1001), ()),
        ({"operators": ("1001",)}, Person("stranger", 1001), ("operator",)),
        ({"operators": ("1001",)}, Person("owner", 1000), ()),
        ({"operators": ("1001",), "engineers": ("1001:eve", "token")}, Person("eve", 1001), ("operator", "engineer")),
        ({"engineers": ("token",)}, Person("token"), ("engineer",)),
    ],
)
def test_the_settings_give_the_roles(approval, person, roles):
    assert ApproverPolicy(ApprovalSettings(**approval), ("operator",), owner=1000).roles_of(person) == roles


def test_requester_and_approver_are_recorded_and_may_be_one_by_default(tmp_path):
    runs = service(tmp_path, network=SmallNetwork())
    outcome = runs.start(TEXT, approver=approve_by_flag)
    assert outcome.status == "confirmed"
    assert runs.runs.get(outcome.run_id).requester == ME
    assert (outcome.approval.requested_by, outcome.approval.decided_by) == (ME, ME)
    assert bodies(runs, outcome.run_id, "run.started")[0]["requester"] == ME


def four_eyes(tmp_path, network, **approval):
    return service(tmp_path, network=network, approval={"four_eyes": True, **approval})


@pytest.mark.parametrize("answer", [ApprovalAnswer(True, ME, "terminal"), ApprovalAnswer(True, "somebody", "--approve")])
def test_with_four_eyes_nobody_approves_their_own_request(tmp_path, answer):
    network = SmallNetwork()
    runs = four_eyes(tmp_path, network)
    waiting = runs.start(TEXT, approver=lambda question: answer)
    assert waiting.status == "awaiting approval" and network.applied == []
    assert "may not approve it (four eyes: forbidden by four-eyes)" in waiting.message
    (refused,) = bodies(runs, waiting.run_id, "approval.refused")
    assert refused["who"] == answer.who
    assert runs.approvals.get(waiting.run_id, waiting.approval.digest).state == "pending"
    second = runs.resume(waiting.run_id, approver=lambda question: ApprovalAnswer(True, "bob", "terminal"))
    assert second.status == "confirmed" and second.approval.decided_by == "bob"


def test_with_four_eyes_whoever_edits_a_change_does_not_approve_it(tmp_path):
    network = SmallNetwork()
    runs = four_eyes(tmp_path, network)
    answers = [ApprovalAnswer(False, "bob", "terminal", edited=embb_minimum(30)), ApprovalAnswer(True, "bob", "terminal")]
    waiting = runs.start(TEXT, approver=lambda question: answers.pop(0))
    assert waiting.status == "awaiting approval" and waiting.approval.requested_by == "bob"
    outcome = runs.resume(waiting.run_id, approver=lambda question: ApprovalAnswer(True, ME, "terminal"))
    assert outcome.status == "confirmed" and network.applied == [embb_minimum(30)]


def test_somebody_without_a_role_is_denied_and_the_request_goes_on_waiting(tmp_path):
    network = SmallNetwork()
    runs = service(tmp_path, network=network, approval={"operators": ["bob"]})
    waiting = runs.start(TEXT, approver=lambda question: ApprovalAnswer(True, "eve", "terminal"))
    assert waiting.status == "awaiting approval"
    assert "eve may not approve (no policy permits it; roles: none)" in waiting.message
    assert runs.resume(waiting.run_id, approver=lambda question: ApprovalAnswer(True, "bob", "terminal")).status == "confirmed"


def test_what_needs_an_engineer_is_not_approved_by_an_operator(tmp_path):
    settings = {"operators": ["oscar"], "engineers": ["emma"]}
    runs = service(tmp_path, Locker(), network=SmallNetwork(), approval=settings, gate={"approver_roles": ["engineer"]})
    waiting = runs.start(TEXT, approver=lambda question: ApprovalAnswer(True, "oscar", "terminal"))
    assert waiting.status == "awaiting approval", waiting.message
    assert (
        "oscar may not approve configure:NRCellDU of S1C2 (forbidden by carrier-and-identity-need-an-engineer" in waiting.message
    )


class Locker(SmallPlanner):
    """Raises eMBB's minimum, and changes a cell's identity, which needs an engineer."""

    def _compare_then_propose(self, view, change_set):
        pci = AttributeEdit(dn=du("S1C2"), attribute="administrativeState", old="UNLOCKED", new="LOCKED")
        return super()._compare_then_propose(view, ChangeSet(edits=(*change_set.edits, pci)))


def test_an_approval_by_somebody_who_lost_their_role_is_not_used(tmp_path):
    network = SmallNetwork()
    waiting = service(tmp_path, network=network, approval={"operators": ["bob"]}).start(TEXT)
    runs = service(tmp_path, network=network, approval={"operators": ["ann"]})
    runs.approvals.decide(waiting.run_id, waiting.approval.digest, True, "bob", "command")
    outcome = runs.resume(waiting.run_id)
    assert network.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 0
    assert outcome.status == "cannot"
    assert "bob may not approve" in bodies(runs, waiting.run_id, "approval.withdrawn")[0]["why"]


AS_USER = """
import os, sys, tempfile
from contextlib import suppress
from pathlib import Path
import harness.commands.verdict, psutil
from harness.approvals.store import ApprovalStore
from harness.commands.approve import app
from harness.journal.journal import Journal
from harness.runtime.paths import Paths
from harness.runtime.store import StateStore
from harness.gate.approver_authorization import ApprovalFacts, ApproverPolicy
from harness.records.person import Person
from harness.runtime.settings import ApprovalSettings

# What is loaded lazily is loaded before the user is changed: the installation may not be readable for everybody.
with tempfile.TemporaryDirectory() as folder:
    paths = Paths(Path(folder))
    Journal.of(paths).append("test", {})
    ApprovalStore(StateStore(paths.state)).pending()
    with suppress(SystemExit):
        app(["x", "0" * 12, "--data-dir", folder])
facts = ApprovalFacts(principal="x", network="n", pairs=(), entities=[], context={}).model_dump(mode="json")
ApproverPolicy(ApprovalSettings(), ("operator",), 0).objection(facts, Person("x", 1), "")
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[1]))
os.chdir("/")
app(sys.argv[2:])
"""


def as_user(uid, root, *arguments, environment=None):
    """Run `twinpilot approve` as another user of the machine."""
    return subprocess.run(
        [sys.executable, "-c", AS_USER, str(uid), *arguments, "--data-dir", str(root / "data")],
        check=False, capture_output=True, text=True, timeout=600, env={**os.environ, "HOME": "/", **(environment or {})},
    )  # fmt: skip


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_a_process_of_another_user_approves_as_that_user_whatever_it_calls_itself(tmp_path):
    waiting = service(tmp_path, network=SmallNetwork()).start(TEXT)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == "root" and folder != folder.parent and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    state = Path(os.environ["XDG_STATE_HOME"])
    for path in (tmp_path / "data", *(tmp_path / "data").rglob("*"), state, *state.rglob("*")):
        os.chown(path, NOBODY, NOBODY)  # the journal's key is its owner's alone, so data and heads are another user's
    digest = waiting.approval.digest[:12]
    lie = {"LOGNAME": "root", "USER": "root"}
    root_only = {"TWINPILOT_APPROVAL__OPERATORS": json.dumps(["0"])}
    denied = as_user(NOBODY, tmp_path, waiting.run_id, digest, environment=lie | root_only)
    assert denied.returncode == 1, denied.stdout
    assert f"{NOBODY}:" in denied.stderr and "may not approve (no policy permits it; roles: none)" in denied.stderr
    own = as_user(0, tmp_path, waiting.run_id, digest, environment={"TWINPILOT_APPROVAL__FOUR_EYES": "true"})
    assert own.returncode == 1 and f"{ME} requested this change and may not approve it" in own.stderr
    done = as_user(
        NOBODY, tmp_path, waiting.run_id, digest, "--json", environment=lie | {"TWINPILOT_APPROVAL__FOUR_EYES": "true"}
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["decided_by"].startswith(f"{NOBODY}:")


@pytest.mark.parametrize("answer", [KEEP, KEEP_WATCHING])
def test_whoever_may_not_approve_a_change_may_not_keep_it_unproved_either(tmp_path, answer):
    network = SmallNetwork(disturbance=Interferer(x=60.0, y=35.0, power_dbm=35.0))  # the prediction knows nothing of it
    runs = service(tmp_path, network=network, approval={"operators": ["bob"]}, commitment={"on_inconclusive": "ask"})
    outcome = runs.start(
        TEXT, approver=lambda question: ApprovalAnswer(True, "bob", "terminal"), answerer=lambda question, choices: answer
    )
    assert outcome.status == "inconclusive"
    assert f"taken back, since {ME} may not approve" in outcome.message
    assert network.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 0
    assert [commitment.state for commitment in runs.commitments.of_run(outcome.run_id)] == ["reverted"]
    (refused,) = bodies(runs, outcome.run_id, "outcome.refused")
    assert (refused["who"], refused["choice"]) == (ME, answer)
