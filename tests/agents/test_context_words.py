"""The words of a condition: a bound that must hold, with every word accounted for; or why it is none that can be measured."""

import pytest

from agents.answer import Answer
from agents.readers.by_rules import read_by_rules
from agents.readers.command_understand import STADIUM, card_from
from agents.readers.context_words import ContextError, context_in
from agents.readers.contexts import UnreadContextError, contexts_of
from agents.reading.names import Names
from agents.reading.reading import Reading, StatedEdit
from agents.understanding.context_answers import ON_CONDITION, ONCE, REGARDLESS
from agents.understanding.result import Question, Understood
from policies.slices import Slice
from training.llm.labelled_text import hands_of
from twins.network import NetworkCard

AREA = frozenset(("S1C1", "S2C2", "S3C3", "S8C1", "S8C2"))
SLEEP = StatedEdit(attribute="energySavingControl", cells=("S3C2",), value="toBeEnergySaving")
POWER = StatedEdit(attribute="configuredMaxTxPower", cells=("S1C1",), delta=1)


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(card_from(STADIUM))


@pytest.mark.parametrize(
    ("words", "bound", "slice_", "cells"),
    [
        ("but only if the block error rate at the stadium stays below 2 %", "CARR.AverageBlerDl < 2 %", None, AREA),
        ("as long as nobody in S1C1 drops below 5 Mbit/s", "DRB.UEThpDl.P05 ≥ 5 Mbit/s", None, {"S1C1"}),
        ("unless URLLC delay exceeds 5 ms", "DRB.PdcpSduDelayDl ≤ 5 ms", Slice.URLLC, None),
        ("unless the load on S1C1 is below 85 %", "RRU.PrbTotDl ≥ 85 %", None, {"S1C1"}),
        ("not unless the load of S1C1 goes past ninety percent", "RRU.PrbTotDl > 90 %", None, {"S1C1"}),
        (
            "if the URLLC loss in S1C1, S1C2 and S2C2 is above 1 %",
            "DRB.PacketLossRateDl > 1 %",
            Slice.URLLC,
            {"S1C1", "S1C2", "S2C2"},
        ),
        ("if RRC.ConnMean(S1C1) > 250", "RRC.ConnMean > 250 UE", None, {"S1C1"}),
        ("provided that the loss of URLLC does not exceed 1e-3", "DRB.PacketLossRateDl ≤ 0.1 %", Slice.URLLC, None),
        ("but if more than 20 users are still on S1C1, don't", "RRC.ConnMean ≤ 20 UE", None, {"S1C1"}),
        ("only if no more than twenty users are connected in S1C1", "RRC.ConnMean ≤ 20 UE", None, {"S1C1"}),
        ("while the tail delay of URLLC in S2C2 is worse than 12 ms", "DRB.PdcpSduDelayDl.P95 > 12 ms", Slice.URLLC, {"S2C2"}),
    ],
)
def test_what_must_hold_is_a_bound_on_a_kpi(names, words, bound, slice_, cells):
    read = context_in(words, names)
    assert (read.target.describe(), read.slice, read.cells) == (bound, slice_, frozenset(cells) if cells else None)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("if S4C2 is asleep", "no comparison"),
        ("should the drill overrun", "no comparison"),
        ("if the load in S1C1 passes 90 % while the fans are leaving", "“while”"),
        ("unless URLLC jitter exceeds 5 ms", "“jitter” is not measured"),
        ("if the load in S1C1 is above 80 % or below 20 %", "more than one comparison"),
        ("if the URLLC delay and the loss in S1C1 are below 1 %", "several KPIs"),
        ("if the URLLC delay in S1C1 is above 5 Mbit/s", "no amount in ms"),
        ("if the load in S1C1 or S2C2 is above 80 %", "several places"),
        ("if the load of any stadium cell is above 80 %", "one of these cells or each"),
        ("until link failures in S1C1 are below 1 %", "does not begin with a condition"),
        ("if the energy of the stadium is above 4 kWh", "over which time"),
        ("if the URLLC PRB load in S1C1 is above 80 % and it rains", "“rains”"),
        ("if the ping-pong of URLLC in S1C1 is above 5 %", "by cell, not by slice"),
    ],
)
def test_a_word_that_nobody_understands_makes_it_a_question(names, words, why):
    with pytest.raises(ContextError, match=why):
        context_in(words, names)


def test_two_thirds_of_the_conditions_that_people_have_written_are_measured_and_the_others_asked_about():
    """Of the hands that are learned from; each was looked at, and none that is read says another thing than its words."""
    read = asked = 0
    for hand in hands_of():
        names = Names(hand.card)
        for words in filter(None, (text.condition_on for text in hand.texts)):
            try:
                context_in(words, names)
                read += 1
            except ContextError:
                asked += 1
    assert read / (read + asked) > 0.65, (read, asked)


def lasting(card: NetworkCard, words: str, edit: StatedEdit = POWER, answers: tuple[str, ...] = ()) -> bool:
    (context,) = contexts_of(Reading(act="change", edits=(edit,), condition_on=words), card, answers)
    return context.lasting


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("if the URLLC loss in S1C1 is below 1 %", True),  # it serves users well, and the change shall not end that
        ("if the URLLC loss in S1C1 is above 1 %", False),  # that is what the change is to end
        ("if the load in S1C1 is below 20 %", False),
        ("as long as the load in S1C1 is below 20 %", True),
    ],
)
def test_a_condition_lasts_if_the_change_shall_not_end_it(card, words, expected):
    assert lasting(card, words) is expected


def test_nothing_is_measured_in_a_cell_that_is_put_to_sleep_so_its_condition_is_for_before(card):
    assert not lasting(card, "as long as fewer than 10 users are connected to it", SLEEP)
    assert lasting(card, "as long as fewer than 10 users are connected in S3C1", SLEEP)


def test_a_change_that_ends_its_own_condition_is_asked_about(card):
    words = "while ping-pong in S1C1 is above 6 %"
    with pytest.raises(UnreadContextError, match="what the change is to end") as asked:
        lasting(card, words)
    assert asked.value.choices == (ONCE,) and asked.value.question.startswith(ON_CONDITION)
    assert not lasting(card, words, answers=(ONCE,))


def test_a_condition_without_a_place_is_of_the_place_of_the_request_if_that_is_measured(card):
    (context,) = contexts_of(Reading(act="change", edits=(POWER,), condition_on="unless URLLC delay exceeds 5 ms"), card)
    assert context.object.cells == (card.cell("S1C1").dn,)
    words = "as long as nobody drops below 5 Mbit/s"
    asleep = Reading(act="change", edits=(SLEEP,), condition_on=words)
    with pytest.raises(UnreadContextError, match="in which cells") as asked:
        contexts_of(asleep, card)
    near, everywhere = asked.value.choices
    (context,) = contexts_of(asleep, card, (near,))
    assert card.cell("S3C1").dn in context.object.cells and context.lasting
    (context,) = contexts_of(asleep, card, (everywhere,))
    assert context.object.cells == ()


def test_an_answer_takes_the_place_of_the_words_and_regardless_drops_them(card):
    reading = Reading(act="change", edits=(POWER,), condition_on="if S4C2 is asleep")
    with pytest.raises(UnreadContextError, match="not one that can be measured") as asked:
        contexts_of(reading, card)
    assert "if S4C2 is asleep" in asked.value.question and asked.value.choices == (REGARDLESS,)
    (context,) = contexts_of(reading, card, ("only if the load in S4C1 is below 50 %",))
    assert context.target.describe() == "RRU.PrbTotDl < 50 %"
    assert contexts_of(reading, card, (REGARDLESS,)) == ()
    assert contexts_of(Reading(act="change", edits=(POWER,)), card) == ()


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("If the load in S1C1 exceeds 85 %, raise the transmit power of S1C1 by 1 dB", "RRU.PrbTotDl in S1C1 > 85 %"),
        ("put S3C2 to sleep unless URLLC delay in S3C1 exceeds 5 ms", "DRB.PdcpSduDelayDl [URLLC] in S3C1 ≤ 5 ms"),
        (
            "every eMBB user at least 5 Mbps in downtown, but only if the URLLC loss there is below 1 %",
            "DRB.PacketLossRateDl [URLLC] in downtown < 1 %",
        ),
    ],
)
def test_the_rules_read_a_condition_as_one_and_not_as_a_goal(card, text, bound):
    reading = read_by_rules(text, card)
    assert isinstance(reading, Understood) and reading.intent.text == text
    assert [context.describe() for context in reading.intent.contexts] == [bound]
    goals = {target.kpi for _, target in reading.intent.bounds()}
    assert reading.intent.contexts[0].target.kpi not in goals


def test_the_rules_ask_about_a_condition_that_cannot_be_measured_and_leave_a_polite_one(card):
    text = "set the power of S1C1 to 40 dBm if S4C2 is asleep"
    asked = read_by_rules(text, card)
    assert isinstance(asked, Question) and asked.choices == (REGARDLESS,) and asked.text == text
    answered = read_by_rules(text, card, (Answer(question=asked.question, answer=REGARDLESS),))
    assert isinstance(answered, Understood) and answered.intent.contexts == () and len(answered.direct) == 1
    polite = read_by_rules("save energy in downtown if possible", card)
    assert isinstance(polite, Understood) and polite.intent.contexts == ()


@pytest.mark.parametrize(
    ("words", "kpi", "condition"),
    [
        ("once pp S1C1 over 6%", "MM.HoPingPongRate", "IS_GREATER_THAN"),
        ("but not if edge thp there drops below 1 Mbit/s", "DRB.UEThpDl.P05", "IS_EQUAL_TO_OR_GREATER_THAN"),
        ("with the proviso that the average throughput there remains above 4 Mbit/s", "DRB.UEThpDl", "IS_GREATER_THAN"),
        ("save in the case of blocking above 4 %", "RRC.ConnEstabFailRate", "IS_EQUAL_TO_OR_LESS_THAN"),
        ("always provided that no user there falls under 1 Mbit/s", "DRB.UEThpDl.P05", "IS_EQUAL_TO_OR_GREATER_THAN"),
        ("if act ue <5", "DRB.MeanActiveUeDl", "IS_LESS_THAN"),
    ],
)
def test_conditions_in_chat_and_contracts_are_measured(names, words: str, kpi: str, condition: str):
    target = context_in(words, names).target
    assert (target.kpi, target.condition) == (kpi, condition)


@pytest.mark.parametrize("words", ["but not while the load there is over 70 %", "until bler on S1C1 is back under 12 %"])
def test_conditions_that_last_or_end_otherwise_are_asked_about(names, words: str):
    with pytest.raises(ContextError):
        context_in(words, names)
