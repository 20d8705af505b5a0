"""Edits that the operator named without a bound are verified against harm alone; what was not measured decides only on bounds."""

import pytest
from small_network import embb_minimum
from small_world import candidate, intent
from test_verification import measured

from agents.understanding.result import Understood
from agents.understanding.understand import understand
from harness.verification.comparison import Comparison
from harness.verification.verify import verify
from policies.evidence import Interval
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation
from policies.kpi import KpiFrame
from policies.proposal import TargetOutlook
from policies.slices import Slice


def objectives(*targets, harm_only=False, text="set the transmit power of S1C1 to 40 dBm"):
    expectations = tuple(
        IntentExpectation(object=ExpectationObject(cells=("S1C1",), slice=slice), targets=(target,)) for slice, target in targets
    )
    return Intent(text=text, expectations=expectations, harm_only=harm_only)


DELAY = (Slice.URLLC, ExpectationTarget(kpi="DRB.PdcpSduDelayDl", condition=Condition.MINIMIZE))
DELAY_BOUND = (Slice.URLLC, ExpectationTarget(kpi="DRB.PdcpSduDelayDl", condition=Condition.AT_MOST, value=10.0, unit="ms"))
ENERGY = (None, ExpectationTarget(kpi="PEE.Energy", condition=Condition.MINIMIZE))


def never(frame, kpi):
    return KpiFrame(tuple(row for row in frame if row.kpi != kpi))


def verified(card, goal, before=None, after=None, tried=None):
    before = measured(0, 12) if before is None else before
    after = measured(13, 19) if after is None else after
    return verify(Comparison(before, after, card, goal, tried or candidate("as asked", embb_minimum(1), goal), 0.05))


def without_delay(card, *targets, **more):
    frames = [never(measured(*span), "DRB.PdcpSduDelayDl") for span in ((0, 12), (13, 19))]
    return verified(card, objectives(*targets, **more), *frames)


@pytest.mark.parametrize("harm_only", [True, False])
def test_an_unbounded_target_that_was_never_measured_decides_nothing_and_is_said(card, harm_only):
    verification = without_delay(card, DELAY, ENERGY, harm_only=harm_only)
    assert verification.outcome == "confirmed", verification.reasons
    assert [check.result for check in verification.targets] == ["unmeasured", "observed"]
    assert "not measured, and without a bound: min DRB.PdcpSduDelayDl[URLLC]" in verification.notes


def test_a_bounded_target_that_was_never_measured_is_inconclusive(card):
    verification = without_delay(card, DELAY_BOUND, ENERGY)
    assert verification.outcome == "inconclusive"
    assert verification.targets[0].result == "inconclusive" and "0 windows with a measurement" in verification.reasons[0]


def test_a_measurement_that_was_there_before_and_is_gone_is_never_neutral(card):
    after = never(measured(13, 19), "DRB.PdcpSduDelayDl")
    verification = verified(card, objectives(DELAY, ENERGY, harm_only=True), after=after)
    assert verification.outcome == "inconclusive" and "the measurement is missing" in verification.reasons[0]


def test_an_edit_without_a_bound_that_harms_somebody_is_harm(card):
    after = measured(13, 19, factors={"DRB.PacketLossRateDl": 60.0})
    verification = verified(card, objectives(DELAY, ENERGY, harm_only=True), after=after)
    assert verification.outcome == "harmed"


@pytest.mark.parametrize(("harm_only", "outcome"), [(True, "confirmed"), (False, "inconclusive")])
def test_a_departure_of_what_only_shows_the_effect_is_told_but_decides_nothing(card, harm_only, outcome):
    goal = objectives(ENERGY, harm_only=harm_only)
    interval = Interval(low=4.9, high=5.1)
    outlook = TargetOutlook(
        slice=None, cells=("S1C1",), target=ENERGY[1], predicted=5.0, interval=interval, probability=1.0, no_change=10.0
    )
    tried = candidate("as asked", embb_minimum(1), goal).model_copy(update={"outlook": (outlook,)})
    verification = verified(card, goal, tried=tried)
    assert verification.outcome == outcome and verification.targets[0].reason


def test_where_nothing_at_all_was_measured_nobody_is_called_unharmed(card):
    verification = verified(card, objectives(DELAY, ENERGY, harm_only=True), after=KpiFrame(()))
    assert verification.outcome == "inconclusive" and verification.reasons


def test_nothing_before_and_nothing_after_is_inconclusive_too(card):
    empty = KpiFrame(())
    verification = verified(card, objectives(DELAY, ENERGY, harm_only=True), empty, empty)
    assert verification.outcome == "inconclusive" and "nothing was measured" in verification.reasons[0]


@pytest.mark.parametrize(
    ("text", "harm_only"),
    [
        ("set the transmit power of S1C1 to 40 dBm", True),
        ("set the transmit power of S1C1 to 40 dBm and keep URLLC delay below 10 ms", False),
        ("save energy in S1C1", False),
    ],
)
def test_only_named_edits_without_a_bound_are_verified_against_harm_alone(card, text, harm_only):
    reading = understand(text, card)
    assert isinstance(reading, Understood) and reading.intent.harm_only is harm_only


def test_an_intent_cannot_bound_a_kpi_and_leave_it_unverified():
    with pytest.raises(ValueError, match="harm_only=true, but a KPI is bounded"):
        intent(harm_only=True)
