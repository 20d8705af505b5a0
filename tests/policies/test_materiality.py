"""Worse is one thing for predictions and measurements: in the KPI's own direction, by more than what its thresholds name."""

import pytest

from policies.materiality import is_worse, materiality, serves_well


@pytest.mark.parametrize(
    ("kpi", "value", "reference", "worse"),
    [
        ("DRB.UEThpDl", 8.0, 10.0, True),
        ("DRB.UEThpDl", 12.0, 10.0, False),  # more throughput is better
        ("DRB.UEThpDl", 9.0, 10.0, False),  # a tenth is below its 15 %
        ("DRB.PdcpSduDelayDl", 13.0, 10.0, True),
        ("DRB.PacketLossRateDl", 0.6, 0.0, True),  # nothing was lost before: the absolute part decides
        ("DRB.PacketLossRateDl", 0.3, 0.1, False),  # threefold, and less than half a percentage point
        ("RRU.PrbTotDl", 90.0, 10.0, False),  # neither direction of it is good
    ],
)
def test_worse_is_in_the_kpis_direction_and_by_more_than_its_thresholds(kpi, value, reference, worse):
    assert is_worse(kpi, value, reference) is worse


def test_a_kpi_without_thresholds_of_its_own_has_the_default_ones():
    assert materiality("CARR.AverageBlerDl") == materiality("default")


def test_a_value_that_serves_well_does_so_in_the_good_direction():
    assert serves_well("DRB.UEThpDl", 60.0)
    assert not serves_well("DRB.UEThpDl", 6.0)
    assert not serves_well("MM.RlfRate", 0.0)  # it has no such bound
