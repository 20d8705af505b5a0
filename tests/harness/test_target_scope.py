"""A target of some cells is verified on these cells: their sum for energy and power, never the network's total or a part."""

from datetime import timedelta

import pytest
from small_network import CELLS, GRANULARITY_S, START, SmallNetwork, du

from harness.verification.comparison import Comparison
from harness.verification.target_check import check_target
from policies.change import ChangeSet
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation
from policies.kpi import KpiFrame, KpiSample
from policies.proposal import Candidate

WATTS = 100.0
UNCHANGED = Candidate(name="no change", change_set=ChangeSet(), predictions=(), outlook=(), score=0.0, feasible=True)


def at(window):
    return START + timedelta(seconds=window * GRANULARITY_S)


def windows(first, last, rows):
    return [
        KpiSample("PEE.AvgPower", dn, None, at(n), at(n + 1), watts + n % 3, "W")
        for n in range(first, last)
        for dn, watts in rows
    ]


def check(cells, bound, rows, tolerance=0.0):
    target = ExpectationTarget(kpi="PEE.AvgPower", condition=Condition.AT_MOST, value=bound, unit="W", tolerance=tolerance)
    scope = ExpectationObject(cells=cells)
    intent = Intent(text="test", expectations=(IntentExpectation(object=scope, targets=(target,)),))
    before, after = (KpiFrame(tuple(windows(first, first + 8, rows))) for first in (0, 9))
    comparison = Comparison(before=before, after=after, card=SmallNetwork().describe(), intent=intent, candidate=UNCHANGED)
    return check_target(comparison, scope, target)


BY_CELL = [*((du(cell), WATTS) for cell in CELLS), ("SubNetwork=RAN", 3910.0)]


@pytest.mark.parametrize(
    ("cells", "bound", "result"),
    [
        ((du(CELLS[0]),), 150.0, "met"),
        ((du(CELLS[0]), du(CELLS[1])), 250.0, "met"),
        ((du(CELLS[0]), du(CELLS[1])), 150.0, "missed"),  # each cell is below, their sum is not
        ((), 350.0, "met"),  # the network: its three cells, without the subnetwork's own row
    ],
)
def test_the_power_of_some_cells_is_their_sum(cells, bound, result):
    found = check(cells, bound, BY_CELL)
    assert found.result == result
    assert found.observed == pytest.approx(WATTS * (len(cells) or len(CELLS)), rel=0.02)


def test_a_tolerance_counts_windows_of_the_sum_not_of_its_parts():
    cells = (du(CELLS[0]), du(CELLS[1]))
    assert check(cells, 150.0, BY_CELL, tolerance=0.3).result == "missed"


def test_a_part_is_not_verified_on_the_total():
    found = check((du(CELLS[0]),), 5000.0, [("SubNetwork=RAN", 3910.0)])
    assert (found.result, found.observed) == ("inconclusive", None)
