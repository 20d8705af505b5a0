"""The live network over HTTP, in front of the system twin: same objects, same KPIs, and changes that really move them."""

from __future__ import annotations

import pytest
from network_suite import NetworkSuite, Subject

from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from policies.slices import Slice
from tools.oran.clock import EmbeddedClock, NetworkClock, PolledClock
from tools.oran.oran_network import OranNetwork
from twins.network import InvalidChangeError, KpiQuery, Network, UnknownObjectError
from twins.ric.server import EmbeddedRan
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

SLA = "ORAN_SliceSLATarget_1.0.0"


class TestContractOverHttp(NetworkSuite):
    """The whole Network contract, every request over A1, O1 and PM."""

    @pytest.fixture
    def subject(self):
        twin = SystemNetwork(small_scenario(), seed=1)
        twin.advance(3 * twin.describe().granularity_s)
        with EmbeddedRan(twin) as ran, OranNetwork(ran.url) as network:
            yield Subject(network, EmbeddedClock(network).wait)


@pytest.fixture(scope="module")
def twin():
    return SystemNetwork(small_scenario(), seed=3)


@pytest.fixture(scope="module")
def ran(twin):
    twin.advance(3 * twin.describe().granularity_s)
    with EmbeddedRan(twin) as ran:
        yield ran


@pytest.fixture
def network(ran):
    with OranNetwork(ran.url) as network:
        yield network


def _mean(network: OranNetwork, kpi: str, dn: str, windows: int, slice_: Slice | None = None) -> float:
    frame = network.observe(KpiQuery(kpis=(kpi,), dns=(dn,), windows=windows))
    mean = frame.keep(lambda sample: sample.slice is slice_).mean()
    assert mean is not None
    return mean


def test_it_is_a_network_with_the_same_card(network, twin):
    assert isinstance(network, Network)
    assert network.describe() == twin.describe()


def test_every_managed_object_is_found_and_read_with_its_current_attributes(network, twin):
    for class_name in ("NRCellDU", "NRSectorCarrier", "RRMPolicyRatio", "NRCellRelation", "MobilityProfile", "NoSuchClass"):
        assert network.find(class_name) == twin.find(class_name)
    cell = twin.describe().cells[1]
    assert network.find("RRMPolicyRatio", cell.dn) == twin.find("RRMPolicyRatio", cell.dn)
    for dn in (cell.dn, cell.carrier_dn, *twin.find("NRCellRelation")):
        assert network.read(dn) == twin.read(dn)


def test_every_kpi_sample_arrives_with_its_value_unit_and_count(network, twin):
    def key(sample):
        return sample.kpi, sample.dn, sample.slice, sample.start

    direct = {key(sample): sample for sample in twin.observe(KpiQuery())}
    over_http = {key(sample): sample for sample in network.observe(KpiQuery())}
    assert direct.keys() == over_http.keys()
    for at, sample in direct.items():
        other = over_http[at]
        assert (other.unit, other.end, other.count) == (sample.unit, sample.end, sample.count)
        assert other.value == (None if sample.value is None else pytest.approx(sample.value, rel=1e-9, abs=1e-12))


def test_putting_a_cell_to_sleep_over_o1_saves_its_power_and_reverting_wakes_it(network):
    cell = network.describe().cells[2]
    dn = f"{cell.cu_dn},CESManagementFunction=1"
    old = network.read(dn).attributes["energySavingControl"]
    clock = EmbeddedClock(network)
    assert isinstance(clock, NetworkClock)
    clock.wait(3)
    before = _mean(network, "PEE.AvgPower", cell.dn, 2)
    sleep = AttributeEdit(dn=dn, attribute="energySavingControl", old=old, new="toBeEnergySaving")
    receipt = network.apply(ChangeSet(edits=(sleep,)), "sleep-1")
    clock.wait(5)
    assert _mean(network, "PEE.AvgPower", cell.dn, 2) < 0.7 * before
    network.revert(receipt)
    clock.wait(5)
    assert _mean(network, "PEE.AvgPower", cell.dn, 2) > 0.8 * before


def test_a_power_cut_over_o1_and_a_cap_over_a1_are_applied_and_reverted_together(network, twin):
    cell = network.describe().cells[0]
    plmn = {"mcc": "001", "mnc": "01"}
    ncis = [{"plmnId": plmn, "cId": {"ncI": _nci(twin, cell.id)}}]
    body = {
        "scope": {"sliceId": {"sst": 1, "plmnId": plmn}},
        "sliceSlaObjectives": {"maxDlThptPerSlice": 500},
        "sliceSlaResources": {"cellIdList": ncis},
    }
    old = network.read(cell.carrier_dn).attributes["configuredMaxTxPower"]
    change = ChangeSet(
        edits=(
            AttributeEdit(dn=cell.carrier_dn, attribute="configuredMaxTxPower", old=old, new=old - 6),
            PolicyEdit(policy_type=SLA, policy_id="cap", old=None, new=body),
        )
    )
    receipt = network.apply(change, "cap-1")
    assert twin.policies() == {"cap": (SLA, body)}
    assert twin.read(cell.carrier_dn).attributes["configuredMaxTxPower"] == old - 6
    network.revert(receipt)
    assert twin.policies() == {}
    assert twin.read(cell.carrier_dn).attributes["configuredMaxTxPower"] == old


def _nci(twin: SystemNetwork, cell_id: str) -> int:
    from twins.system.configuration import nr_cell_identities

    return next(nci for nci, name in nr_cell_identities(twin.scenario).items() if name == cell_id)


def test_an_unknown_cell_in_a_policy_is_refused_and_nothing_is_applied(network, twin):
    plmn = {"mcc": "001", "mnc": "01"}
    body = {
        "scope": {"sliceId": {"sst": 1, "plmnId": plmn}},
        "sliceSlaObjectives": {"guaDlThptPerSlice": 500},
        "sliceSlaResources": {"cellIdList": [{"plmnId": plmn, "cId": {"ncI": 999_999}}]},
    }
    edit = PolicyEdit(policy_type=SLA, policy_id="stranger", old=None, new=body)
    with pytest.raises(InvalidChangeError, match="NOT_APPLICABLE"):
        network.apply(ChangeSet(edits=(edit,)), "stranger-1")
    assert twin.policies() == {}
    assert network.a1.ids(SLA) == ()


def test_a_disturbance_through_the_control_api_is_seen_in_the_kpis(network):
    cell = network.describe().cells[1]
    clock = EmbeddedClock(network)
    clock.wait(1)
    answer = network.o1.peer.request(
        "POST", "/embedded/v1/disturbances", body={"kind": "cell_outage", "cell": cell.id}, accept=(201,)
    )
    assert answer.object()["cell"] == cell.id
    clock.wait(3)
    assert network.read(cell.dn).attributes["operationalState"] == "DISABLED"
    assert _mean(network, "RRC.ConnMean", cell.dn, 1) == 0
    with pytest.raises(UnknownObjectError):
        network.o1.peer.request("POST", "/embedded/v1/disturbances", body={"kind": "cell_outage", "cell": "S9C9"}, accept=(201,))


def test_clocks_wait_in_network_time_and_refuse_nonsense(network, ran):
    seen = []
    clock = EmbeddedClock(network, step_s=1, tick=seen.append)
    start = clock.now()
    clock.wait(2.5)
    assert (clock.now() - start).total_seconds() == 2.5
    assert len(seen) == 3
    start = clock.now()
    PolledClock(network, tick=lambda moment: ran.ran.advance(1), poll_s=0.01).wait(2.5)  # its time goes on by itself
    assert (clock.now() - start).total_seconds() == 3
    for one in (clock, PolledClock(network)):
        for seconds in (-1, float("nan"), float("inf")):
            with pytest.raises(ValueError, match="seconds"):
                one.wait(seconds)


def test_forbidding_a_cell_to_a_slice_over_a1_empties_it_and_reverting_fills_it_again():
    twin = SystemNetwork(small_scenario(), seed=3)
    with EmbeddedRan(twin) as ran, OranNetwork(ran.url) as network:
        cell = network.describe().cells[1]
        plmn = {"mcc": "001", "mnc": "01"}
        resource = {"cellIdList": [{"plmnId": plmn, "cId": {"ncI": cell.nci}}], "preference": "FORBID"}
        body = {"scope": {"sliceId": {"sst": Slice.URLLC.sst, "plmnId": plmn}}, "tspResources": [resource]}
        steer = PolicyEdit(policy_type="ORAN_TrafficSteeringPreference_1.0.0", policy_id="steer", old=None, new=body)
        clock = EmbeddedClock(network)
        clock.wait(3)
        assert _mean(network, "RRC.ConnMean", cell.dn, 2, Slice.URLLC) > 0.5
        receipt = network.apply(ChangeSet(edits=(steer,)), "steer-1")
        clock.wait(8)
        assert _mean(network, "RRC.ConnMean", cell.dn, 2, Slice.URLLC) == 0
        network.revert(receipt)
        assert twin.policies() == {}
        clock.wait(8)
        assert _mean(network, "RRC.ConnMean", cell.dn, 2, Slice.URLLC) > 0.5
