"""Mobility, energy, disturbances and common random numbers in the system twin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from policies.slices import Slice
from twins.network import KpiQuery, UnknownObjectError
from twins.system.scenario.disturbance import CellOutage, Disturbance, Interferer, Surge
from twins.system.scenario.presets import small_scenario, stadium_scenario
from twins.system.scenario.scenario import InArea, SystemScenario, UeGroup
from twins.system.scenario.topology import hexagonal
from twins.system.scenario.traffic import Ftp3, FullBuffer, Periodic
from twins.system.system_network import SystemNetwork

START = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)


def walkers(**changes) -> SystemScenario:
    """Three sites with terminals that drive from cell to cell."""
    cells = tuple(cell for cell in hexagonal() if cell.site in ("S1", "S2", "S3"))
    group = UeGroup(name="cars", slice=Slice.EMBB, count=30, speed_mps=12.0, traffic=FullBuffer())
    settings = {"name": "roads", "start": START, "cells": cells, "groups": (group,), "radius": 400.0, "granularity_s": 5.0}
    return SystemScenario(**{**settings, **changes})


def total(network: SystemNetwork, kpi: str, windows: int = 1, **narrow) -> float:
    frame = network.observe(KpiQuery(kpis=(kpi,), windows=windows, **narrow))
    return sum(sample.value or 0.0 for sample in frame if sample.slice is None and "NRCellDU=" in sample.dn)


def change(network: SystemNetwork, class_name: str, attribute: str, new, under: str = "") -> ChangeSet:
    return ChangeSet(
        edits=tuple(
            AttributeEdit(dn=dn, attribute=attribute, old=network.read(dn).attributes[attribute], new=new)
            for dn in network.find(class_name, under)
            if network.read(dn).attributes[attribute] != new
        )
    )


def profile(hysteresis: float, time_to_trigger: int, scenario: SystemScenario) -> SystemScenario:
    dns = [f"ManagedElement={c.site},GNBCUCPFunction=1,NRCellCU={c.id},MobilityProfile=1" for c in scenario.cells]
    values = {"a3Offset": 0.0, "hysteresis": hysteresis, "timeToTrigger": time_to_trigger}
    return scenario.model_copy(update={"configuration": dict.fromkeys(dns, values)})


def test_moving_terminals_are_handed_over_and_relations_count_them():
    network = SystemNetwork(walkers(), 1)
    network.advance(10)
    frame = network.observe(KpiQuery(kpis=("MM.HoExeIntraReq",), windows=2))
    cells = sum(sample.value for sample in frame if "NRCellDU=" in sample.dn)
    relations = sum(sample.value for sample in frame if "NRCellRelation=" in sample.dn)
    assert cells == relations > 3


def test_cell_individual_offset_pulls_terminals_over():
    network = SystemNetwork(walkers(), 1)
    network.advance(5)
    state = network.snapshot()
    network.advance(10)
    dn = network.describe().cell("S2C2").dn
    without = total(network, "RRC.ConnMean", dns=(dn,))
    network.restore(state)
    relations = [dn for dn in network.find("NRCellRelation") if dn.endswith("NRCellRelation=S2C2")]
    back = network.find("NRCellRelation", "ManagedElement=S2,GNBCUCPFunction=1,NRCellCU=S2C2")
    edits = [AttributeEdit(dn=relation, attribute="cellIndividualOffset", old=0, new=6) for relation in relations]
    edits += [AttributeEdit(dn=relation, attribute="cellIndividualOffset", old=0, new=-6) for relation in back]
    network.apply(ChangeSet(edits=tuple(edits)), "cio")
    network.advance(10)
    assert total(network, "RRC.ConnMean", dns=(dn,)) > without + 1


def test_a_forbidden_relation_is_not_used():
    network = SystemNetwork(walkers(), 1)
    network.apply(change(network, "NRCellRelation", "isHOAllowed", False), "forbid")
    network.advance(10)
    assert total(network, "MM.HoExeIntraReq", windows=2) == 0


def test_hysteresis_and_time_to_trigger_reduce_ping_pong():
    counts = []
    for hysteresis, trigger in ((0.5, 0), (3.0, 320)):
        network = SystemNetwork(profile(hysteresis, trigger, walkers()), 1)
        network.advance(15)
        shares = network.observe(KpiQuery(kpis=("MM.HoPingPongRate",), windows=3))
        counts.append(sum(sample.value / 100 * sample.count for sample in shares if sample.value is not None))
    assert counts[0] > 2 * counts[1] + 1


def test_a_sleeping_cell_saves_energy_and_its_terminals_go_to_neighbours():
    network = SystemNetwork(walkers(), 1)
    network.advance(5)
    cell = network.describe().cell("S1C1")
    users, watts = total(network, "RRC.ConnMean"), total(network, "PEE.AvgPower", dns=(cell.dn,))
    assert total(network, "RRC.ConnMean", dns=(cell.dn,)) > 0
    network.apply(change(network, "CESManagementFunction", "energySavingControl", "toBeEnergySaving", cell.cu_dn), "sleep")
    assert network.read(f"{cell.cu_dn},CESManagementFunction=1").attributes["energySavingState"] == "isEnergySaving"
    network.advance(5)
    assert total(network, "RRC.ConnMean", dns=(cell.dn,)) == 0
    assert total(network, "RRU.PrbTotDl", dns=(cell.dn,)) == 0
    assert total(network, "RRC.ConnMean") == pytest.approx(users, abs=1)
    assert total(network, "PEE.AvgPower", dns=(cell.dn,)) < 0.6 * watts


def test_less_power_means_less_coverage_and_less_energy():
    network = SystemNetwork(walkers(), 1)
    network.advance(5)
    cell = network.describe().cell("S1C1")
    users, watts = total(network, "RRC.ConnMean", dns=(cell.dn,)), total(network, "PEE.AvgPower", dns=(cell.dn,))
    carrier = cell.carrier_dn
    edit = AttributeEdit(dn=carrier, attribute="configuredMaxTxPower", old=46.0, new=34.0)
    network.apply(ChangeSet(edits=(edit,)), "power")
    network.advance(5)
    assert total(network, "RRC.ConnMean", dns=(cell.dn,)) < users
    assert total(network, "PEE.AvgPower", dns=(cell.dn,)) < watts


def test_an_outage_shows_as_link_failures_and_the_others_take_over():
    network = SystemNetwork(walkers(), 1)
    network.advance(5)
    cell = network.describe().cell("S1C1")
    network.inject(Disturbance(CellOutage(cell="S1C1")))
    assert network.read(cell.dn).attributes["operationalState"] == "DISABLED"
    network.advance(5)
    assert total(network, "MM.RlfRate", dns=(cell.dn,)) > 0
    network.advance(5)
    assert total(network, "RRC.ConnMean", dns=(cell.dn,)) == 0
    assert total(network, "RRC.ConnMean") > 25


def test_an_outage_that_ends_lets_the_cell_serve_again():
    scenario = walkers(disturbances=(CellOutage(cell="S1C1", start=START, end=START + timedelta(seconds=10)),))
    network = SystemNetwork(scenario, 1)
    dn = network.describe().cell("S1C1").dn
    network.advance(5)
    assert total(network, "RRU.PrbTotDl", dns=(dn,)) == 0
    network.advance(15)
    assert network.read(dn).attributes["operationalState"] == "ENABLED"
    assert total(network, "RRU.PrbTotDl", dns=(dn,)) > 0


def test_an_interferer_lowers_the_cqi_around_it():
    network = SystemNetwork(walkers(), 1)

    def cqi() -> float:
        frame = network.observe(KpiQuery(kpis=("CARR.WBCQIDist",), windows=1))
        counts = np.zeros(16)
        for sample in frame:
            if sample.slice is None and "NRCellDU" in sample.dn:
                counts[int(sample.kpi.rsplit(".", 1)[1])] += sample.value
        return float((counts * np.arange(16)).sum() / counts.sum())

    network.advance(5)
    before = cqi()
    network.inject(Disturbance(Interferer(x=100.0, y=100.0, power_dbm=50.0)))
    network.advance(5)
    assert cqi() < before - 1


def test_a_surge_multiplies_the_traffic_where_it_strikes():
    network = SystemNetwork(small_scenario(), 1)
    network.advance(10)
    before = total(network, "DRB.PdcpSduVolumeDL", windows=10)
    network.inject(Disturbance(Surge(factor=4.0, slices=("eMBB",))))
    network.advance(10)
    assert 2.5 * before < total(network, "DRB.PdcpSduVolumeDL", windows=10) < 5.5 * before


@pytest.mark.parametrize("wrong", [CellOutage(cell="S9C9"), Surge(factor=2, area="moon"), Surge(factor=2, cells=("S9C9",))])
def test_a_disturbance_of_something_unknown_is_refused(wrong):
    with pytest.raises(UnknownObjectError):
        SystemNetwork(small_scenario(), 1).inject(Disturbance(wrong))


def test_a_change_alters_neither_the_arriving_traffic_nor_the_walks():
    unchanged, changed = SystemNetwork(small_scenario(), 1), SystemNetwork(small_scenario(), 1)
    cell = changed.describe().cells[0]
    changed.apply(change(changed, "NRSectorCarrier", "configuredMaxTxPower", 20.0), "power")
    changed.apply(change(changed, "AdmissionControl", "maxConnectedUes", 1, cell.dn), "admission")
    for network in (unchanged, changed):
        network.advance(5)
    before, after = unchanged.snapshot().state, changed.snapshot().state
    assert total(unchanged, "RRU.PrbTotDl", 5) != total(changed, "RRU.PrbTotDl", 5), "the change had no effect at all"
    for field in ("offered_bits", "arrivals", "x", "y"):
        assert np.array_equal(before.ues[field], after.ues[field])


def test_a_steering_policy_moves_a_slice_out_of_a_cell():
    network = SystemNetwork(walkers(), 1)
    network.advance(5)
    cell = network.describe().cell("S1C1")
    assert total(network, "RRC.ConnMean", dns=(cell.dn,)) > 0
    plmn = {"mcc": "001", "mnc": "01"}
    resource = {"cellIdList": [{"plmnId": plmn, "cId": {"ncI": cell.nci}}], "preference": "FORBID"}
    body = {"scope": {"sliceId": {"sst": 1, "plmnId": plmn}}, "tspResources": [resource]}
    edit = PolicyEdit(policy_type="ORAN_TrafficSteeringPreference_1.0.0", policy_id="t", old=None, new=body)
    network.apply(ChangeSet(edits=(edit,)), "steer")
    network.advance(10)
    assert total(network, "RRC.ConnMean", dns=(cell.dn,)) < 0.5


def test_the_crowd_comes_to_its_event_and_goes_again():
    scenario = small_scenario(time_lapse=60.0, granularity_s=60.0)
    event = {"name": "show", "area": "plaza", "start": START + timedelta(minutes=30), "end": START + timedelta(minutes=60)}
    fans = UeGroup(
        name="fans",
        slice=Slice.EMBB,
        count=20,
        event="show",
        arrival_spread_min=5,
        traffic=Ftp3(files_per_s=2.0, file_bytes=20_000),
    )
    raw = {**scenario.model_dump(), "events": (event,), "groups": (*scenario.groups, fans)}
    network = SystemNetwork(SystemScenario.model_validate(raw), 1)

    def present() -> int:
        ues, area = network.snapshot().state.ues[-20:], scenario.areas[0]
        return int((np.hypot(ues["x"] - area.x, ues["y"] - area.y) <= area.radius).sum())

    counts = []
    for minutes in (10, 35, 40):
        network.advance(60.0 * minutes)
        counts.append(present())
    assert counts[1] == 20 and counts[0] < 10 and counts[2] < 10


def test_only_traffic_at_the_event_and_daily_activity_shape_the_load():
    quiet = tuple(0.0 if hour == 12 else 1.0 for hour in range(24))
    robots = UeGroup(name="r", slice=Slice.URLLC, count=3, traffic=Periodic(period_ms=5.0), activity=quiet)
    area = small_scenario().areas[0]
    event = {"name": "late", "area": area.name, "start": START + timedelta(hours=5), "end": START + timedelta(hours=6)}
    crew = UeGroup(
        name="crew",
        slice=Slice.MMTC,
        count=3,
        event="late",
        only_at_event=True,
        placement=InArea(area=area.name),
        traffic=Periodic(),
    )
    raw = {**small_scenario(time_lapse=600.0, granularity_s=600.0).model_dump(), "events": (event,), "groups": (robots, crew)}
    network = SystemNetwork(SystemScenario.model_validate(raw), 1)
    network.advance(600)
    at_noon = total(network, "DRB.PdcpSduVolumeDL")
    network.advance(3600 * 1.5)
    assert total(network, "DRB.PdcpSduVolumeDL") > 2 * at_noon
    crew_bits = network.snapshot().state.ues["offered_bits"][3:].sum()
    network.advance(3600 * 4)
    assert crew_bits == 0 < network.snapshot().state.ues["offered_bits"][3:].sum()


def test_the_stadium_suffers_in_its_event_and_a_capacity_cell_repairs_it():
    scenario = stadium_scenario(start=datetime(2026, 6, 6, 20, 0, tzinfo=UTC))
    network = SystemNetwork(scenario, 1)
    assert len(scenario.cells) == 23 and sum(group.count for group in scenario.groups) == 210
    network.advance(600)
    state = network.snapshot()

    def worst() -> tuple[float, float]:
        network.advance(900)
        dns = tuple(cell.dn for cell in network.describe().cells if "stadium" in cell.areas)
        query = KpiQuery(kpis=("DRB.UEThpDl.P05", "DRB.PdcpSduDelayDl"), dns=dns, windows=2)
        frame = network.observe(query)
        slow = min(frame.where(kpi="DRB.UEThpDl.P05", slice=Slice.EMBB).values())
        return slow, max(frame.where(kpi="DRB.PdcpSduDelayDl", slice=Slice.URLLC).values())

    slow, late = worst()
    assert slow < 5 or late > 10
    network.restore(state)
    for number in (1, 2):
        dn = f"ManagedElement=S8,GNBCUCPFunction=1,NRCellCU=S8C{number}"
        network.apply(
            change(network, "CESManagementFunction", "energySavingControl", "toBeNotEnergySaving", dn), f"wake-{number}"
        )
    slow, late = worst()
    assert slow >= 5 and late < 10
