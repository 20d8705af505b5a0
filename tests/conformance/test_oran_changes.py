"""A change over HTTP is all or nothing, once per key, read back and revertible, also when peers fail in the middle."""

from __future__ import annotations

import threading

import httpx
import pytest
from southbound_suite import SLA, sla_policy
from tiny_network import TinyNetwork
from trap_server import TrapServer, send

from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from tools.oran.change_executor import ChangeFailedError, PartialChangeError
from tools.oran.clock import EmbeddedClock
from tools.oran.oran_network import OranNetwork
from tools.oran.peer import PeerSettings
from twins.network import InvalidChangeError, KpiQuery, StaleEditError, UnknownObjectError, UnknownReceiptError
from twins.ric.server import EmbeddedRan

QUICK = PeerSettings(timeout_s=2, attempts=2, backoff_s=0.01)
CARRIER = "ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier=S1C1"
CELL = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"


def power(old: float, new: float) -> AttributeEdit:
    return AttributeEdit(dn=CARRIER, attribute="configuredMaxTxPower", old=old, new=new)


def policy(sst: int = 1) -> PolicyEdit:
    return PolicyEdit(policy_type=SLA, policy_id="p-1", old=None, new=sla_policy(sst=sst))


BOTH = ChangeSet(edits=(power(43, 40), policy()))


@pytest.fixture
def tiny():
    return TinyNetwork()


@pytest.fixture
def ran(tiny):
    with EmbeddedRan(tiny) as ran:
        yield ran


@pytest.fixture
def network(ran):
    with OranNetwork(ran.url, settings=QUICK, enforce_deadline_s=2) as network:
        yield network


class Proxy(TrapServer):
    """Passes requests on to `target`, except where `interfere(handler, method, path)` has answered itself."""

    def __init__(self, target: str, interfere) -> None:
        def script(handler, number: int) -> None:
            method, path, body = self.requests[-1]
            if interfere(handler, method, path):
                return
            headers = {k: v for k, v in handler.headers.items() if k.lower() not in ("host", "content-length")}
            answer = httpx.request(method, target + path, content=body, headers=headers, timeout=5, trust_env=False)
            send(handler, answer.status_code, answer.content, answer.headers.get("content-type", ""))

        super().__init__(script)


def test_a_change_over_http_moves_the_kpis_of_the_network_and_reverting_moves_them_back(network, tiny):
    clock, query = EmbeddedClock(network), KpiQuery(kpis=("DRB.UEThpDl",), dns=(CELL,), windows=1)
    before = network.observe(query).mean()
    receipt = network.apply(BOTH, "k-1")
    clock.wait(10)
    assert tiny.policies == {(SLA, "p-1"): sla_policy()}
    during = network.observe(query).mean()
    network.revert(receipt)
    clock.wait(10)
    assert before == 10.75
    assert during == 12.0
    assert network.observe(query).mean() == before
    assert tiny.policies == {}


def test_the_same_key_applies_once_and_another_change_under_it_is_refused(network, tiny):
    assert not network.apply(BOTH, "k-1").replay_rollout
    assert network.apply(BOTH, "k-1").replay_rollout
    with pytest.raises(InvalidChangeError, match="idempotency_key"):
        network.apply(ChangeSet(edits=(power(40, 39),)), "k-1")
    assert tiny.objects[CARRIER]["configuredMaxTxPower"] == 40


def test_a_stale_edit_touches_nothing(network, tiny):
    with pytest.raises(StaleEditError, match=r"43.*not 42"):
        network.apply(ChangeSet(edits=(policy(), power(42, 40))), "k-1")
    assert tiny.policies == {}


def test_a_policy_that_breaks_the_peers_schema_touches_nothing(network, tiny):
    bad = PolicyEdit(policy_type=SLA, policy_id="p-1", old=None, new={"scope": {}})
    with pytest.raises(InvalidChangeError, match="sliceId"):
        network.apply(ChangeSet(edits=(power(43, 40), bad)), "k-1")
    assert tiny.objects[CARRIER]["configuredMaxTxPower"] == 43


def test_limits_are_checked_before_anything_is_sent(network, ran):
    with pytest.raises(InvalidChangeError, match="configuredMaxTxPower"):
        network.apply(ChangeSet(edits=(power(43, 4300),)), "k-1")


def test_a_policy_that_is_never_applicable_rolls_the_o1_part_back(network, tiny):
    with pytest.raises(InvalidChangeError, match="SCOPE_NOT_APPLICABLE"):
        network.apply(ChangeSet(edits=(power(43, 40), policy(sst=200))), "k-1")
    assert tiny.objects[CARRIER]["configuredMaxTxPower"] == 43
    assert network.a1.ids(SLA) == ()
    assert not network.apply(ChangeSet(edits=(power(43, 40),)), "k-1").replay_rollout


def test_when_a1_fails_in_the_middle_the_o1_part_is_rolled_back_and_the_error_says_so(ran, tiny):
    def interfere(handler, method: str, path: str) -> bool:
        if method == "PUT":
            send(handler, 500, b'{"detail": "database is down"}', "application/problem+json")
        return method == "PUT"

    with (
        Proxy(ran.url, interfere) as proxy,
        OranNetwork(ran.url, a1_url=proxy.url, settings=QUICK) as network,
        pytest.raises(ChangeFailedError, match=r"database is down.*rolled back, nothing of the change stands"),
    ):
        network.apply(BOTH, "k-1")
    assert tiny.objects[CARRIER]["configuredMaxTxPower"] == 43
    assert tiny.policies == {}


def test_when_rolling_back_fails_too_the_error_tells_exactly_what_stands(ran, tiny):
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
    assert caught.value.standing == (power(43, 40),)
    assert power(43, 40).describe() in str(caught.value)
    assert tiny.objects[CARRIER]["configuredMaxTxPower"] == 40


def test_a_write_whose_answer_is_lost_is_judged_by_reading_back(ran, tiny):
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
    assert tiny.objects[CARRIER]["configuredMaxTxPower"] == 40


def test_acknowledged_without_effect_is_a_failure(ran, tiny):
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
    assert tiny.policies == {}


def test_after_a_crash_in_the_middle_the_retry_finishes_and_applies_nothing_twice(ran, tiny, tmp_path):
    ledger = tmp_path / "ledger.sqlite"

    class Crash(BaseException):
        pass

    with OranNetwork(ran.url, settings=QUICK, ledger=ledger) as network:
        network.a1.put = lambda *args: (_ for _ in ()).throw(Crash)
        with pytest.raises(Crash):
            network.apply(BOTH, "k-1")
    assert tiny.objects[CARRIER]["configuredMaxTxPower"] == 40
    with OranNetwork(ran.url, settings=QUICK, ledger=ledger) as network:
        receipt = network.apply(BOTH, "k-1")
        assert tiny.policies == {(SLA, "p-1"): sla_policy()}
        assert network.apply(BOTH, "k-1").replay_rollout
    with OranNetwork(ran.url, settings=QUICK, ledger=ledger) as network:
        network.revert(receipt)
    assert tiny.objects[CARRIER]["configuredMaxTxPower"] == 43
    assert tiny.policies == {}


def test_a_receipt_is_reverted_once_and_only_where_it_was_issued(network, ran):
    receipt = network.apply(BOTH, "k-1")
    with OranNetwork(ran.url) as other, pytest.raises(UnknownReceiptError):
        other.revert(receipt)
    network.revert(receipt)
    network.apply(ChangeSet(edits=(power(43, 38),)), "k-2")
    assert network.revert(receipt).replay_rollout
    assert network.read(CARRIER).attributes["configuredMaxTxPower"] == 38


def test_a_revert_of_what_somebody_else_has_changed_since_is_stale(network, tiny):
    receipt = network.apply(ChangeSet(edits=(power(43, 40),)), "k-1")
    network.apply(ChangeSet(edits=(power(40, 38),)), "k-2")
    with pytest.raises(StaleEditError):
        network.revert(receipt)
    assert tiny.objects[CARRIER]["configuredMaxTxPower"] == 38


def test_the_order_that_joint_rules_need_is_found_when_objects_are_written_one_by_one(network, tiny):
    network.o1.style = "json-patch"
    edits = tuple(
        AttributeEdit(dn=f"{CELL},RRMPolicyRatio={name}", attribute="rRMPolicyMinRatio", old=30, new=new)
        for name, new in (("URLLC", 65), ("eMBB", 5))
    )
    network.apply(ChangeSet(edits=edits), "k-1")
    assert [tiny.objects[edit.dn]["rRMPolicyMinRatio"] for edit in edits] == [65, 5]


@pytest.mark.parametrize("dialect", ["a1", "osc", "management"])
def test_a_change_travels_over_every_a1_dialect(ran, tiny, dialect):
    with OranNetwork(ran.url, dialect=dialect, settings=QUICK) as network:
        receipt = network.apply(BOTH, "k-1")
        assert tiny.policies == {(SLA, "p-1"): sla_policy()}
        network.revert(receipt)
        assert tiny.policies == {}


def test_kpis_keep_value_unit_count_slice_and_absence_on_their_way_through_pm_reports(network, tiny):
    seen = {(s.kpi, s.dn, s.slice, s.start): s for s in network.observe(KpiQuery())}
    assert len(seen) == len(tiny.samples)
    for sample in tiny.samples:
        other = seen[sample.kpi, sample.dn, sample.slice, sample.start]
        assert (other.unit, other.count, other.end) == (sample.unit, sample.count, sample.end)
        assert other.value == (None if sample.value is None else pytest.approx(sample.value, rel=1e-12))


def test_reading_what_does_not_exist_is_an_unknown_object(network):
    for dn in ("ManagedElement=S9,GNBDUFunction=1,NRCellDU=X", "not a dn", ""):
        with pytest.raises(UnknownObjectError):
            network.read(dn)
    with pytest.raises(UnknownObjectError):
        network.observe(KpiQuery(dns=("ManagedElement=S9,GNBDUFunction=1,NRCellDU=X",)))
    assert network.find("NRCellDU", "ManagedElement=S9") == ()
