"""RAN tools read the network's KPIs and configuration, change the requested attribute, and name invalid arguments."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tool_worlds import context_over, network_with_history

from policies.effect import Effect
from policies.kpi import KpiFrame, KpiSample
from policies.slices import Slice
from tools.contract import ToolError
from tools.ran.configure_tools import CONFIGURE_TOOLS, set_slice_ratios, set_transmit_power
from tools.ran.degradation_tool import detect_degradation
from tools.ran.kpi_tool import query_kpi
from tools.ran.topology_tools import read_configuration, read_topology
from tools.registry import default_registry
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore
from tools.twinning.outlook import sites_of
from twins.network import KpiQuery
from twins.system.scenario.disturbance import BackhaulDelay


@pytest.fixture
def world(tmp_path):
    return context_over(network_with_history(), tmp_path)


def test_a_kpi_query_returns_what_the_network_measured_with_units(world):
    value = query_kpi.call(world, {"kpis": ["RRU.PrbTotDl"], "cells": ["plaza"], "windows": 3}).value
    measured = world.network.observe(KpiQuery(kpis=("RRU.PrbTotDl",), windows=3)).where(
        dn=world.network.describe().cell("S1C1").dn
    )
    assert [row.value for row in value.rows] == measured.values()
    assert {row.unit for row in value.rows} == {"%"}
    assert value.means[0].worst_cell == "S1C1"


def test_a_kpi_query_over_a_past_time_returns_its_windows_alone_and_tells_what_the_store_holds(world):
    newest = world.network.describe().now
    start, end = newest - timedelta(seconds=6), newest - timedelta(seconds=3)
    query = {"kpis": ["RRU.PrbTotDl"], "cells": ["S1C1"], "start": start.isoformat(), "end": end.isoformat()}
    table = query_kpi.call(world, query).value
    assert [row.start for row in table.rows] == [(start + timedelta(seconds=second)).isoformat() for second in range(3)]
    assert table.held.end == newest and table.held.start < start
    with pytest.raises(ToolError, match="give both or none"):
        query_kpi.call(world, {"kpis": ["RRU.PrbTotDl"], "start": start.isoformat()})
    with pytest.raises(ToolError, match="must be after start"):
        query_kpi.call(world, query | {"end": start.isoformat()})


def site_report(world, tmp_path, sites, kpi="PEE.Energy", unit="Wh"):
    """A world whose power meters report by site only: `sites` maps DNs to values."""
    start = world.network.describe().now - timedelta(seconds=1)
    rows = [KpiSample(kpi, dn, None, start, start + timedelta(seconds=1), value, unit) for dn, value in sites.items()]
    store = KpiStore(tmp_path / "sites.db")
    store.write(KpiFrame(tuple(rows)))
    return replace(world, kpis=KpiSource(store))


def test_a_kpi_that_is_reported_by_site_is_found_for_whole_sites_only(world, tmp_path):
    card = world.network.describe()
    sites = sites_of(card)
    by_site = site_report(world, tmp_path, dict.fromkeys(sites, 0.2))
    table = query_kpi.call(by_site, {"kpis": ["PEE.Energy"]}).value
    assert {row.cell for row in table.rows} == set(sites)
    assert table.means[0].mean == pytest.approx(0.2 * len(sites))
    whole = [cell.id for cell in card.cells if cell.dn in next(iter(sites.values()))]
    assert query_kpi.call(by_site, {"kpis": ["PEE.Energy"], "cells": whole}).value.means[0].mean == pytest.approx(0.2)
    part = query_kpi.call(by_site, {"kpis": ["PEE.Energy"], "cells": whole[:1]})
    assert part.value.rows == ()
    network = site_report(world, tmp_path / "network", {"SubNetwork=RAN": 0.7})
    assert query_kpi.call(network, {"kpis": ["PEE.Energy"]}).value.means[0].mean == pytest.approx(0.7)


def test_a_sum_of_which_a_part_is_missing_is_unknown_and_its_rows_are_shown(world, tmp_path):
    cells = [cell.dn for cell in world.network.describe().cells]
    evidence = query_kpi.call(site_report(world, tmp_path, dict.fromkeys(cells[1:], 0.1)), {"kpis": ["PEE.Energy"]})
    assert len(evidence.value.rows) == len(cells) - 1
    assert evidence.value.means[0].mean is None
    assert any("the sum over the named cells is unknown" in warning for warning in evidence.warnings)


def test_what_was_counted_in_no_window_is_an_answer_without_a_value(world, tmp_path):
    cells = [cell.dn for cell in world.network.describe().cells]
    idle = site_report(world, tmp_path, dict.fromkeys(cells), kpi="MM.HoPingPongRate", unit="%")
    (mean,) = query_kpi.call(idle, {"kpis": ["MM.HoPingPongRate"]}).value.means
    assert (mean.mean, mean.worst, mean.worst_cell) == (None, None, "")


def test_the_energy_efficiency_of_several_cells_is_their_volume_over_their_energy(world):
    card = world.network.describe()
    rows = query_kpi.call(world, {"kpis": ["EE.DV", "PEE.Energy"], "windows": 5}).value.rows
    energy = {(row.cell, row.start): row.value for row in rows if row.kpi == "PEE.Energy"}
    delivered = sum(row.value * energy[row.cell, row.start] for row in rows if row.kpi == "EE.DV")
    (mean,) = query_kpi.call(world, {"kpis": ["EE.DV"], "windows": 5}).value.means
    assert mean.mean == pytest.approx(delivered / sum(energy.values()), rel=1e-6)
    assert len({cell for cell, _ in energy}) == len(card.cells)


def test_topology_and_configuration_are_those_of_the_network(world):
    topology = read_topology.call(world, {}).value
    assert topology.cells == world.network.describe().cells
    objects = read_configuration.call(world, {"cells": ["S1C2"], "classes": ["RRMPolicyRatio"]}).value.objects
    assert [item.dn.rpartition("=")[2] for item in objects] == ["eMBB", "URLLC", "mMTC"]
    assert all(world.network.read(item.dn) == item for item in objects)


@pytest.mark.parametrize(
    ("call", "arguments", "words"),
    [
        (query_kpi, {"kpis": ["DRB.Speed"]}, "'DRB.Speed' is not in the KPI catalogue"),
        (query_kpi, {"kpis": ["RRU.PrbTotDl"], "cells": ["S9C9"]}, "no cell and no area has this name; there are plaza, S1C1"),
        (query_kpi, {"kpis": ["RRU.PrbTotDl"], "windows": 0}, "windows=0"),
        (read_configuration, {"classes": ["Antenna"]}, "there are NRCellDU"),
        (set_transmit_power, {"cells": ["S1C1"], "power_dbm": 900}, "power_dbm=900"),
        (set_slice_ratios, {"cells": ["S1C1"], "slice": "gaming", "min_ratio": 5}, "slice='gaming'"),
    ],
)
def test_an_invalid_argument_is_named(world, call, arguments, words):
    with pytest.raises(ToolError) as caught:
        call.call(replace(world, actuator=world.network), arguments)
    assert words in str(caught.value)


def test_a_scope_hides_the_other_cells(world):
    scoped = replace(world, scope=("S1C1",))
    assert [cell.id for cell in read_topology.call(scoped, {}).value.cells] == ["S1C1"]
    with pytest.raises(ToolError, match="outside the scope") as caught:
        read_topology.call(scoped, {"cells": ["S1C2"]})
    assert caught.value.boundary == "permission"


def test_a_degradation_is_found_and_a_calm_network_has_none(world, tmp_path):
    assert detect_degradation.call(world, {"windows": 4}).value.findings == ()
    world.network.inject(BackhaulDelay(cell="S1C1", milliseconds=40))
    world.network.advance(6)
    KpiStore(tmp_path / "kpi.db").write(world.network.observe(KpiQuery()))
    findings = detect_degradation.call(world, {"windows": 5, "kpis": ["DRB.PdcpSduDelayDl"]}).value.findings
    assert {finding.cell for finding in findings} == {"S1C1"}
    assert all(finding.after > finding.before for finding in findings)


def test_with_too_little_history_no_degradation_is_reported(world, tmp_path):
    empty = replace(world, kpis=KpiSource(KpiStore(tmp_path / "empty.db")))
    evidence = detect_degradation.call(empty, {})
    assert evidence.value.compared == 0
    assert "only 0 windows" in evidence.warnings[0]


def test_without_an_actuator_no_tool_changes_anything(world):
    before = [world.network.read(dn) for dn in world.network.find("NRSectorCarrier")]
    for tool in CONFIGURE_TOOLS:
        assert tool.effect is Effect.CONFIGURE
    with pytest.raises(ToolError, match="propose the change") as caught:
        set_transmit_power.call(world, {"cells": ["S1C1"], "power_dbm": 40})
    assert caught.value.boundary == "permission"
    assert [world.network.read(dn) for dn in world.network.find("NRSectorCarrier")] == before


@pytest.mark.parametrize(
    ("name", "arguments", "dn", "attribute", "expected"),
    [
        ("set_slice_ratios", {"slice": "URLLC", "min_ratio": 20}, "{dn},RRMPolicyRatio=URLLC", "rRMPolicyMinRatio", 20),
        ("set_transmit_power", {"power_dbm": 40}, "{carrier_dn}", "configuredMaxTxPower", 40),
        (
            "set_cell_individual_offset",
            {"neighbour": "S1C2", "offset_db": 2},
            "{cu_dn},NRCellRelation=S1C2",
            "cellIndividualOffset",
            2,
        ),
        ("set_admission", {"slice": "eMBB", "max_prb_usage": 80}, "{dn},AdmissionControl=eMBB", "maxPrbUsage", 80),
        ("set_scheduler_weights", {"slice": "eMBB", "weight": 2.0}, "{dn},SchedulerProfile=eMBB", "schedulerWeight", 2.0),
        (
            "set_cell_activation",
            {"state": "asleep"},
            "{cu_dn},CESManagementFunction=1",
            "energySavingControl",
            "toBeEnergySaving",
        ),
    ],
)
def test_each_configuration_tool_sets_its_attribute_and_can_be_reverted(world, name, arguments, dn, attribute, expected):
    card = world.network.describe().cell("S1C1")
    target = dn.format(dn=card.dn, cu_dn=card.cu_dn, carrier_dn=card.carrier_dn)
    before = world.network.read(target).attributes[attribute]
    tool = default_registry().get(name)
    evidence = tool.call(replace(world, actuator=world.network), {"cells": ["S1C1"], **arguments})
    assert world.network.read(target).attributes[attribute] == expected != before
    world.network.revert(evidence.value.receipt)
    assert world.network.read(target).attributes[attribute] == before


def test_every_tool_has_a_description_and_an_input_schema():
    registry = default_registry()
    assert len(registry) == 23
    for schema in registry.schemas():
        assert schema["description"]
        assert schema["input"]["type"] == "object"


def test_an_unknown_slice_in_a_frame_is_no_slice():
    assert KpiFrame().where(slice=Slice.EMBB).mean() is None
