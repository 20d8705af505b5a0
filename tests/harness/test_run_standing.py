"""Enforced once is not enforced: a change that stops being in effect is noticed while it is verified, and never confirmed."""

import io
import json
import threading
import time

import pytest
from journal_records import kinds
from misbehaving_ric import QUICK, Ric
from rich.console import Console
from small_network import SmallNetwork, embb_minimum, ratio
from small_world import SmallPlanner, service
from southbound_suite import PLMN, SLA
from trap_server import Proxy, send

from harness.approvals.approver import approve_by_flag
from harness.commitments.notice import notice
from harness.views.console import show_outcome
from policies.change import PolicyEdit
from tools.oran.oran_network import OranNetwork
from twins.ric.server import EmbeddedRan
from twins.standing import EditState

TEXT = "give every eMBB user at least 5 Mbps"
FLIPPED = {"enforceStatus": "NOT_ENFORCED", "enforceReason": "OTHER_REASON"}


@pytest.fixture
def twin():
    return SmallNetwork()


@pytest.fixture
def ran(twin):
    with EmbeddedRan(twin) as ran:
        yield ran


def policy(network):
    """A guarantee for eMBB in S1C1 that it has anyway."""
    cell = network.describe().cell("S1C1")
    body = {
        "scope": {"sliceId": {"sst": 1, "plmnId": PLMN}},
        "sliceSlaObjectives": {"guaDlThptPerSlice": 1},
        "sliceSlaResources": {"cellIdList": [{"plmnId": PLMN, "cId": {"ncI": cell.nci}}]},
    }
    return PolicyEdit(policy_type=SLA, policy_id="p-1", old=None, new=body)


def once(kind, act):
    """A listener that acts at the first event of a kind."""
    seen = []

    def hear(event):
        if event.kind == kind and not seen:
            seen.append(event)
            act()

    return hear


def run(tmp_path, network, listener, planner=None):
    run_service = service(tmp_path, planner or SmallPlanner(policies=(policy(network),)), listener=listener, network=network)
    return run_service, run_service.start(TEXT, approver=approve_by_flag)


def is_untouched(twin):
    return twin.policies() == {} and twin.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 0


def test_a_policy_that_stays_enforced_is_confirmed_and_was_asked_for_in_every_window(tmp_path, twin, ran):
    with Ric(ran.url, None) as ric, OranNetwork(ran.url, a1_url=ric.proxy.url, settings=QUICK) as network:
        _, outcome = run(tmp_path, network, lambda event: None)
        assert outcome.status == "confirmed", outcome.message
        assert ric.count("GET", "/status") >= 7
        assert ric.count("PUT") == 1
    assert {standing.state for standing in outcome.standing.edits} == {EditState.IN_EFFECT}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (FLIPPED, EditState.PENDING),
        ({"enforceStatus": "NOT ENFORCED"}, EditState.PENDING),
        ({"enforceStatus": "NOT_ENFORCED", "enforceReason": "SCOPE_NOT_APPLICABLE"}, EditState.REFUSED),
        ({"instance_status": "IN EFFECT", "has_been_deleted": True}, EditState.DELETED),
        (404, EditState.DELETED),
        ({"enforceStatus": "PERHAPS"}, EditState.UNKNOWN),
    ],
    ids=str,
)
def test_a_policy_that_flips_after_enforced_is_withdrawn_and_reported(tmp_path, twin, ran, answer, state):
    with Ric(ran.url, None) as ric, OranNetwork(ran.url, a1_url=ric.proxy.url, settings=QUICK) as network:
        listener = once("change.applied", lambda: setattr(ric, "answers", [answer]))
        run_service, outcome = run(tmp_path, network, listener)
        assert outcome.status == "rolled back", outcome.message
        assert "effect" in outcome.message and "p-1" in outcome.message
        assert outcome.standing.edits[-1].state is state
        assert outcome.standing.edits[0].in_effect, "the attribute had its effect"
        said = kinds(run_service, outcome.run_id)
        assert "change.alarm" in said
        assert said.index("change.alarm") < said.index("change.reverted")
        assert "commitment.confirmed" not in said
    assert is_untouched(twin)


def test_an_unknown_state_that_becomes_known_again_does_not_end_the_run(tmp_path, twin, ran):
    with Ric(ran.url, None) as ric, OranNetwork(ran.url, a1_url=ric.proxy.url, settings=QUICK) as network:
        listener = once("change.applied", lambda: setattr(ric, "answers", [500, {"enforceStatus": "?"}, None]))
        _, outcome = run(tmp_path, network, listener)
        assert outcome.status == "confirmed", outcome.message


def test_a_policy_that_somebody_deletes_is_noticed(tmp_path, twin, ran):
    with OranNetwork(ran.url, settings=QUICK) as network, OranNetwork(ran.url, settings=QUICK) as other:
        _, outcome = run(tmp_path, network, once("change.applied", lambda: other.a1.delete(SLA, "p-1")))
    assert outcome.status == "rolled back"
    assert outcome.standing.edits[-1].state is EditState.DELETED
    assert is_untouched(twin)


def test_an_attribute_that_somebody_overwrites_is_noticed_and_left_to_them(tmp_path, twin):
    listener = once("change.applied", lambda: twin.apply(embb_minimum(55, old=40), "somebody"))
    run_service, outcome = run(tmp_path, twin, listener, SmallPlanner())
    assert outcome.status == "still applied"
    assert outcome.exit_status == 5
    assert "changed by somebody else" in outcome.message
    assert outcome.standing.edits[0].state is EditState.REPLACED
    assert twin.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 55
    assert run_service.runs.get("last").status == "still applied"


def test_after_a_resume_the_status_is_asked_before_anything_is_confirmed(tmp_path, twin, ran):
    def die():
        raise KeyboardInterrupt

    with Ric(ran.url, None) as ric, OranNetwork(ran.url, a1_url=ric.proxy.url, settings=QUICK) as network:
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, network, once("change.applied", die))
        ric.answers = [{"instance_status": "IN EFFECT", "has_been_deleted": True}]
        planner = SmallPlanner(policies=(policy(network),))
        outcome = service(tmp_path, planner, network=network).resume("last", approver=approve_by_flag)
        assert outcome.status == "rolled back", outcome.message
        assert ric.count("PUT") == 1
    assert is_untouched(twin)


def test_a_policy_that_flips_and_cannot_be_deleted_is_said_to_stand(tmp_path, twin, ran):
    broken = threading.Event()

    def interfere(handler, method, path):
        is_status = method == "GET" and path.endswith("/status")
        if not broken.is_set() or not (is_status or method == "DELETE"):
            return False
        send(handler, 200 if is_status else 500, json.dumps(FLIPPED).encode())
        return True

    with Proxy(ran.url, interfere) as proxy, OranNetwork(ran.url, a1_url=proxy.url, settings=QUICK) as network:
        run_service, outcome = run(tmp_path, network, once("change.applied", broken.set))
        assert outcome.status == "still applied"
        assert "still applied: A1 policy p-1" in outcome.message
        assert "rolled back" not in outcome.message and "nothing of the change stands" not in outcome.message
        commitment = run_service.commitments.of_run(outcome.run_id)[0]
        assert notice(commitment, time.time()).startswith("STILL ON THE NETWORK small: the change of run")
        shown = io.StringIO()
        show_outcome(Console(file=shown, width=200), outcome)
        assert "STILL APPLIED" in shown.getvalue() and "rolled back" not in shown.getvalue()
        broken.clear()
        assert service(tmp_path, network=network).resume(outcome.run_id).status == "rolled back"
    assert is_untouched(twin)
