"""The packet twin passes the network and twin suites, and refuses what its packet network cannot express."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from network_suite import TwinSuite, edit
from packet_layout import small_layout

from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from policies.kpi import KpiSample
from policies.slices import Slice
from twins.gym.layout import Layout
from twins.gym.packet_network import InfrastructureError
from twins.gym.packet_twin.card import packet_twin_card
from twins.gym.packet_twin.kpis import WindowRecord
from twins.gym.packet_twin.names import cell_names
from twins.gym.packet_twin.objects import WRITABLE
from twins.gym.packet_twin.observer import NETWORK_DN, Observer
from twins.gym.packet_twin.twin import START, PacketTwin
from twins.gym.window import FlowWindow, UserWindow, Window
from twins.learned.network import LearnedNetwork
from twins.network import InvalidChangeError, KpiQuery, NetworkUnavailableError, StaleEditError
from twins.system.data_card import configuration_of_card

WEST = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=west"
EAST_CARRIER = "ManagedElement=S2,GNBDUFunction=1,NRSectorCarrier=east"
WEST_CU = "ManagedElement=S1,GNBCUCPFunction=1,NRCellCU=west"


class DrawnTraffic(LearnedNetwork):
    """The Experiment Model with traffic drawn from the layout's seed, as in ns-3: within 2 % of each flow's rate."""

    def begin(self, layout: Layout) -> None:
        self._chance = random.Random(layout.seed)
        super().begin(layout)

    def run(self, layout: Layout, seconds: float, settle_s: float = 0.0) -> Window:
        flows = {
            name: flow.model_copy(update={"mbps": flow.mbps * self._chance.uniform(0.98, 1.02)})
            for name, flow in layout.flows.items()
        }
        return super().run(layout.model_copy(update={"flows": flows}), seconds, settle_s)


class TestPacketTwin(TwinSuite):
    @pytest.fixture
    def make(self):
        return lambda seed: PacketTwin(small_layout(seed), DrawnTraffic)


class Watched(LearnedNetwork):
    """The Experiment Model, which counts its beginnings and windows; the next `failures` windows are lost."""

    def __init__(self) -> None:
        super().__init__()
        self.runs = self.begins = self.failures = 0

    def begin(self, layout: Layout) -> None:
        self.begins += 1
        super().begin(layout)

    def run(self, layout: Layout, seconds: float, settle_s: float = 0.0) -> Window:
        self.runs += 1
        if self.failures > 0:
            self.failures -= 1
            raise InfrastructureError("the window was lost")
        return super().run(layout, seconds, settle_s)


@pytest.fixture
def packets():
    return Watched()


@pytest.fixture
def twin(packets):
    return PacketTwin(small_layout(), lambda: packets)


def change(twin, *edits):
    return ChangeSet(edits=tuple(edit(twin, dn, attribute, new) for dn, attribute, new in edits))


def shares(twin, cell="west"):
    return {slice_: round(share, 6) for slice_, share in twin.layout().cells[cell].shares.items()}


# ---- what can be changed ---------------------------------------------------------------------------------------------------

EVERY_KNOB = [
    (WEST, "administrativeState", "LOCKED"),
    (EAST_CARRIER, "configuredMaxTxPower", 30.0),
    (f"{EAST_CARRIER},CommonBeamformingFunction=1", "digitalTilt", 100),
    (f"{EAST_CARRIER},CommonBeamformingFunction=1", "digitalAzimuth", 300),
    (f"{WEST},RRMPolicyRatio=mMTC", "rRMPolicyMinRatio", 40),
    (f"{WEST},RRMPolicyRatio=eMBB", "rRMPolicyMaxRatio", 20),
    (f"{WEST},SchedulerProfile=URLLC", "schedulerWeight", 3.0),
    (f"{WEST_CU},MobilityProfile=1", "a3Offset", 6.0),
    (f"{WEST_CU},CESManagementFunction=1", "energySavingControl", "toBeEnergySaving"),
]


@pytest.mark.parametrize(("dn", "attribute", "new"), EVERY_KNOB)
def test_every_attribute_that_can_be_written_changes_the_layout_and_its_revert_restores_it(twin, dn, attribute, new):
    before = twin.layout()
    receipt = twin.apply(change(twin, (dn, attribute, new)), "key")
    assert twin.layout().cells != before.cells
    twin.revert(receipt)
    assert twin.layout() == before


def test_no_attribute_that_can_be_written_is_left_out_above():
    knobs = {attribute for _, attribute, _ in EVERY_KNOB} | {"rRMPolicyDedicatedRatio"}  # kept by the minimum that contains it
    assert knobs == {attribute for attributes in WRITABLE.values() for attribute in attributes}


@pytest.mark.parametrize(
    ("dn", "attribute", "new", "words"),
    [
        (f"{WEST_CU},NRCellRelation=east", "cellIndividualOffset", 3, "a3Offset alone"),
        (f"{WEST_CU},NRCellRelation=east", "isHOAllowed", False, "a3Offset alone"),
        (f"{WEST_CU},MobilityProfile=1", "hysteresis", 2.0, "240 ms apart"),
        (f"{WEST},AdmissionControl=eMBB", "maxPrbUsage", 50, "no admission control"),
        (f"{WEST},AdmissionControl=eMBB", "maxConnectedUes", 5, "no admission control"),
        (WEST, "schedulerType", "RR", "proportional fair and fixed"),
        (EAST_CARRIER, "configuredMaxTxPower", 50.0, "at most 46 dBm"),
        (f"{EAST_CARRIER},CommonBeamformingFunction=1", "digitalTilt", 700, "-60..60 deg"),
        (f"{WEST},RRMPolicyRatio=eMBB", "rRMPolicyMaxRatio", 5, "at least 8.33 %"),
        (f"{WEST},RRMPolicyRatio=eMBB", "rRMPolicyMinRatio", 90, "every slice keeps one resource block group"),
    ],
)
def test_what_the_simulator_cannot_express_is_refused_with_the_reason(twin, dn, attribute, new, words):
    before = twin.configuration()
    with pytest.raises(InvalidChangeError, match=words):
        twin.apply(change(twin, (dn, attribute, new)), "key")
    assert twin.configuration() == before


def test_an_absent_attribute_and_an_a1_policy_are_refused(twin):
    absent = AttributeEdit(dn=f"{WEST_CU},MobilityProfile=1", attribute="timeToTrigger", old=160, new=320)
    policy = PolicyEdit(policy_type="ORAN_SliceSLATarget_1.0.0", policy_id="p", old=None, new={"scope": {}})
    for refused, words in ((absent, "240 ms apart"), (policy, "no A1 policies")):
        with pytest.raises(InvalidChangeError, match=words):
            twin.apply(ChangeSet(edits=(refused,)), "key")


def test_initially_the_objects_agree_with_the_layout(twin):
    assert twin.layout() == small_layout()
    assert twin.read(EAST_CARRIER).attributes["configuredMaxTxPower"] == 43


def test_weights_share_blocks_out_in_proportion(twin):
    twin.apply(change(twin, (f"{WEST},SchedulerProfile=URLLC", "schedulerWeight", 2.0)), "key")
    assert shares(twin) == {Slice.EMBB: 0.384615, Slice.URLLC: 0.461538, Slice.MMTC: 0.153846}  # 0.5, 0.6, 0.2 of 1.3
    assert shares(twin, "east") == {Slice.EMBB: 0.5, Slice.URLLC: 0.3, Slice.MMTC: 0.2}


def test_a_minimum_is_respected_and_the_rest_shared_in_proportion(twin):
    twin.apply(change(twin, (f"{WEST},RRMPolicyRatio=mMTC", "rRMPolicyMinRatio", 60)), "key")
    assert shares(twin) == {Slice.EMBB: 0.25, Slice.URLLC: 0.15, Slice.MMTC: 0.6}


def test_a_maximum_is_respected_and_the_rest_shared_in_proportion(twin):
    twin.apply(change(twin, (f"{WEST},RRMPolicyRatio=eMBB", "rRMPolicyMaxRatio", 10)), "key")
    assert shares(twin) == {Slice.EMBB: 0.1, Slice.URLLC: 0.54, Slice.MMTC: 0.36}


def test_no_slice_falls_below_one_resource_block_group(twin):
    twin.apply(change(twin, (f"{WEST},SchedulerProfile=mMTC", "schedulerWeight", 0.1)), "key")
    assert shares(twin)[Slice.MMTC] == round(1 / 12, 6)  # 25 blocks are 12 whole groups of 2
    assert sum(shares(twin).values()) == pytest.approx(1.0)


def test_a_layout_whose_slices_have_less_than_a_group_keeps_them_as_they_are():
    layout = small_layout()
    thin = {Slice.EMBB: 0.07, Slice.URLLC: 0.73, Slice.MMTC: 0.2}
    layout = layout.model_copy(
        update={"cells": {name: cell.model_copy(update={"shares": thin}) for name, cell in layout.cells.items()}}
    )
    assert PacketTwin(layout, LearnedNetwork).layout() == layout


def test_a_dedicated_share_needs_a_minimum_that_contains_it(twin):
    ratio = f"{WEST},RRMPolicyRatio=mMTC"
    with pytest.raises(InvalidChangeError, match="rRMPolicyDedicatedRatio"):
        twin.apply(change(twin, (ratio, "rRMPolicyDedicatedRatio", 40)), "key")
    twin.apply(change(twin, (ratio, "rRMPolicyMinRatio", 40), (ratio, "rRMPolicyDedicatedRatio", 40)), "key")
    assert shares(twin)[Slice.MMTC] == 0.4


def test_a_revert_over_a_later_change_is_stale(twin):
    receipt = twin.apply(change(twin, (EAST_CARRIER, "configuredMaxTxPower", 40.0)), "one")
    twin.apply(change(twin, (EAST_CARRIER, "configuredMaxTxPower", 35.0)), "two")
    with pytest.raises(StaleEditError):
        twin.revert(receipt)


# ---- time ------------------------------------------------------------------------------------------------------------------


def powers(twin):
    return [record.layout.cells["east"].power_dbm for record in twin.snapshot().records]


def test_a_change_takes_effect_with_the_next_window_that_begins(twin):
    twin.advance(1.5)
    twin.apply(change(twin, (EAST_CARRIER, "configuredMaxTxPower", 40.0)), "middle")
    twin.advance(1.5)
    twin.apply(change(twin, (EAST_CARRIER, "configuredMaxTxPower", 35.0)), "boundary")
    twin.advance(1.0)
    assert powers(twin) == [43.0, 43.0, 40.0, 35.0]


def test_a_window_is_run_when_it_is_complete_and_only_then(twin, packets):
    twin.advance(0.9995)
    assert packets.runs == 0 and len(twin.observe(KpiQuery())) == 0
    twin.advance(0.0005)
    assert packets.runs == 2  # the warm-up and the window
    assert twin.describe().now == START + timedelta(seconds=1)


def test_continuing_costs_one_run_and_rewinding_costs_a_replay_of_all_windows(twin, packets):
    twin.advance(3.0)
    state = twin.snapshot()
    twin.restore(state)
    twin.advance(1.0)
    assert (packets.begins, packets.runs) == (1, 1 + 4)
    twin.restore(state)
    twin.apply(change(twin, (EAST_CARRIER, "configuredMaxTxPower", 35.0)), "key")
    twin.advance(1.0)
    assert (packets.begins, packets.runs) == (2, 5 + 1 + 4)


def test_windows_that_were_measured_stay_when_the_twin_is_reseeded(twin):
    twin.advance(2.0)
    before = twin.observe(KpiQuery())
    twin.reseed(9)
    twin.advance(1.0)
    assert twin.observe(KpiQuery()).samples[: len(before)] == before.samples
    with pytest.raises(ValueError, match="seed=0"):
        twin.reseed(0)


def test_a_packet_network_that_fails_once_is_restarted_and_measures_the_same(twin, packets):
    undisturbed = PacketTwin(small_layout(), LearnedNetwork)
    undisturbed.advance(3.0)
    twin.advance(2.0)
    packets.failures = 1
    twin.advance(1.0)
    assert packets.begins == 2
    assert twin.observe(KpiQuery()) == undisturbed.observe(KpiQuery())


def test_a_packet_network_that_fails_twice_is_unavailable_and_time_stays_at_the_last_window(twin, packets):
    twin.advance(1.0)
    packets.failures = 2
    with pytest.raises(NetworkUnavailableError, match="lost"):
        twin.advance(2.5)
    assert twin.describe().now == START + timedelta(seconds=1)
    twin.advance(1.0)
    assert len(twin.observe(KpiQuery()).windows()) == 2


@pytest.mark.parametrize("lengths", [{"granularity_s": 0.0}, {"granularity_s": 0.0105}, {"warm_up_s": -1.0}])
def test_windows_are_whole_milliseconds(lengths):
    with pytest.raises(ValueError, match="whole milliseconds"):
        PacketTwin(small_layout(), LearnedNetwork, **lengths)


# ---- KPIs ------------------------------------------------------------------------------------------------------------------


def record(**changes):
    flows = {
        "uav-1": FlowWindow(latency_ms=4.0, jitter_ms=1.0, loss=0.0, throughput_mbps=0.6, offered_mbps=0.6),
        "ue-1": FlowWindow(latency_ms=10.0, jitter_ms=1.0, loss=0.5, throughput_mbps=1.0, offered_mbps=2.0),
        "ue-2": FlowWindow(latency_ms=None, jitter_ms=None, loss=1.0, throughput_mbps=0.0, offered_mbps=2.0),
    }
    cqi = tuple(5 if index == 9 else 0 for index in range(16))
    users = {
        "uav-1": UserWindow(cell="west", rsrp_dbm=-80.0, sinr_db=10.0, cqi=cqi),
        "ue-1": UserWindow(cell="west", rsrp_dbm=-80.0, sinr_db=10.0, cqi=cqi),
        "ue-2": UserWindow(cell=None, rsrp_dbm=-140.0, sinr_db=-20.0),
    }
    window = Window(seconds=2.0, now_s=3.0, flows=flows, users=users, prb_load={"west": 0.25, "east": 0.0}, handovers=1)
    before = {"uav-1": "east", "ue-1": "west", "ue-2": None}
    return WindowRecord(**{"number": 0, "layout": small_layout(), "window": window, "before": before, **changes})


def value(kpi, dn=WEST, slice_=None, of=None):
    observer = Observer(cell_names(small_layout()), START, timedelta(seconds=2))
    samples: list[KpiSample] = [
        sample for sample in observer.observe([of or record()], KpiQuery(kpis=(kpi,), dns=(dn,))) if sample.slice is slice_
    ]
    assert len(samples) == 1
    return samples[0].value


def test_values_are_in_the_catalogues_units():
    assert value("RRU.PrbTotDl") == 25.0
    assert value("RRC.ConnMean") == 2.0
    assert value("DRB.UEThpDl") == pytest.approx(0.8)
    assert value("DRB.PacketLossRateDl", slice_=Slice.EMBB) == pytest.approx(50.0)
    assert value("DRB.PdcpSduVolumeDL") == pytest.approx(5.2)
    assert value("CARR.WBCQIDist.9") == 10.0


def test_delay_is_weighted_by_packets():
    small, large = 0.6 / 300, 1.0 / 1000
    assert value("DRB.PdcpSduDelayDl") == pytest.approx((4.0 * small + 10.0 * large) / (small + large))


def test_nothing_to_measure_is_none_and_a_user_without_a_cell_counts_to_the_network_alone():
    assert value("DRB.PdcpSduDelayDl", slice_=Slice.MMTC) is None
    assert value("RRC.ConnMean", slice_=Slice.MMTC) == 0.0
    assert value("DRB.UEThpDl.P05", NETWORK_DN, Slice.EMBB) == pytest.approx(0.05)  # between 0 and 1 Mbit/s


def test_handovers_are_reported_per_cell_if_the_window_explains_all_of_them():
    east = "ManagedElement=S2,GNBDUFunction=1,NRCellDU=east"
    relation = "ManagedElement=S2,GNBCUCPFunction=1,NRCellCU=east,NRCellRelation=west"
    assert value("MM.HoExeIntraReq", east) == value("MM.HoExeIntraReq", relation) == 1.0
    assert value("MM.HoExeIntraReq", WEST) == 0.0
    back_and_forth = record(window=record().window.model_copy(update={"handovers": 3}))
    assert value("MM.HoExeIntraReq", east, of=back_and_forth) is None


def test_kpis_that_a_window_does_not_provide_have_no_samples(twin):
    twin.advance(1.0)
    for kpi in ("DRB.PdcpSduDelayDl.P95", "RRU.PrbUsedDl", "PEE.Energy", "CARR.AverageBlerDl", "MM.RlfRate"):
        assert len(twin.observe(KpiQuery(kpis=(kpi,)))) == 0


# ---- cards -----------------------------------------------------------------------------------------------------------------


def test_the_card_states_lte_and_the_source_and_covers_its_own_network(twin):
    card = twin.describe()
    assert "LTE" in card.data_card.configuration.numerology
    assert LearnedNetwork.label in card.kind and LearnedNetwork.label in card.data_card.provenance.source
    assert packet_twin_card(LearnedNetwork.label).covers(configuration_of_card(card)).covered
    assert [cell.subcarrier_spacing_khz for cell in card.cells] == [15, 15]


def test_cells_at_one_place_share_a_site():
    layout = small_layout()
    moved = layout.cells["east"].model_copy(update={"position": layout.cells["west"].position})
    names = cell_names(layout.model_copy(update={"cells": {**layout.cells, "east": moved}}))
    assert {name.site for name in names.values()} == {"S1"} and len({name.nci for name in names.values()}) == 2
