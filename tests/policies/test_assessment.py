"""A target's value over several cells and windows has one definition, for the twin's prediction and for the verification."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.assessment import assess, assess_by_window
from policies.intent import Condition, ExpectationTarget
from policies.kpi import KpiFrame, KpiSample

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


def test_a_missing_measurement_is_not_zero():
    delay_target = target("DRB.PdcpSduDelayDl", Condition.AT_MOST, 10.0, "ms")
    assert assess(KpiFrame(), delay_target) is None
    assert [value for _, value in assess_by_window(DELAYS, delay_target)] == [20.0, 6.0]
