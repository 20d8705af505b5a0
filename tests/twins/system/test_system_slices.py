"""Slices, schedulers and admission in the system twin behave as TS 28.541's ratios specify."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from policies.slices import Slice
from twins.network import InvalidChangeError, KpiQuery, StaleEditError
from twins.system.scenario.disturbance import BackhaulDelay, Disturbance
from twins.system.scenario.scenario import CellSpec, Points, SystemScenario, UeGroup
from twins.system.scenario.traffic import FullBuffer, Periodic
from twins.system.system_network import SystemNetwork

CELL = CellSpec(id="S1C1", site="S1", x=0, y=0, azimuth=0)
DU = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"
PLMN = {"mcc": "001", "mnc": "01"}


def group(name: str, slice_: Slice, count: int, traffic, distance: float = 80.0) -> UeGroup:
    points = tuple((distance, 3.0 * i) for i in range(count))
    return UeGroup(name=name, slice=slice_, count=count, traffic=traffic, placement=Points(points=points))


def one_cell(*groups: UeGroup, **settings) -> SystemNetwork:
    """Return a network of one cell with terminals near the middle of its beam."""
    start = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
    return SystemNetwork(
        SystemScenario(**{"name": "one", "start": start, "cells": (CELL,), "groups": groups, **settings}), seed=1
    )


def put(network: SystemNetwork, key: str, **attributes) -> None:
    """Apply attributes given as Class__id__attribute=value below the cell."""
    edits = []
    for name, value in attributes.items():
        kind, identity, attribute = name.split("__")
        dn = DU if kind == "NRCellDU" else f"{DU},{kind}={identity}"
        edits.append(AttributeEdit(dn=dn, attribute=attribute, old=network.read(dn).attributes[attribute], new=value))
    network.apply(ChangeSet(edits=tuple(edits)), key)


def value(network: SystemNetwork, kpi: str, slice_: Slice | None = None, windows: int = 1) -> float:
    frame = network.observe(KpiQuery(kpis=(kpi,), dns=(DU,), windows=windows))
    values = [sample.value for sample in frame if sample.slice is slice_]
    assert values and None not in values, f"{kpi} was not measured"
    return sum(values) / len(values)


@pytest.fixture
def contended() -> SystemNetwork:
    """Two slices with full buffers."""
    return one_cell(group("e", Slice.EMBB, 6, FullBuffer()), group("u", Slice.URLLC, 2, FullBuffer()))


@pytest.mark.parametrize("maximum", [1, 7, 40])
def test_maximum_ratio_is_a_hard_cap_even_in_an_empty_cell(maximum):
    network = one_cell(group("u", Slice.URLLC, 3, FullBuffer()))
    put(network, "k", RRMPolicyRatio__URLLC__rRMPolicyMaxRatio=maximum)
    network.advance(4)
    used = value(network, "RRU.PrbUsedDl", Slice.URLLC, windows=3)
    assert 0.9 * maximum <= used <= maximum + 0.05


@pytest.mark.parametrize("minimum", [1, 15, 70])
def test_minimum_ratio_is_honoured_under_contention(contended, minimum):
    put(contended, "k", SchedulerProfile__URLLC__schedulerWeight=0.1, RRMPolicyRatio__URLLC__rRMPolicyMinRatio=minimum)
    contended.advance(4)
    assert value(contended, "RRU.PrbUsedDl", Slice.URLLC, windows=3) >= minimum - 0.5
    assert value(contended, "RRU.PrbTotDl") > 98


def test_an_unused_minimum_is_lent_and_an_unused_dedicated_share_is_not():
    network = one_cell(group("e", Slice.EMBB, 4, FullBuffer()))
    put(network, "min", RRMPolicyRatio__URLLC__rRMPolicyMinRatio=30)
    network.advance(3)
    assert value(network, "RRU.PrbUsedDl", Slice.EMBB) > 98
    put(network, "dedicated", RRMPolicyRatio__URLLC__rRMPolicyDedicatedRatio=30)
    network.advance(3)
    assert value(network, "RRU.PrbUsedDl", Slice.EMBB) == pytest.approx(70, abs=1.5)


def test_a_higher_weight_gets_more_only_where_weights_are_used(contended):
    put(contended, "weight", SchedulerProfile__URLLC__schedulerWeight=4.0)
    contended.advance(3)
    weighted = value(contended, "RRU.PrbUsedDl", Slice.URLLC)
    put(contended, "type", NRCellDU____schedulerType="PF")
    contended.advance(3)
    assert weighted > 1.5 * value(contended, "RRU.PrbUsedDl", Slice.URLLC)


def test_proportional_fair_shares_time_and_gains_over_round_robin():
    groups = (group("near", Slice.EMBB, 3, FullBuffer(), 60.0), group("far", Slice.EMBB, 3, FullBuffer(), 350.0))
    network = one_cell(*groups)
    network.advance(5)
    fair = value(network, "DRB.PdcpSduVolumeDL", windows=3)
    assert value(network, "DRB.UEThpDl.P05", Slice.EMBB) > 0.15 * value(network, "DRB.UEThpDl", Slice.EMBB)
    put(network, "rr", NRCellDU____schedulerType="RR")
    network.advance(5)
    assert fair > value(network, "DRB.PdcpSduVolumeDL", windows=3)


def test_delay_grows_with_load():
    delays = []
    for period in (20.0, 1.2, 0.9):
        network = one_cell(group("u", Slice.URLLC, 8, Periodic(packet_bytes=1500, period_ms=period)))
        network.advance(4)
        delays.append(value(network, "DRB.PdcpSduDelayDl", Slice.URLLC, windows=2))
    assert delays[0] < delays[1] < delays[2]
    assert delays[0] < 5


def test_an_overfull_buffer_discards_and_counts_the_loss():
    network = one_cell(group("u", Slice.URLLC, 8, Periodic(packet_bytes=1500, period_ms=0.3)))
    network.advance(5)
    assert value(network, "DRB.PacketLossRateDl", Slice.URLLC) > 10


def test_backhaul_delay_adds_to_every_packet():
    network = one_cell(group("u", Slice.URLLC, 2, Periodic(packet_bytes=250, period_ms=5.0)))
    network.advance(2)
    before = value(network, "DRB.PdcpSduDelayDl", Slice.URLLC)
    network.inject(Disturbance(BackhaulDelay(cell="S1C1", milliseconds=12.5)))
    network.advance(2)
    assert value(network, "DRB.PdcpSduDelayDl", Slice.URLLC) == pytest.approx(before + 12.5, abs=1.0)


def test_first_transmissions_fail_at_about_the_target():
    network = one_cell(group("e", Slice.EMBB, 4, FullBuffer(), 150.0), cells=(CELL.model_copy(update={"tx_power_dbm": 15.0}),))
    network.advance(6)
    assert value(network, "CARR.AverageBlerDl", windows=3) == pytest.approx(10, abs=2)


def test_admission_rejects_and_counts_connections_above_the_cap():
    network = one_cell(group("u", Slice.URLLC, 6, Periodic(packet_bytes=250, period_ms=20.0)))
    put(network, "cap", AdmissionControl__URLLC__maxConnectedUes=2)
    network.advance(5)
    assert value(network, "RRC.ConnMean", Slice.URLLC) == pytest.approx(2, abs=0.01)
    assert value(network, "RRC.ConnEstabFailRate", Slice.URLLC) == 100


def sla(kbps: float, sst: int = 2, nci: int = (1 << 12) | 1) -> dict:
    cells = [{"plmnId": PLMN, "cId": {"ncI": nci}}]
    return {
        "scope": {"sliceId": {"sst": sst, "plmnId": PLMN}},
        "sliceSlaObjectives": {"guaDlThptPerSlice": kbps},
        "sliceSlaResources": {"cellIdList": cells},
    }


def policy(old, new, name: str = "p") -> ChangeSet:
    edit = PolicyEdit(policy_type="ORAN_SliceSLATarget_1.0.0", policy_id=name, old=old, new=new)
    return ChangeSet(edits=(edit,))


def test_a_slice_sla_policy_raises_the_slices_throughput_to_the_guarantee(contended):
    put(contended, "w", SchedulerProfile__URLLC__schedulerWeight=0.1)
    contended.advance(3)
    assert value(contended, "DRB.PdcpSduVolumeDL", Slice.URLLC) < 15
    receipt = contended.apply(policy(None, sla(30_000)), "sla")
    contended.advance(8)
    assert value(contended, "DRB.PdcpSduVolumeDL", Slice.URLLC, windows=3) > 27
    contended.revert(receipt)
    assert contended.policies() == {}
    contended.advance(3)
    assert value(contended, "DRB.PdcpSduVolumeDL", Slice.URLLC) < 15


def test_a_policy_that_would_do_nothing_is_refused(contended):
    body = sla(1000)
    body["sliceSlaObjectives"] = {"guaUlThptPerSlice": 1000}
    for wrong in (body, sla(1000, nci=99), sla(1000, sst=9), {"scope": {}}):
        with pytest.raises(InvalidChangeError):
            contended.apply(policy(None, wrong), "sla")
    assert contended.policies() == {}


def test_creating_a_policy_that_exists_is_stale(contended):
    contended.apply(policy(None, sla(1000)), "a")
    with pytest.raises(StaleEditError):
        contended.apply(policy(None, sla(2000)), "b")
