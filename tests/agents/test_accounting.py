"""Every word counts: a true reading accounts for the words that matter, a reading with a part missing does not."""

import re
from dataclasses import replace

import pytest

from agents.readers.accounting import accounted_words, unaccounted_words
from agents.readers.accounts.accounted_words import AccountedWords
from agents.readers.encoder.encoder_reader import TaggedPiece
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.marked import LIVE_ACTS, MarkedItem
from agents.reading.names import Names
from training.llm.labelled_text import Hand, LabelledText, hands_of


def _pieces(text: LabelledText) -> list[TaggedPiece]:
    """Return the words as an encoder that makes no mistake tags them."""
    pieces = []
    for match in re.finditer(r"\w+|[^\w\s]", text.text):
        tag = next((tag[0] for tag, start, end in text.marks if max(start, match.start()) < min(end, match.end())), "")
        pieces.append(TaggedPiece(match.start(), match.end(), {tag: 1.0}))
    return pieces


@pytest.fixture(scope="module")
def hands() -> list[Hand]:
    return [hand for hand in hands_of() if hand.name in ("noc-valley", "consult-fair", "agency-stadium", "lab-stadium")]


def _left_over(text: LabelledText, reading: SpannedText, names: Names) -> list[str]:
    return unaccounted_words(text.text, accounted_words(reading, _pieces(text), names), names)


def _live(hands: list[Hand]) -> list[tuple[LabelledText, Names]]:
    return [(text, names) for hand in hands for names in [Names(hand.card)] for text in hand.texts if text.act in LIVE_ACTS]


def test_a_true_reading_leaves_hardly_any_word_that_matters(hands: list[Hand]):
    live = _live(hands)
    left = [text.text for text, names in live if _left_over(text, text.spanned(), names)]
    assert len(live) > 600
    assert len(left) <= 0.025 * len(live), left


@pytest.mark.parametrize("dropped", ["when", "condition"])
def test_a_dropped_window_or_condition_is_seen_by_the_words_it_leaves(hands: list[Hand], dropped: str):
    texts = [(text, names) for text, names in _live(hands) if getattr(text.spanned(), dropped)]
    seen = sum(bool(_left_over(text, replace(text.spanned(), **{dropped: ()}), names)) for text, names in texts)
    assert len(texts) > 30
    assert seen >= 0.7 * len(texts)


def test_a_dropped_bound_is_seen_by_its_number(hands: list[Hand]):
    texts = [(text, names) for text, names in _live(hands) if len(text.targets) > 1 and not text.edits and not text.forbidden]
    seen = sum(
        bool(_left_over(text, replace(text.spanned(), items=text.spanned().items[:-1]), names))
        for text, names in texts
        if text.spanned().items[-1].amount
    )
    assert seen >= 0.9 * sum(bool(text.spanned().items[-1].amount) for text, _ in texts) > 30


def test_a_restriction_that_the_reading_drops_is_not_accounted_for(hands: list[Hand]):
    texts = [(text, names) for text, names in _live(hands) if text.act == "change" and text.forbidden and not text.edits]
    missed = 0
    for text, names in texts:
        spanned = text.spanned()
        goals = tuple(one for one in spanned.items if one.item.kind != "forbid")
        missed += not _left_over(text, replace(spanned, items=goals), names)
    assert len(texts) > 20
    assert missed <= 0.2 * len(texts)


@pytest.mark.parametrize("text", ["two things for you", "user: keep it\n> quoted mail"])
def test_counts_of_wishes_and_quoted_lines_are_no_numbers_that_matter(hands: list[Hand], text: str):
    assert unaccounted_words(text, (), Names(hands[0].card)) == []


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("save energy without hurting anybody", []),
        ("save energy without hurting eMBB", ["without", "eMBB"]),
        ("1) wake it 2) lock it", []),
        ("1) wake it 3) lock it", ["1", "3"]),
        ("keep it below 2) please", ["below", "2"]),
    ],
)
def test_bystanders_and_numbered_points_mean_nothing(hands: list[Hand], words: str, left: list[str]):
    assert unaccounted_words(words, (), Names(hands[0].card)) == left


@pytest.mark.parametrize(
    "words",
    ["dont stop it from sleeping", "never keep the cells from sleeping", "down a bit wait other way", "wake A, sorry, B not A"],
)
def test_words_that_turn_the_meaning_are_always_asked_about(hands: list[Hand], words: str):
    whole = (AccountedWords(0, len(words), "nothing"),)
    assert unaccounted_words(words, whole, Names(hands[0].card))


def test_an_exclusion_by_but_belongs_to_a_place(hands: list[Hand]):
    names, words = Names(hands[0].card), "nothing but the yard may be changed"
    assert unaccounted_words(words, (AccountedWords(0, 11, "restriction"), AccountedWords(12, 20, "place of forbid 1")), names)
    assert not unaccounted_words(words, (AccountedWords(0, 20, "place of forbid 1"),), names)


def test_a_place_that_is_to_be_left_alone_is_no_place_of_a_goal(hands: list[Hand]):
    names, words = Names(hands[0].card), "keep the yard out of it, save energy elsewhere"
    left = unaccounted_words(words, (AccountedWords(5, 13, "place of target 1"),), names)
    assert left == ["the yard out of it"]
    assert not unaccounted_words(words, (AccountedWords(5, 13, "place of forbid 2"),), names)


@pytest.mark.parametrize(
    ("text", "place", "left"),
    [
        ("unlock S4C2, no sorry, S4C3", "S4C2", ["no sorry"]),
        ("unlock S4C2, no sorry, S4C3", "S4C3", []),
        ("unlock S4C2, correction, S4C3", "S4C2, correction, S4C3", []),
    ],
)
def test_what_is_taken_back_is_no_place_of_the_reading(text: str, place: str, left: list[str]):
    names = Names(next(hand.card for hand in hands_of() if hand.name == "lab-stadium"))
    start = text.index(place)
    item = SpannedItem(
        MarkedItem(kind="edit", name="administrativeState", state="UNLOCKED", place=place), ((start, start + len(place)),)
    )
    other = "S4C3" if place == "S4C2" else "S4C2"
    beside = AccountedWords(text.index(other), text.index(other) + 4, "nothing")
    accounted = (*accounted_words(SpannedText(text, "change", (item,)), (), names), beside)
    assert unaccounted_words(text, accounted, names) == left
