"""Which of several readings counts: the most probable one that can be acted on if it is sure enough, else the first answer."""

import math
from dataclasses import replace

import pytest

from agents.readers.candidate import Candidate
from agents.readers.confidence import Confidence, Tree
from agents.readers.encoder.encoder_reader import Judged
from agents.readers.encoder.facts import all_facts
from agents.readers.language_model.generating import Answered
from agents.readers.rivals import FEATURES, features_of
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.marked import ACTS, MarkedItem
from agents.reading.names import Names

TEXT = "keep load in S1C1 below 60 %"
BELOW_HALF = Tree(feature=(0, 0, 0), threshold=(0.0, 0.0, 0.0), left=(1, -1, -1), right=(2, -1, -1), value=(0.0, -2.0, 2.0))


def candidate(names: Names, comparison: str, least: float, act: str = "change", kpi: str = "RRU.PrbTotDl") -> Candidate:
    """Return a reading of the text; least: how sure the answer is."""
    item = MarkedItem(kind="target", name=kpi, comparison=comparison, place="in S1C1", amount="below 60 %")
    at = TEXT.index("in S1C1"), TEXT.index("below")
    items = (SpannedItem(item, ((at[0], at[0] + 7),), ((at[1], len(TEXT)),)),) if act == "change" else ()
    spanned = SpannedText(TEXT, act, items)
    judged = Judged(dict.fromkeys(ACTS, 1 / len(ACTS)), dict.fromkeys(all_facts(), 0.1), ())
    return Candidate(spanned, Answered(spanned, least, math.log(least)), judged, names)


@pytest.fixture
def confidence() -> Confidence:
    """Return one that is 0.88 for what is more probable than not, else 0.12."""
    return Confidence(bias=0.0, trees=(BELOW_HALF,), threshold=0.8)


def test_a_sure_reading_goes_before_a_first_answer_that_asks(names: Names, confidence: Confidence):
    asks, sure = candidate(names, "<", 0.6, "ask"), candidate(names, "<", 0.9)
    best, share = confidence.judged([asks, sure])[0]
    assert best is sure and share == pytest.approx(1 / (1 + math.exp(-2)))


def test_where_nothing_is_sure_a_first_answer_that_asks_stands(names: Names, confidence: Confidence):
    asks, unsure = candidate(names, "<", 0.6, "ask"), candidate(names, "<", 0.2)
    assert confidence.judged([asks, unsure])[0][0] is asks


def test_where_nothing_is_sure_the_most_probable_reading_is_offered_first(names: Names, confidence: Confidence):
    less, more = candidate(names, "<=", 0.1), candidate(names, "<", 0.4)
    unequal = confidence.model_copy(
        update={"threshold": 0.99, "trees": (Tree(**{**BELOW_HALF.model_dump(), "threshold": (-1.0,) * 3}),)}
    )
    assert [one for one, _ in unequal.judged([less, more])] == [more, less]


def test_a_reading_that_code_asks_about_is_never_acted_on(names: Names, confidence: Confidence):
    sure = candidate(names, "<", 0.99)
    text, (item,) = "keep load in S1C1 below 600 %", sure.spanned.items
    wide = SpannedItem(item.item.model_copy(update={"amount": "below 600 %"}), item.place, ((item.amount[0][0], len(text)),))
    refused = replace(sure, spanned=SpannedText(text, "change", (wide,)))
    assert refused.is_asked
    asks = candidate(names, "<", 0.6, "ask")
    assert confidence.judged([asks, refused])[0][0] is asks


def test_the_features_are_those_that_the_confidence_names(names: Names, confidence: Confidence):
    assert len(features_of([candidate(names, "<", 0.9)])[0]) == len(FEATURES) == len(confidence.features)


def _of(names: Names, *readings: Candidate) -> list[dict[str, float]]:
    return [dict(zip(FEATURES, features, strict=True)) for features in features_of(readings)]


def test_ways_to_mark_the_same_meaning_speak_for_it_together(names: Names):
    one = candidate(names, "<", 0.5)
    text, (item,) = one.spanned.text, one.spanned.items
    bare = SpannedItem(item.item.model_copy(update={"place": "S1C1"}), ((item.place[0][0] + 3, item.place[0][1]),), item.amount)
    other = replace(one, spanned=SpannedText(text, "change", (bare,)))
    assert one.reading == other.reading and one.spanned != other.spanned
    alone, together = _of(names, one)[0], _of(names, one, other)[0]
    assert together["meaning"] > alone["meaning"] and together["margin"] == alone["margin"]


def test_a_meaning_is_told_by_how_much_it_beats_the_best_other_one(names: Names):
    more, less = candidate(names, "<", 0.6), candidate(names, "<", 0.3, kpi="DRB.PacketLossRateDl")
    first, second = _of(names, more, less)
    assert first["margin"] == pytest.approx(math.log(0.6 / 0.3)) == -second["margin"]
    assert first["meaning"] > second["meaning"]
