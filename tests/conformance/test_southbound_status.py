"""Misbehaving near-RT RICs: what is created is not enforced, and only what is enforced, and stays so, counts as applied."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading

import httpx
import pytest
from misbehaving_ric import QUICK, Remembering, Ric
from southbound_suite import SLA, sla_policy
from trap_server import Proxy, TrapServer, send

from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from tools.oran.a1_client import A1Client
from tools.oran.a1_southbound import await_enforced, status_of
from tools.oran.change_executor import ChangeFailedError, PartialChangeError
from tools.oran.oran_network import OranNetwork
from tools.oran.peer import PeerError, PeerSettings
from tools.oran.policy_status import PolicyState, parse_status
from twins.network import InvalidChangeError, StaleEditError
from twins.standing import EditState
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

CARRIER = "ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier=S1C1"
POWER = AttributeEdit(dn=CARRIER, attribute="configuredMaxTxPower", old=46, new=40)
POLICY = PolicyEdit(policy_type=SLA, policy_id="p-1", old=None, new=sla_policy())
REFUSED = PolicyEdit(policy_type=SLA, policy_id="p-2", old=None, new=sla_policy(sst=200))
BOTH = ChangeSet(edits=(POWER, POLICY))
WAITING = {"enforceStatus": "NOT_ENFORCED", "enforceReason": "OTHER_REASON"}

SPELLINGS = [
    ({"enforceStatus": "ENFORCED"}, PolicyState.ENFORCED),
    ({"instance_status": "IN EFFECT", "has_been_deleted": False}, PolicyState.ENFORCED),
    ('{"enforceStatus": "ENFORCED"}', PolicyState.ENFORCED),
    ("IN EFFECT", PolicyState.ENFORCED),
    (WAITING, PolicyState.PENDING),
    ({"enforceStatus": "NOT ENFORCED"}, PolicyState.PENDING),
    ({"instance_status": "NOT IN EFFECT"}, PolicyState.PENDING),
    ({"enforceStatus": "NOT ENFORCED", "enforceReason": "SCOPE_NOT_APPLICABLE"}, PolicyState.REFUSED),
    ({"enforceStatus": "NOT_ENFORCED", "enforceReason": "STATEMENT_NOT_APPLICABLE"}, PolicyState.REFUSED),
    ({"instance_status": "IN EFFECT", "has_been_deleted": True}, PolicyState.DELETED),
    ({"instance_status": "IN EFFECT", "has_been_deleted": "true"}, PolicyState.DELETED),
    ({"instance_status": "IN EFFECT", "has_been_deleted": "perhaps"}, PolicyState.UNKNOWN),
    ({"enforceStatus": "ENFORCED", "instance_status": "NOT IN EFFECT"}, PolicyState.UNKNOWN),
    ({"enforceStatus": "Enforced"}, PolicyState.UNKNOWN),
    ({"enforceStatus": "ENFORCED_PARTIALLY"}, PolicyState.UNKNOWN),
    ({"enforceStatus": ["ENFORCED"]}, PolicyState.UNKNOWN),
    ({"enforceStatus": None}, PolicyState.UNKNOWN),
    ({"status": "ENFORCED"}, PolicyState.UNKNOWN),
    ({}, PolicyState.UNKNOWN),
    ("<html>", PolicyState.UNKNOWN),
    ({"enforceStatus": "ENFORCED", "hasBeenDeleted": True}, PolicyState.DELETED),
    ({"enforceStatus": "ENFORCED", "deleted": " TRUE "}, PolicyState.DELETED),
    ({"enforceStatus": "ENFORCED", "isDeleted": "maybe"}, PolicyState.UNKNOWN),
    ({"enforceStatus": "ENFORCED", "enforceReason": "SCOPE_NOT_APPLICABLE"}, PolicyState.UNKNOWN),
    ({"enforceStatus": "ENFORCED", "enforceReason": "statement not applicable"}, PolicyState.UNKNOWN),
    ({"enforceStatus": "ENFORCED", "enforceReason": "OTHER_REASON"}, PolicyState.ENFORCED),
    ('{"enforceStatus": "NOT_ENFORCED", "enforceStatus": "ENFORCED"}', PolicyState.UNKNOWN),
    ('{"enforceStatus": "ENFORCED", "enforceStatus": "ENFORCED"}', PolicyState.ENFORCED),
]


@pytest.mark.parametrize(("value", "state"), SPELLINGS, ids=[str(value) for value, _ in SPELLINGS])
def test_only_the_known_spellings_of_enforced_are_enforced(value, state):
    assert parse_status(value).state is state


@pytest.fixture
def twin():
    return SystemNetwork(small_scenario(), seed=1)


def reach(ran, ric, deadline_s=0.5, **options):
    return OranNetwork(ran.url, a1_url=ric.proxy.url, settings=QUICK, enforce_deadline_s=deadline_s, **options)


def is_untouched(twin):
    return twin.policies() == {} and twin.read(CARRIER).attributes["configuredMaxTxPower"] == 46


@pytest.mark.parametrize(
    "answers",
    [
        (404, WAITING),
        (404,),
        (503,),
        ({"enforceStatus": "NOT ENFORCED"},),
        ({"instance_status": "NOT IN EFFECT", "has_been_deleted": False},),
        ({"instance_status": "IN EFFECT", "has_been_deleted": True},),
        ({"enforceStatus": "ALMOST"},),
    ],
    ids=str,
)
def test_a_policy_that_is_not_enforced_by_the_deadline_is_withdrawn_and_reported(ran, twin, answers):
    with Ric(ran.url, *answers) as ric, reach(ran, ric) as network:
        with pytest.raises(ChangeFailedError, match="nothing of the change is applied"):
            network.apply(BOTH, "k-1")
        assert ric.count("PUT") == 1
        assert ric.count("DELETE") >= 1
        assert ric.count("GET", "/status") >= 1
    assert is_untouched(twin)


def test_not_found_right_after_the_put_is_pending(ran, twin):
    with Ric(ran.url, 404, 404, WAITING, None) as ric, reach(ran, ric, deadline_s=5) as network:
        network.apply(BOTH, "k-1")
        assert ric.count("PUT") == 1
        assert [standing.state for standing in network.standing(BOTH)] == [EditState.IN_EFFECT] * 2
    assert twin.policies()


def test_not_found_after_it_was_known_is_deleted():
    with TrapServer(lambda handler, number: send(handler, 200 if number == 1 else 404, json.dumps(WAITING).encode())) as trap:
        with pytest.raises(PeerError, match="is deleted"):
            await_enforced(A1Client(trap.url, QUICK), SLA, "p", deadline_s=30)
        assert len(trap.requests) == 2


def test_a_policy_that_shows_late_is_awaited(ran):
    seen = []

    def late(handler, method, path):
        if method == "GET" and path.endswith("/policies/p-1") and any(one == "PUT" for one, _, _ in proxy.requests):
            seen.append(path)
            if len(seen) < 4:
                send(handler, 404)
                return True
        return False

    with (
        Proxy(ran.url, late) as proxy,
        OranNetwork(ran.url, a1_url=proxy.url, settings=QUICK, enforce_deadline_s=5) as network,
    ):
        network.apply(BOTH, "k-1")
        assert sum(method == "PUT" for method, _, _ in proxy.requests) == 1


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (WAITING, EditState.PENDING),
        ({"enforceStatus": "NOT_ENFORCED", "enforceReason": "SCOPE_NOT_APPLICABLE"}, EditState.REFUSED),
        ({"enforceStatus": "GARBLED"}, EditState.UNKNOWN),
        ({"instance_status": "IN EFFECT", "has_been_deleted": True}, EditState.DELETED),
        (404, EditState.DELETED),
        (500, EditState.UNKNOWN),
    ],
    ids=str,
)
def test_a_status_that_flips_after_enforced_is_noticed(ran, answer, state):
    with Ric(ran.url, None) as ric, reach(ran, ric, deadline_s=5) as network:
        network.apply(BOTH, "k-1")
        ric.answers = [answer]
        power, policy = network.standing(BOTH)
        assert power.in_effect
        assert policy.state is state and policy.reason


def test_a_replay_asks_for_the_status_again(ran):
    with Ric(ran.url, None) as ric, reach(ran, ric, deadline_s=5) as network:
        network.apply(BOTH, "k-1")
        before = ric.count("GET", "/status")
        assert network.apply(BOTH, "k-1").replayed
        assert ric.count("GET", "/status") > before
        ric.answers = [{"instance_status": "IN EFFECT", "has_been_deleted": True}]
        with pytest.raises(PeerError, match="is deleted"):
            network.apply(BOTH, "k-1")
        assert ric.count("PUT") == 1


def test_a_reverted_change_is_not_replayed_as_applied(ran):
    with OranNetwork(ran.url, settings=QUICK) as network:
        network.revert(network.apply(BOTH, "k-1"))
        with pytest.raises(StaleEditError, match="reverted since"):
            network.apply(BOTH, "k-1")


def test_a_put_whose_answer_is_lost_is_settled_by_reading_and_makes_one_policy(ran, twin):
    def lose(handler, method, path):
        if method == "PUT":
            body = proxy.requests[-1][2]
            httpx.put(ran.url + path, content=body, headers={"Content-Type": "application/json"}, trust_env=False)
        return method == "PUT"

    with (
        Proxy(ran.url, lose) as proxy,
        OranNetwork(ran.url, a1_url=proxy.url, settings=QUICK, enforce_deadline_s=5) as network,
    ):
        network.apply(BOTH, "k-1")
        assert sum(method == "PUT" for method, _, _ in proxy.requests) == 1
    assert list(twin.policies()) == ["p-1"]


def test_a_put_that_was_lost_is_sent_once_more_with_the_same_key(ran, twin):
    keys = []

    def lose_first(handler, method, path):
        if method == "PUT":
            keys.append(handler.headers["Idempotency-Key"])
        return method == "PUT" and len(keys) == 1

    with (
        Proxy(ran.url, lose_first) as proxy,
        OranNetwork(ran.url, a1_url=proxy.url, settings=QUICK, enforce_deadline_s=5) as network,
    ):
        network.apply(BOTH, "k-1")
    assert len(keys) == 2 and len(set(keys)) == 1 and keys[0].startswith("k-1:")
    assert list(twin.policies()) == ["p-1"]


def test_a_put_that_takes_effect_after_its_timeout_does_not_outlive_a_failed_change(ran, twin):
    """The peer accepts the policy, shows nothing before the deadline, and everything afterwards."""
    hidden = threading.Event()
    hidden.set()

    def hide(handler, method, path):
        is_hidden = hidden.is_set() and method == "GET" and "/policies/" in path
        if is_hidden:
            send(handler, 404)
        return is_hidden

    with Proxy(ran.url, hide) as proxy, OranNetwork(ran.url, a1_url=proxy.url, settings=QUICK, enforce_deadline_s=0.3) as network:
        with pytest.raises(ChangeFailedError):
            network.apply(BOTH, "k-1")
        hidden.clear()
        assert network.a1.get(SLA, "p-1") is None
    assert is_untouched(twin)


def test_a_retry_of_a_change_that_stands_in_part_takes_all_of_it_back(ran, twin, tmp_path):
    change = ChangeSet(edits=(POWER, POLICY, REFUSED))
    peer = Remembering(ran.url)
    with (
        peer.proxy,
        OranNetwork(peer.proxy.url, settings=QUICK, ledger=tmp_path / "ledger.sqlite", enforce_deadline_s=2) as network,
    ):
        peer.failing = {"DELETE"}
        with pytest.raises(PartialChangeError) as first:
            network.apply(change, "k-1")
        assert POLICY in first.value.applied
        assert "p-1" in twin.policies()
        # The retry fails before it gets to A1; what stands of the first attempt stands all the same.
        peer.failing = {"DELETE", "PATCH"}
        with pytest.raises(PartialChangeError) as second:
            network.apply(change, "k-1")
        assert POLICY in second.value.applied
        peer.failing = {"PATCH"}
        with pytest.raises(ChangeFailedError, match="nothing of the change is applied"):
            network.apply(change, "k-1")
        assert is_untouched(twin)
        peer.failing = set()
        assert not network.apply(BOTH, "k-1").replayed, "the key is free again once nothing stands"


def test_a_retry_succeeds_at_a_peer_that_remembers_the_keys_of_the_attempt_before(ran, twin, tmp_path):
    peer = Remembering(ran.url)
    with (
        peer.proxy,
        OranNetwork(peer.proxy.url, settings=QUICK, ledger=tmp_path / "ledger.sqlite", enforce_deadline_s=2) as network,
    ):
        peer.failing = {"PUT", "DELETE"}
        with pytest.raises((ChangeFailedError, PartialChangeError)):
            network.apply(BOTH, "k-1")
        peer.failing = set()
        network.apply(BOTH, "k-1")
        assert [standing.state for standing in network.standing(BOTH)] == [EditState.IN_EFFECT] * 2
    assert "p-1" in twin.policies()


def test_a_retry_that_is_refused_leaves_nothing_of_the_attempt_before(ran, twin, tmp_path):
    change = ChangeSet(edits=(POLICY, REFUSED))
    peer = Remembering(ran.url)
    with (
        peer.proxy,
        OranNetwork(peer.proxy.url, settings=QUICK, ledger=tmp_path / "ledger.sqlite", enforce_deadline_s=2) as network,
    ):
        peer.failing = {"DELETE"}
        with pytest.raises(PartialChangeError):
            network.apply(change, "k-1")
        peer.failing = set()
        with pytest.raises(InvalidChangeError, match="SCOPE_NOT_APPLICABLE"):
            network.apply(change, "k-1")
    assert is_untouched(twin)


def test_of_a_request_that_is_applied_in_part_exactly_the_missing_edits_are_named(ran, twin):
    """Two attributes are requested, the peer acknowledges both and applies the first (srsRAN applies only the maximum)."""
    dn = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1,RRMPolicyRatio=URLLC"
    values = twin.read(dn).attributes
    low = AttributeEdit(dn=dn, attribute="rRMPolicyMinRatio", old=values["rRMPolicyMinRatio"], new=10)
    high = AttributeEdit(dn=dn, attribute="rRMPolicyMaxRatio", old=values["rRMPolicyMaxRatio"], new=80)

    def drop(handler, method, path):
        if method != "PATCH":
            return False
        steps = [step for step in json.loads(proxy.requests[-1][2]) if "rRMPolicyMinRatio" not in step["path"]]
        kind = {"Content-Type": handler.headers["content-type"]}
        if steps:
            httpx.patch(ran.url + path, content=json.dumps(steps), headers=kind, trust_env=False)
        send(handler, 204)
        return True

    with Proxy(ran.url, drop) as proxy, OranNetwork(proxy.url, settings=QUICK) as network:
        with pytest.raises(ChangeFailedError) as caught:
            network.apply(ChangeSet(edits=(low, high)), "k-1")
        assert low.describe() in str(caught.value)
        assert high.describe() not in str(caught.value)
    assert twin.read(dn).attributes == values


def test_a_peer_that_is_gone_makes_every_edit_unknown(ran):
    with OranNetwork(ran.url, settings=PeerSettings(timeout_s=1, attempts=1)) as network:
        network.apply(BOTH, "k-1")
        ran.close()
        assert {standing.state for standing in network.standing(BOTH)} == {EditState.UNKNOWN}
        assert status_of(network.a1, SLA, "p-1").state is PolicyState.UNKNOWN


KILLED = """
import sys
from pathlib import Path
from policies.change import ChangeSet
from tools.oran.oran_network import OranNetwork
url, proxy, ledger, change_set = sys.argv[1:]
OranNetwork(url, a1_url=proxy, ledger=Path(ledger)).apply(ChangeSet.model_validate_json(change_set), "k-1")
"""


def test_after_a_kill_between_the_put_and_its_answer_there_is_one_put_and_the_status_is_asked(ran, twin, tmp_path):
    started, child = threading.Event(), None

    def kill(handler, method, path):
        if method == "PUT" and started.wait(600):
            body = proxy.requests[-1][2]
            httpx.put(ran.url + path, content=body, headers={"Content-Type": "application/json"}, trust_env=False)
            child.kill()
            child.wait(600)
        return method == "PUT"

    ledger = tmp_path / "ledger.sqlite"
    with Proxy(ran.url, kill) as proxy:
        child = subprocess.Popen([sys.executable, "-c", KILLED, ran.url, proxy.url, str(ledger), BOTH.model_dump_json()])
        started.set()
        assert child.wait(600) == -signal.SIGKILL
        with OranNetwork(ran.url, a1_url=proxy.url, settings=QUICK, ledger=ledger, enforce_deadline_s=5) as network:
            assert not network.apply(BOTH, "k-1").replayed
            assert network.apply(BOTH, "k-1").replayed
        methods = [(method, path.endswith("/status")) for method, path, _ in proxy.requests]
        assert [method for method, _ in methods].count("PUT") == 1
        assert ("GET", True) in methods
    assert list(twin.policies()) == ["p-1"]
