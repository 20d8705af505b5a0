"""A question about receivers or beams behind something to be done: split off before any reader reads the rest, no word lost."""

import pytest

from agents.answer import Answer
from agents.understanding.radio.side_question import Joined, reading_of_both
from agents.understanding.result import Impossible, NeedsMeasurement, NetworkQuestion, Question, Understood
from agents.understanding.understand import understand, with_answers

CHANGE = "keep the URLLC delay in the stadium below 12 ms"
RECEIVER = "tell me whether the neural receiver would help there"


def read(text, card, *answers):
    return reading_of_both(understand, text, card, answers)


@pytest.mark.parametrize(
    ("behind", "workflow"),
    [
        (f", and {RECEIVER}", "channel-estimator"),
        (f"; also {RECEIVER}.", "channel-estimator"),
        (" and please say which channel estimator is best for pedestrians in S5C1", "channel-estimator"),
        (". Would DeepRx help there at 30.5 km/h?", "channel-estimator"),
        (", and check whether the learned beam predictor pays off there", "beam-management"),
    ],
)
def test_both_parts_are_read(card, behind, workflow):
    reading = read(CHANGE + behind, card)
    assert isinstance(reading, Understood) and reading.workflow == "scheduler-adaptation"
    alone = understand(CHANGE, card)
    assert isinstance(alone, Understood)
    assert reading.intent.expectations == alone.intent.expectations
    assert reading.intent.text == CHANGE + behind, "a person approves what was said"
    assert [question.workflow for question in reading.beside] == [workflow]


def test_place_speed_and_link_terms_of_the_question_are_its_own(card):
    reading = read(f"{CHANGE}, and say which channel estimator is best in S5C1 for pedestrians with 2 DMRS symbols", card)
    (question,) = reading.beside
    assert question.cells == (card.cell("S5C1").dn,)
    assert question.link.motion.words == "pedestrians" and question.link.dmrs_symbols == 2
    assert reading.link.motion is None


def test_a_bound_relative_to_now_keeps_the_question_until_it_is_resolved(card):
    reading = read(f"lower the URLLC delay in the stadium by 10 %, and {RECEIVER}", card)
    assert isinstance(reading, NeedsMeasurement) and reading.beside
    told = with_answers(reading, [Answer(question="How fast?", answer="pedestrians")], card)
    assert told.beside[0].link.motion is not None


@pytest.mark.parametrize(
    ("clause", "word"),
    [
        ("tell me whether DeepRx would help there and switch it on", "'and'"),
        ("tell me whether DeepRx would help, use it", "','"),
        ("tell me whether DeepRx would help unless URLLC suffers", "'unless'"),
        ("tell me whether DeepRx would help above 5 Mbps", "'5 Mbps'"),
        ("tell me whether DeepRx would never help", "'never'"),
    ],
)
def test_a_question_that_says_more_is_asked_about_and_never_cut_short(card, clause, word):
    reading = read(f"{CHANGE}, and {clause}", card)
    assert isinstance(reading, Question) and clause in reading.question and word in reading.question


def test_an_answer_mends_the_question_or_leaves_it_out(card):
    text = f"{CHANGE}, and tell me whether DeepRx would help there and switch it on"
    asked = read(text, card)
    left_out = read(text, card, Answer(question=asked.question, answer="leave it out"))
    assert isinstance(left_out, Understood) and not left_out.beside
    mended = read(text, card, Answer(question=asked.question, answer=RECEIVER))
    assert isinstance(mended, Understood) and mended.beside[0].words == RECEIVER


def test_a_place_that_is_not_there_is_asked_about_by_name(card):
    text = f"{CHANGE}, and tell me whether DeepRx would help in S9C9"
    asked = read(text, card)
    assert isinstance(asked, Question) and "S9C9" in asked.question and asked.choices
    reading = read(text, card, Answer(question=asked.question, answer="S5C1"))
    assert isinstance(reading, Understood) and reading.beside[0].cells == (card.cell("S5C1").dn,)


def test_a_question_in_the_first_part_keeps_what_stands_beside_it(card):
    text = f"improve things in the stadium, and {RECEIVER}"
    asked = read(text, card)
    assert isinstance(asked, Question)
    reading = read(text, card, Answer(question=asked.question, answer="URLLC delay below 12 ms"))
    assert isinstance(reading, Understood) and reading.workflow == "scheduler-adaptation" and reading.beside


def test_what_is_nothing_to_be_done_with_a_question_is_read_as_a_whole(card):
    select = "select the channel estimator for S5C1 and tell me whether DeepRx would help there"
    assert read(select, card) == understand(select, card)
    assert isinstance(read(f"which cells serve the stadium and {RECEIVER}", card), NetworkQuestion)
    assert isinstance(read(f"keep the delay below 0 ms, and {RECEIVER}", card), Impossible)


@pytest.mark.parametrize(
    "text", [CHANGE, RECEIVER, f"{CHANGE}, and tell me if eMBB falls below 5 Mbps", "a" + " " * 3990, "," * 3999]
)
def test_other_texts_are_not_split(card, text):
    assert Joined.of(text, card) is None
