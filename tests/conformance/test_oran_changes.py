"""A change over HTTP is atomic, applied once per key, read back and revertible, also if peers fail in the middle."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import httpx
import pytest
from southbound_suite import SLA, sla_policy
from trap_server import Proxy, send

from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from tools.oran.change_executor import ChangeFailedError, PartialChangeError
from tools.oran.clock import EmbeddedClock
from tools.oran.oran_network import OranNetwork
from tools.oran.peer import PeerSettings
from twins.network import InvalidChangeError, KpiQuery, StaleEditError, UnknownObjectError, UnknownReceiptError
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

QUICK = PeerSettings(timeout_s=2, attempts=2, backoff_s=0.01)
CARRIER = "ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier=S1C1"
CELL = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"


def power(old: float, new: float) -> AttributeEdit:
    return AttributeEdit(dn=CARRIER, attribute="configuredMaxTxPower", old=old, new=new)


def power_of(twin):
    return twin.read(CARRIER).attributes["configuredMaxTxPower"]


def policy(sst: int = 1) -> PolicyEdit:
    return PolicyEdit(policy_type=SLA, policy_id="p-1", old=None, new=sla_policy(sst=sst))


BOTH = ChangeSet(edits=(power(46, 40), policy()))
IN_FORCE = {"p-1": (SLA, sla_policy())}


@pytest.fixture
def twin():
    twin = SystemNetwork(small_scenario(), seed=1)
    twin.advance(3)
    return twin


@pytest.fixture
def network(ran):
    with OranNetwork(ran.url, settings=QUICK, enforce_deadline_s=2) as network:
        yield network


def test_a_change_over_http_moves_the_kpis_of_the_network_and_reverting_moves_them_back(network, twin):
    clock, query = EmbeddedClock(network), KpiQuery(kpis=("RRC.ConnMean",), dns=(CELL,), windows=2)
    before = network.observe(query).mean()
    receipt = network.apply(ChangeSet(edits=(power(46, 10), policy())), "k-1")
    clock.wait(8)
    assert twin.policies() == IN_FORCE
    assert before > 1.0 and network.observe(query).mean() == 0.0, "a neighbour serves where this cell hardly radiates"
    network.revert(receipt)
    clock.wait(8)
    assert network.observe(query).mean() > 1.0
    assert twin.policies() == {}


def test_the_same_key_applies_once_and_another_change_under_it_is_refused(network, twin):
    assert not network.apply(BOTH, "k-1").replayed
    assert network.apply(BOTH, "k-1").replayed
    with pytest.raises(InvalidChangeError, match="idempotency_key"):
        network.apply(ChangeSet(edits=(power(40, 39),)), "k-1")
    assert power_of(twin) == 40


def test_a_stale_edit_touches_nothing(network, twin):
    with pytest.raises(StaleEditError, match=r"46.*not 42"):
        network.apply(ChangeSet(edits=(policy(), power(42, 40))), "k-1")
    assert twin.policies() == {}


def test_a_policy_that_breaks_the_peers_schema_touches_nothing(network, twin):
    bad = PolicyEdit(policy_type=SLA, policy_id="p-1", old=None, new={"scope": {}})
    with pytest.raises(InvalidChangeError, match="sliceId"):
        network.apply(ChangeSet(edits=(power(46, 40), bad)), "k-1")
    assert power_of(twin) == 46


def test_limits_are_checked_before_anything_is_sent(network):
    with pytest.raises(InvalidChangeError, match="configuredMaxTxPower"):
        network.apply(ChangeSet(edits=(power(46, 4300),)), "k-1")


def test_a_policy_that_is_never_applicable_rolls_the_o1_part_back(network, twin):
    with pytest.raises(InvalidChangeError, match="SCOPE_NOT_APPLICABLE"):
        network.apply(ChangeSet(edits=(power(46, 40), policy(sst=200))), "k-1")
    assert power_of(twin) == 46
    assert network.a1.ids(SLA) == ()
    assert not network.apply(ChangeSet(edits=(power(46, 40),)), "k-1").replayed


def test_when_a1_fails_in_the_middle_the_o1_part_is_rolled_back_and_the_error_says_so(ran, twin):
    def interfere(handler, method: str, path: str) -> bool:
        if method == "PUT":
            send(handler, 500, b'{"detail": "database is down"}', "application/problem+json")
        return method == "PUT"

    with (
        Proxy(ran.url, interfere) as proxy,
        OranNetwork(ran.url, a1_url=proxy.url, settings=QUICK) as network,
        pytest.raises(ChangeFailedError, match=r"database is down.*rolled back, nothing of the change is applied"),
    ):
        network.apply(BOTH, "k-1")
    assert power_of(twin) == 46
    assert twin.policies() == {}


def test_when_rolling_back_fails_too_the_error_lists_exactly_what_is_still_applied(ran, twin):
    patches = []

    def interfere(handler, method: str, path: str) -> bool:
        if method == "PATCH":
            patches.append(path)
        fails = method == "PUT" or (method == "PATCH" and len(patches) > 1)
        if fails:
            send(handler, 500)
        return fails

    with (
        Proxy(ran.url, interfere) as proxy,
        OranNetwork(proxy.url, settings=QUICK) as network,
        pytest.raises(PartialChangeError) as caught,
    ):
        network.apply(BOTH, "k-1")
    assert caught.value.applied == (power(46, 40),)
    assert power(46, 40).describe() in str(caught.value)
    assert power_of(twin) == 40


def test_a_write_whose_answer_is_lost_is_judged_by_reading_back(ran, twin):
    lost = threading.Event()

    def interfere(handler, method: str, path: str) -> bool:
        if method == "PATCH" and not lost.is_set():
            lost.set()
            body = proxy.requests[-1][2]
            kind = {"Content-Type": handler.headers["content-type"]}
            httpx.request(method, ran.url + path, content=body, headers=kind, trust_env=False)
            handler.wfile.flush()
            return True
        return False

    with Proxy(ran.url, interfere) as proxy, OranNetwork(proxy.url, settings=QUICK) as network:
        network.apply(BOTH, "k-1")
        assert len([1 for method, _, _ in proxy.requests if method == "PATCH"]) == 1
    assert power_of(twin) == 40


def test_acknowledged_without_effect_is_a_failure(ran, twin):
    def interfere(handler, method: str, path: str) -> bool:
        if method == "PATCH":
            send(handler, 204)
        return method == "PATCH"

    with (
        Proxy(ran.url, interfere) as proxy,
        OranNetwork(proxy.url, settings=QUICK) as network,
        pytest.raises(ChangeFailedError, match="acknowledged, but reading back does not show it"),
    ):
        network.apply(BOTH, "k-1")
    assert twin.policies() == {}


CRASHING = """
import sys
from pathlib import Path
from policies.change import ChangeSet
from tools.oran.oran_network import OranNetwork
url, proxy, ledger, change_set = sys.argv[1:]
OranNetwork(url, a1_url=proxy, ledger=Path(ledger)).apply(ChangeSet.model_validate_json(change_set), "k-1")
"""


def test_after_a_crash_in_the_middle_the_retry_finishes_and_applies_nothing_twice(ran, twin, tmp_path):
    ledger, started, child = tmp_path / "ledger.sqlite", threading.Event(), None

    def kill(handler, method: str, path: str) -> bool:
        if method == "PUT" and started.wait(600):
            child.kill()
            child.wait(600)
        return method == "PUT"

    with Proxy(ran.url, kill) as proxy:
        arguments = (ran.url, proxy.url, str(ledger), BOTH.model_dump_json())
        child = subprocess.Popen([sys.executable, "-c", CRASHING, *arguments])
        started.set()
        assert child.wait(600) == -signal.SIGKILL
    assert power_of(twin) == 40 and twin.policies() == {}
    with OranNetwork(ran.url, settings=QUICK, ledger=ledger) as network:
        receipt = network.apply(BOTH, "k-1")
        assert twin.policies() == IN_FORCE
        assert network.apply(BOTH, "k-1").replayed
    with OranNetwork(ran.url, settings=QUICK, ledger=ledger) as network:
        network.revert(receipt)
    assert power_of(twin) == 46
    assert twin.policies() == {}


def test_a_receipt_is_reverted_once_and_only_where_it_was_issued(network, ran):
    receipt = network.apply(BOTH, "k-1")
    with OranNetwork(ran.url) as other, pytest.raises(UnknownReceiptError):
        other.revert(receipt)
    network.revert(receipt)
    network.apply(ChangeSet(edits=(power(46, 38),)), "k-2")
    assert network.revert(receipt).replayed
    assert network.read(CARRIER).attributes["configuredMaxTxPower"] == 38


def test_a_revert_of_what_somebody_else_has_changed_since_is_stale(network, twin):
    receipt = network.apply(ChangeSet(edits=(power(46, 40),)), "k-1")
    network.apply(ChangeSet(edits=(power(40, 38),)), "k-2")
    with pytest.raises(StaleEditError):
        network.revert(receipt)
    assert power_of(twin) == 38


def minima(old: tuple[int, ...], new: tuple[int, ...]) -> ChangeSet:
    return ChangeSet(
        edits=tuple(
            AttributeEdit(dn=f"{CELL},RRMPolicyRatio={name}", attribute="rRMPolicyMinRatio", old=before, new=after)
            for name, before, after in zip(("URLLC", "eMBB", "mMTC"), old, new, strict=True)
        )
    )


def test_objects_written_separately_are_retried_in_an_order_that_satisfies_joint_rules(network, twin):
    twin.apply(minima((0, 0, 0), (30, 30, 30)), "thirds")
    network.o1.style = "json-patch"
    change = minima((30, 30, 30), (65, 5, 20))
    network.apply(change, "k-1")
    assert [twin.read(edit.dn).attributes["rRMPolicyMinRatio"] for edit in change.edits] == [65, 5, 20]


@pytest.mark.parametrize("dialect", ["a1", "osc", "management"])
def test_a_change_travels_over_every_a1_dialect(ran, twin, dialect):
    with OranNetwork(ran.url, dialect=dialect, settings=QUICK) as network:
        receipt = network.apply(BOTH, "k-1")
        assert twin.policies() == IN_FORCE
        network.revert(receipt)
        assert twin.policies() == {}


def test_reading_what_does_not_exist_is_an_unknown_object(network):
    for dn in ("ManagedElement=S9,GNBDUFunction=1,NRCellDU=X", "not a dn", ""):
        with pytest.raises(UnknownObjectError):
            network.read(dn)
    with pytest.raises(UnknownObjectError):
        network.observe(KpiQuery(dns=("ManagedElement=S9,GNBDUFunction=1,NRCellDU=X",)))
    assert network.find("NRCellDU", "ManagedElement=S9") == ()


def test_objects_and_policies_have_entity_tags_that_count_their_writes(ran, network):
    def tag(path):
        return httpx.get(ran.url + path).headers["etag"]

    o1 = "/3GPPManagement/ProvMnS/v1/" + CARRIER.replace(",", "/")
    a1 = f"/A1-P/v2/policytypes/{SLA}/policies/p-1"
    network.apply(BOTH, "once")
    first = tag(o1), tag(a1), network.versions(BOTH)
    network.apply(BOTH.inverse(), "back")
    network.apply(BOTH, "again")
    assert (tag(o1), tag(a1)) != first[:2] and tag(o1) == '"3"'
    now = network.versions(BOTH)
    assert [version.state for version in now] == [version.state for version in first[2]]
    assert all(then.version != version.version for then, version in zip(first[2], now, strict=True))


def test_the_version_of_a_policy_follows_its_content_and_status(network):
    absent = network.versions(ChangeSet(edits=(policy(),)))
    network.apply(ChangeSet(edits=(policy(),)), "new")
    assert network.versions(ChangeSet(edits=(policy(),)))[0].state != absent[0].state
