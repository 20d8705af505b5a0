"""Composed sentences: code computes from their marks what they were made to mean, and refuses those made to be refused."""

from collections import Counter

import pytest

from agents.reading.computing import computed
from agents.reading.doubt import Doubt
from agents.reading.feasibility import impossible
from agents.reading.marked import LIVE_ACTS
from agents.reading.names import Names
from agents.reading.reading import Reading
from agents.reading.unknown_words import strangers_in
from training.llm.composing.composer import Composer
from training.llm.composing.phrase import phrase
from training.llm.labelled_text import LabelledText, hands_of
from training.llm.multiplying.source import Source, sources_of
from training.llm.scoring import verdict

HANDS = ("city", "harbour")


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    return sources_of(hand for hand in hands_of() if hand.name in HANDS)


@pytest.fixture(scope="module")
def texts(sources: list[Source]) -> list[LabelledText]:
    return list(Composer(sources, 1).texts(400))


def _read(text: LabelledText, names: Names) -> str:
    """Return right, wrong or refused."""
    try:
        reading = Reading.of(computed(text.spanned().marked(), names))
    except Doubt:
        return "refused"
    if impossible(reading, names) or strangers_in(text.text, names):
        return "refused"
    return "right" if verdict([text], reading) == "right" else "wrong"


def test_a_sentence_means_on_its_network_what_its_marks_are_computed_to(sources: list[Source], texts: list[LabelledText]):
    networks = {source.hand: source.names for source in sources}
    found = Counter[str]()
    for text in texts:
        if text.act in LIVE_ACTS:
            results = {_read(text, names) for names in networks.values()}
            found["right" if "right" in results else "refused" if "refused" in results else "wrong"] += 1
    assert not found["wrong"]
    assert 0 < found["refused"] < 0.1 * found.total() and found["right"] > 0.85 * found.total()


def test_sentences_are_of_all_kinds_and_the_same_for_a_seed(sources: list[Source], texts: list[LabelledText]):
    assert {text.act for text in texts} == {"change", "forbid", "what_if", "question", "ask"}
    assert {len(text.items()) for text in texts} >= {0, 1, 2, 3}
    assert sum(bool(text.window) or any(tag[0] == "w" for tag, _, _ in text.marks) for text in texts) > 20
    assert [text.text for text in Composer(sources, 1).texts(40)] == [text.text for text in texts[:40]]
    assert [text.text for text in Composer(sources, 2).texts(40)] != [text.text for text in texts[:40]]


def test_what_stands_in_brackets_is_left_out_with_its_slot():
    pattern = "keep[ {s}] {k} {a:low}[ {p}]"
    full = phrase(pattern, {"s": "eMBB", "k": "loss", "p": "in S1"})
    assert "".join(words for _, words in full) == "keep eMBB loss low in S1"
    bare = phrase(pattern, {"s": "", "k": "loss"})
    assert [(tag, words) for tag, words in bare if tag] == [("k", "loss"), ("a", "low")]
    with pytest.raises(KeyError, match="k"):
        phrase(pattern, {})
