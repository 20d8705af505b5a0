"""A chart of a run shows the value of the target's own objects: cells and their total are never added."""

from datetime import UTC, datetime, timedelta

import pytest

from harness.views.plots import frame_of, points_of
from policies.intent import Condition, ExpectationObject, ExpectationTarget
from policies.kpi import KpiFrame, KpiSample

START = datetime(2026, 1, 1, tzinfo=UTC)
CELLS = tuple(f"ManagedElement=S2,GNBDUFunction=1,NRCellDU=S2C{sector}" for sector in (1, 2, 3))
ENERGY = ExpectationTarget(kpi="PEE.Energy", condition=Condition.MINIMIZE)


def row(dn, value, kpi="PEE.Energy", unit="Wh"):
    return KpiSample(kpi, dn, None, START, START + timedelta(minutes=15), value, unit)


SERIES = KpiFrame((*(row(dn, 110.0) for dn in CELLS), row("SubNetwork=RAN", 330.0)))


@pytest.mark.parametrize(("cells", "value"), [((), 330.0), (CELLS, 330.0), (CELLS[:1], 110.0), (("S2C1", "S2C2"), 220.0)])
def test_energy_is_that_of_the_named_cells_and_not_that_of_the_subnetwork_besides(cells, value):
    assert points_of(SERIES, ExpectationObject(cells=cells), ENERGY) == [(START, value)]


def test_the_stored_series_gives_the_same_points():
    assert points_of(frame_of(SERIES.to_records()), ExpectationObject(), ENERGY) == [(START, 330.0)]


def test_handovers_of_relations_are_not_added_to_those_of_their_cell():
    relation = "ManagedElement=S2,GNBCUCPFunction=1,NRCellCU=S2C1,NRCellRelation=S2C2"
    series = KpiFrame(tuple(row(dn, 4.0, "MM.HoExeIntraReq", "count") for dn in (CELLS[0], relation)))
    target = ExpectationTarget(kpi="MM.HoExeIntraReq", condition=Condition.MINIMIZE)
    assert points_of(series, ExpectationObject(), target) == [(START, 4.0)]
