"""A target's value over several cells and windows has one definition, for the twin's prediction and for the verification."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from policies.assessment import assess, assess_by_window, per_window, present_value, samples_of, unreported
from policies.intent import Condition, ExpectationTarget
from policies.kpi import KpiFrame, KpiSample, kpi_definitions, with_weights
from policies.slices import Slice

START = datetime(2026, 1, 1, tzinfo=UTC)


def frame(kpi, unit, *rows):
    return KpiFrame(
        tuple(
            KpiSample(kpi, dn, None, START + timedelta(minutes=w), START + timedelta(minutes=w + 1), value, unit, count)
            for dn, w, value, count in rows
        )
    )


def target(kpi, condition, value=None, unit=""):
    return ExpectationTarget(kpi=kpi, condition=condition, value=value, unit=unit)


DELAYS = frame("DRB.PdcpSduDelayDl", "ms", ("A=1", 0, 4.0, 100), ("A=1", 1, 6.0, 100), ("A=2", 0, 20.0, 1), ("A=2", 1, None, 0))


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [(Condition.AT_MOST, 10.0, 20.0), (Condition.AT_LEAST, 10.0, 5.0), (Condition.MINIMIZE, None, (5 * 200 + 20) / 201)],
)
def test_a_bound_takes_the_worst_cell_and_an_objective_the_mean_weighted_by_count(condition, value, expected):
    delay_target = target("DRB.PdcpSduDelayDl", condition, value, "ms" if value else "")
    assert assess(DELAYS, delay_target) == pytest.approx(expected)


def test_energy_adds_up_over_cells_whatever_the_condition():
    energy = frame("PEE.Energy", "Wh", ("A=1", 0, 10.0, 1), ("A=2", 0, 5.0, 1), ("A=1", 1, 20.0, 1), ("A=2", 1, 5.0, 1))
    assert assess(energy, target("PEE.Energy", Condition.AT_MOST, 100.0, "Wh")) == 20.0
    assert [value for _, value in assess_by_window(energy, target("PEE.Energy", Condition.MINIMIZE))] == [15.0, 25.0]


EFFICIENCY = frame("EE.DV", "bit/J", ("A=1", 0, 100.0, 1), ("A=1", 1, 400.0, 1), ("A=2", 0, 1000.0, 1))
ENERGIES = frame("PEE.Energy", "Wh", ("A=1", 0, 30.0, 1), ("A=1", 1, 10.0, 1), ("A=2", 0, 10.0, 1))


def test_a_ratio_of_several_objects_and_windows_is_the_ratio_of_the_sums():
    """100 bit/J on 30 Wh, 400 and 1000 on 10 Wh each: 17,000 over 50, whatever the mean of the ratios is."""
    dns = {"A=1": "ManagedElement=1,GNBDUFunction=1,NRCellDU=1", "A=2": "ManagedElement=1,GNBDUFunction=1,NRCellDU=2"}
    both = KpiFrame(tuple(replace(row, dn=dns[row.dn]) for row in EFFICIENCY + ENERGIES))
    chosen = samples_of(both, "EE.DV", None, None)
    assert present_value(chosen, "EE.DV") == pytest.approx(340.0)
    assert assess(chosen, target("EE.DV", Condition.MAXIMIZE)) == pytest.approx(340.0)
    assert assess(chosen, target("EE.DV", Condition.AT_LEAST, 1.0, "bit/J")) == pytest.approx(175.0)  # the worst cell
    assert not len(samples_of(both.where("EE.DV"), "EE.DV", None, None)), "the energies are not known"
    assert "ratio of sums" in unreported(both.where("EE.DV"), "EE.DV", None, None)
    assert with_weights(["EE.DV", "EE.DV"]) == ("EE.DV", "PEE.Energy")


def test_a_missing_measurement_is_not_zero():
    delay_target = target("DRB.PdcpSduDelayDl", Condition.AT_MOST, 10.0, "ms")
    assert assess(KpiFrame(), delay_target) is None
    assert [value for _, value in assess_by_window(DELAYS, delay_target)] == [20.0, 6.0]


def du(cell):
    return f"ManagedElement={cell[:2]},GNBDUFunction=1,NRCellDU={cell}"


S1, S2 = (tuple(du(f"{site}C{sector}") for sector in (1, 2, 3)) for site in ("S1", "S2"))
SITES = {"ManagedElement=S1": S1, "ManagedElement=S2": S2}
NETWORK = "SubNetwork=RAN"
POWER = frame("PEE.AvgPower", "W", *((dn, 0, 200.0, 1) for dn in S1), *((dn, 0, 184.0, 1) for dn in S2), (NETWORK, 0, 3910.0, 1))
BY_SITE = frame(
    "PEE.AvgPower", "W", ("ManagedElement=S1", 0, 600.0, 1), ("ManagedElement=S2", 0, 553.0, 1), (NETWORK, 0, 1153.0, 1)
)
BY_NETWORK = frame("PEE.AvgPower", "W", (NETWORK, 0, 3910.0, 1))


def value(samples, cells, kpi="PEE.AvgPower", slice=None):
    return present_value(samples_of(samples, kpi, slice, cells, SITES), kpi)


@pytest.mark.parametrize(
    ("samples", "cells", "expected"),
    [
        (POWER, S2, 552.0),
        (POWER, S2[:1], 184.0),
        (POWER, None, 1152.0),  # the cells, without the subnetwork's own total
        (BY_SITE, S2, 553.0),
        (BY_SITE, (*S1, *S2), 1153.0),
        (BY_SITE, None, 1153.0),
        (BY_SITE, S2[:2], None),  # a part of a site is not judged on the site
        (BY_SITE, (*S1, S2[0]), None),
        (BY_NETWORK, None, 3910.0),
        (BY_NETWORK, S2, None),  # a part of the network is not judged on its total
    ],
)
def test_a_scope_is_judged_on_the_rows_of_its_own_objects(samples, cells, expected):
    assert value(samples, cells) == expected


def test_the_reason_names_what_is_reported_instead():
    assert unreported(POWER, "PEE.AvgPower", None, S2, SITES) == ""
    reason = unreported(BY_NETWORK, "PEE.AvgPower", None, S2, SITES)
    assert reason.startswith("PEE.AvgPower is reported for SubNetwork=RAN, not for ManagedElement=S2")
    assert unreported(KpiFrame(), "PEE.AvgPower", None, S2, SITES) == "PEE.AvgPower was not measured"
    assert f"not measured in {S2[2]}" in unreported(POWER.where(dn=S2[:2]), "PEE.AvgPower", None, S2, SITES)


def test_a_sum_with_a_missing_part_is_unknown_not_smaller():
    assert value(POWER.where(dn=S2[:2]), S2) is None
    rows = [(dn, window, 100.0, 1) for dn in S2 for window in (0, 1) if (dn, window) != (S2[0], 1)]
    windows = assess_by_window(frame("PEE.Energy", "Wh", *rows), target("PEE.Energy", Condition.AT_MOST, 250.0, "Wh"))
    assert windows == [(START, 300.0)]


def test_the_worst_of_the_measured_cells_needs_no_other_cell():
    delays = frame("DRB.PdcpSduDelayDl", "ms", (S2[0], 0, 4.0, 1), (S2[1], 0, None, 0))
    assert [sample.dn for sample in samples_of(delays, "DRB.PdcpSduDelayDl", None, S2)] == list(S2[:2])


def sliced(kpi, unit, *rows):
    end = START + timedelta(minutes=1)
    return KpiFrame(tuple(KpiSample(kpi, S2[0], slice, START, end, amount, unit, count) for slice, amount, count in rows))


def test_a_cell_that_is_reported_by_slice_alone_is_the_sum_or_the_weighted_mean_of_its_slices():
    volume = sliced("DRB.PdcpSduVolumeDL", "Mbit", (Slice.EMBB, 90.0, 9), (Slice.URLLC, 10.0, 1))
    assert value(volume, S2[:1], "DRB.PdcpSduVolumeDL") == 100.0
    assert value(volume, S2[:1], "DRB.PdcpSduVolumeDL", Slice.URLLC) == 10.0
    loss = sliced("DRB.PacketLossRateDl", "%", (Slice.EMBB, 1.0, 9), (Slice.URLLC, 11.0, 1))
    assert value(loss, S2[:1], "DRB.PacketLossRateDl") == pytest.approx(2.0)
    tails = sliced("DRB.PdcpSduDelayDl.P95", "ms", (Slice.EMBB, 20.0, 9), (Slice.URLLC, 5.0, 1))
    assert value(tails, S2[:1], "DRB.PdcpSduDelayDl.P95") is None  # no percentile follows from those of the parts


def test_only_kpis_that_add_up_over_time_are_scaled_to_another_window():
    energy, power = (frame(kpi, unit, (S2[0], 0, 10.0, 1)) for kpi, unit in (("PEE.Energy", "Wh"), ("PEE.AvgPower", "W")))
    assert per_window(energy, 300.0).values() == [50.0]
    assert per_window(power, 300.0).values() == [10.0]


def test_every_kpi_of_an_additive_unit_declares_that_it_adds_up():
    sums = {name for name, definition in kpi_definitions().items() if definition.across_cells == "sum"}
    assert sums == {
        name for name, definition in kpi_definitions().items() if definition.unit in ("Wh", "W", "Mbit", "UE", "count")
    }
    over_time = {name for name, definition in kpi_definitions().items() if definition.across_windows == "sum"}
    assert over_time == {name for name in sums if kpi_definitions()[name].unit in ("Wh", "Mbit", "count")}
