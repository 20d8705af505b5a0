"""From what was heard to what a run works with: nothing that was said is lost on the way, and what is missing is asked for."""

from datetime import UTC, datetime

import pytest

from agents.readers.heard import Heard
from agents.readers.intents import result_of
from agents.reading.reading import Reading, RelativeBound, StatedEdit, StatedRestriction, StatedTarget
from agents.understanding.context_answers import REGARDLESS
from agents.understanding.result import (
    Forbids,
    Impossible,
    NeedsMeasurement,
    NotAboutNetwork,
    Question,
    Supposed,
    Understood,
    WhyQuestion,
)
from policies.intent import Condition
from policies.slices import Slice
from twins.network import NetworkCard

TEXT = "as the operator said it"
FROM, TO = datetime(2026, 6, 5, 20, tzinfo=UTC), datetime(2026, 6, 5, 22, tzinfo=UTC)
DELAY = StatedTarget(kpi="DRB.PdcpSduDelayDl", slice=Slice.URLLC, cells=("S1C1", "S1C2"), condition="<", value=8)
NO_SLEEP = StatedRestriction(what="sleep", cells=("S1C1",))


def heard(reading: Reading, **more: object) -> Heard:
    return Heard(reading=reading, read_back="said back.", confidence=1, readers="both", **more)


def understood(reading: Reading, card: NetworkCard) -> Understood:
    result = result_of(heard(reading), TEXT, card)
    assert isinstance(result, Understood), result
    return result


def test_a_goal_keeps_kpi_slice_cells_bound_window_and_restriction(card: NetworkCard):
    result = understood(Reading(act="change", targets=(DELAY,), forbidden=(NO_SLEEP,), window=(FROM, TO)), card)
    (expectation,) = result.intent.expectations
    (target,) = expectation.targets
    assert (target.kpi, target.condition, target.value) == ("DRB.PdcpSduDelayDl", Condition.LESS, 8)
    assert expectation.object.slice is Slice.URLLC
    assert expectation.object.cells == tuple(card.cell(cell).dn for cell in ("S1C1", "S1C2"))
    assert result.intent.window is not None and result.intent.window.start == FROM
    assert [(one.what, one.cells) for one in result.forbidden] == [("sleep", ("S1C1",))]
    assert "read by both" in result.intent.assumptions


@pytest.mark.parametrize(
    ("condition", "percent", "amount"), [("<=", -10, 10), ("<=", 8, -8), (">=", 20, 20), (">=", -5, -5), (">=", 0, 0)]
)
def test_a_relative_bound_keeps_its_direction(card: NetworkCard, condition: str, percent: float, amount: float):
    relative = RelativeBound(percent=percent, to="now")
    target = StatedTarget(kpi="DRB.UEThpDl", condition=condition, relative=relative)
    result = result_of(heard(Reading(act="change", targets=(target,))), TEXT, card)
    assert isinstance(result, NeedsMeasurement)
    assert result.relative[0].amount == amount and result.relative[0].share


def test_a_bound_relative_to_yesterday_keeps_its_reference(card: NetworkCard):
    target = StatedTarget(kpi="PEE.Energy", condition="<=", relative=RelativeBound(percent=-10, to="yesterday"))
    result = result_of(heard(Reading(act="change", targets=(target,))), TEXT, card)
    assert isinstance(result, NeedsMeasurement) and result.relative[0].to == "yesterday"


def test_a_condition_is_part_of_the_intent_also_where_a_bound_must_be_measured_first(card: NetworkCard):
    words = "unless the URLLC loss in S1C1 exceeds 1 %"
    reading = Reading(act="change", targets=(DELAY,), condition_on=words)
    assert [context.words for context in understood(reading, card).intent.contexts] == [words]
    relative = StatedTarget(kpi="DRB.UEThpDl", condition=">=", relative=RelativeBound(percent=5, to="now"))
    result = result_of(heard(reading.changed(targets=(relative,))), TEXT, card)
    assert isinstance(result, NeedsMeasurement) and [context.words for context in result.contexts] == [words]


def test_a_supposition_says_that_its_condition_is_not_supposed(card: NetworkCard):
    edit = StatedEdit(attribute="energySavingControl", cells=("S1C1",), value="toBeEnergySaving")
    result = result_of(heard(Reading(act="what_if", edits=(edit,), condition_on="if it rains")), TEXT, card)
    assert isinstance(result, Supposed) and any("if it rains" in note for note in result.assumptions)


def test_an_edit_is_made_in_each_of_its_cells_with_its_class(card: NetworkCard):
    edit = StatedEdit(attribute="configuredMaxTxPower", cells=("S1C1", "S2C1"), delta=-3)
    result = understood(Reading(act="change", edits=(edit,)), card)
    assert [(one.class_name, one.cell, one.delta) for one in result.direct] == [
        ("NRSectorCarrier", "S1C1", -3),
        ("NRSectorCarrier", "S2C1", -3),
    ]
    assert result.workflow == "direct-change" and result.intent.harm_only


@pytest.mark.parametrize(
    ("edit", "asked"),
    [
        (StatedEdit(attribute="rRMPolicyMinRatio", cells=("S1C1",), value=20), "which one"),
        (StatedEdit(attribute="cellIndividualOffset", cells=("S1C1",), value=2), "towards which"),
    ],
)
def test_what_an_edit_needs_and_nobody_said_is_asked_for(card: NetworkCard, edit: StatedEdit, asked: str):
    result = result_of(heard(Reading(act="change", edits=(edit,))), TEXT, card)
    assert isinstance(result, Question) and asked in result.question and result.choices


def test_an_offset_goes_to_the_relation_that_was_named(card: NetworkCard):
    edit = StatedEdit(attribute="cellIndividualOffset", cells=("S1C1",), value=2, towards=("S1C2",))
    result = understood(Reading(act="change", edits=(edit,)), card)
    assert [(one.cell, one.target_cell) for one in result.direct] == [("S1C1", "S1C2")]


def test_a_restriction_stands_and_a_condition_is_never_left_out_without_a_word(card: NetworkCard):
    reading = Reading(act="forbid", forbidden=(NO_SLEEP,), window=(FROM, TO))
    result = result_of(heard(reading), TEXT, card)
    assert isinstance(result, Forbids) and result.forbidden[0].window is not None
    under = reading.changed(condition_on="unless it rains")
    asked = result_of(heard(under), TEXT, card)
    assert isinstance(asked, Question) and "unless it rains" in asked.question and asked.choices == (REGARDLESS,)
    assert isinstance(result_of(heard(under), TEXT, card, [REGARDLESS]), Forbids)


def test_questions_and_refusals_say_why(card: NetworkCard):
    asked = result_of(heard(Reading(act="ask"), question="Which cell?", choices=("S1C1",)), TEXT, card)
    assert isinstance(asked, Question) and (asked.question, asked.choices) == ("Which cell?", ("S1C1",))
    refused = result_of(heard(Reading(act="cannot"), because="all cells asleep"), TEXT, card)
    assert isinstance(refused, Impossible) and refused.reason == "all cells asleep" and refused.nearest
    assert isinstance(result_of(heard(Reading(act="off_topic"), because="pizza"), TEXT, card), NotAboutNetwork)


def test_a_supposition_is_only_tried_and_keeps_what_was_asked_about(card: NetworkCard):
    edit = StatedEdit(attribute="energySavingControl", cells=("S1C1",), value="toBeEnergySaving")
    reading = Reading(act="what_if", edits=(edit,), targets=(DELAY,), window=(FROM, TO))
    result = result_of(heard(reading), TEXT, card)
    assert isinstance(result, Supposed)
    assert [(one.cell, one.value) for one in result.direct] == [("S1C1", "toBeEnergySaving")]
    assert result.expectations[0].targets[0].kpi == "DRB.PdcpSduDelayDl" and result.window is not None
    empty = result_of(heard(Reading(act="what_if")), TEXT, card)
    assert isinstance(empty, Question) and "supposed" in empty.question


@pytest.mark.parametrize(
    ("text", "run"), [("why did you roll that back?", "last"), ("why 20260606-180102-ab12?", "20260606-180102-ab12")]
)
def test_a_question_for_reasons_names_the_run(card: NetworkCard, text: str, run: str):
    result = result_of(heard(Reading(act="why")), text, card)
    assert isinstance(result, WhyQuestion) and (result.run, result.words) == (run, text)
