"""Where an edit will be seen: movements in the cells that it touches that are material beyond the scatter of the seeds."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from policies.kpi import KpiFrame, KpiSample
from policies.slices import Slice
from tools.twinning.effects import effects_of
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

START = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
KPI = "DRB.UEThpDl"


@pytest.fixture(scope="module")
def card():
    return SystemNetwork(small_scenario()).describe()


def frames(card, values, cell=0, kpi=KPI):
    """One frame of one window for each seed."""
    end = START + timedelta(seconds=1)
    return [KpiFrame((KpiSample(kpi, card.cells[cell].dn, Slice.EMBB, START, end, value, "Mbit/s"),)) for value in values]


def cap(card):
    dn = f"{card.cells[0].dn},RRMPolicyRatio=eMBB"
    return ChangeSet(edits=(AttributeEdit(dn=dn, attribute="rRMPolicyMaxRatio", old=100, new=62),))


def found(card, values, unchanged=(100.0, 90.0, 110.0), change_set=None, **place):
    return effects_of(frames(card, values, **place), frames(card, unchanged, **place), card, change_set or cap(card))


def test_a_movement_that_all_seeds_share_is_an_effect_with_its_interval(card):
    (effect,) = found(card, (62.0, 55.0, 69.0))
    assert (effect.kpi, effect.slice, effect.cell, effect.no_change) == (KPI, Slice.EMBB, card.cells[0].dn, 100.0)
    assert effect.effect.low < -38.0 < effect.effect.high < -15.0
    assert effect.least == effect.effect.high


@pytest.mark.parametrize(
    ("values", "why"),
    [((100.0, 90.0, 110.0), "none"), ((90.0, 80.0, 100.0), "not material"), ((60.0, 90.0, 80.0), "its seeds differ")],
)
def test_what_is_not_material_beyond_scatter_is_no_effect(card, values, why):
    assert found(card, values) == (), why


def test_other_cells_are_not_where_the_edit_acts_unless_it_acts_everywhere(card):
    policy = PolicyEdit(policy_type="ORAN_SliceSLATarget_1.0.0", policy_id="sla", old=None, new={"scope": {}})
    assert found(card, (62.0, 55.0, 69.0), cell=1) == ()
    assert found(card, (62.0, 55.0, 69.0), cell=1, change_set=ChangeSet(edits=(policy,)))[0].cell == card.cells[1].dn


def test_one_seed_tells_no_scatter(card):
    assert found(card, (62.0,), (100.0,)) is None


def test_a_kpi_that_a_seed_did_not_measure_tells_nothing(card):
    baseline = [*frames(card, (100.0, 90.0)), KpiFrame(())]
    assert effects_of(frames(card, (62.0, 55.0, 69.0)), baseline, card, cap(card)) == ()


def powered(card, slope, loads=(3.0, 5.0, 4.0)):
    """Energy of 40 Wh when idle, and `slope` for each percent of load."""
    end, dn = START + timedelta(seconds=1), card.cells[0].dn
    rows = [(("RRU.PrbTotDl", load, "%"), ("PEE.Energy", 40.0 + slope * load, "Wh")) for load in loads]
    return [KpiFrame(tuple(KpiSample(kpi, dn, None, START, end, value, unit) for kpi, value, unit in row)) for row in rows]


@pytest.mark.parametrize(
    ("slope", "loads", "count"), [(0.05, (2.0, 3.0, 3.0), 1), (0.1, (2.5, 4.0, 4.5), 0), (0.098, (3.0, 5.0, 4.0), 0)]
)
def test_less_power_is_told_by_the_energy_that_load_takes_whatever_the_load_is(card, slope, loads, count):
    effects = [
        effect for effect in effects_of(powered(card, slope, loads), powered(card, 0.1), card, cap(card)) if effect.per_load
    ]
    assert len(effects) == count
    assert all(effect.least == pytest.approx(-0.05) and effect.no_change == pytest.approx(0.1) for effect in effects)


def test_a_load_that_never_varied_tells_nothing_of_the_energy_that_it_takes(card):
    still = (5.0, 5.0, 5.0)
    assert effects_of(powered(card, 0.05, still), powered(card, 0.1, still), card, cap(card)) == ()
