"""A text of several parts is read part by part, too; what the parts say together speaks for a reading, or against it."""

import math
import re

import pytest

from agents.readers.candidate import Candidate
from agents.readers.encoder.encoder_reader import EncoderReader, Judged, TaggedPiece
from agents.readers.encoder.facts import all_facts
from agents.readers.language_model.generating import Answered
from agents.readers.parts.joining import joined
from agents.readers.parts.parting import Part, parts_of
from agents.readers.rivals import FEATURES, features_of
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.marked import ACTS, MarkedItem
from agents.reading.names import Names


@pytest.fixture(scope="module")
def encoder() -> EncoderReader:
    return EncoderReader.load()


@pytest.mark.parametrize(
    "text",
    [
        "S1C1: transmit power up 2 dB ‖ delay in S2 below 20 ms ‖ S4C2 stays on air",
        "wake S8C1 ‖ sleep S6C3 ‖ unlock S4C1",
        "S1, S2 and S3: delay below 15 ms ‖ loss under 1 %",
        "keep the load in S1C1, S2C2 and S3C3 below 70 % ‖ save energy in S5",
        "energy S7 as low as possible overnight ‖ blocking S7C1 under 2 %",
        "keep the average delay in the stadium under 12.5 ms",  # one part
        "keep the load of S1 between 20 and 60 %",
        "from 20:00 to 22:00, the load in S2 stays below 70 %",
    ],
)
def test_a_text_is_cut_where_the_next_part_begins_and_not_within_a_list(text: str, encoder: EncoderReader):
    """The cuts are marked by ‖; a comma, "and" or a semicolon stands there in the text."""
    for separator in (", ", "; ", " and ", ".\n"):
        whole = text.replace(" ‖ ", separator)
        parts = parts_of(whole, encoder.judge([whole])[0].pieces)
        assert [re.sub(r"\.$", "", part.of(whole)) for part in parts] == text.split(" ‖ ")


def test_a_bound_without_a_name_is_led_by_the_name_of_the_part_before(encoder: EncoderReader):
    text = "throughput of eMBB in S5C1 above 7 Mbit/s; S5C2 above 8 Mbit/s; S5C3 stays on air"
    parts = parts_of(text, encoder.judge([text])[0].pieces)
    assert [part.of(text) for part in parts] == [
        "throughput of eMBB in S5C1 above 7 Mbit/s",
        "throughput eMBB S5C2 above 8 Mbit/s",
        "S5C3 stays on air",
    ]


def _tagged(text: str, **tags: str) -> list[TaggedPiece]:
    """Return the words of a text; tags: the words of each tag."""
    of = {word: tag for tag, words in tags.items() for word in words.split()}
    every = dict.fromkeys(["", *"pawkscvrn"], 0.0)
    return [TaggedPiece(*match.span(), {**every, of.get(match[0], ""): 1.0}) for match in re.finditer(r"[\w/.%]+", text)]


def test_words_that_ask_for_nothing_belong_to_the_part_behind_or_before_them():
    text = "Hello Eva, tonight, S1 sleeps, S2 and S3 wake, if it rains"
    pieces = _tagged(text, w="tonight", v="sleeps wake", p="S1 S2 S3", c="if it rains")
    assert [part.of(text) for part in parts_of(text, pieces)] == ["Hello Eva, tonight, S1 sleeps", "S2 and S3 wake, if it rains"]
    assert parts_of("Hello Eva, thank you", _tagged("Hello Eva, thank you")) == (Part(0, 20),)
    assert parts_of("", []) == ()


def _said(text: str, part: Part, *items: MarkedItem, act: str = "change", when: str = "") -> Answered:
    """Return what a part of a text is read as, with the spans of the words of its items."""
    own = part.of(text)

    def span(words: str) -> tuple[tuple[int, int], ...]:
        return ((own.index(words), own.index(words) + len(words)),) if words else ()

    spanned = SpannedText(own, act, tuple(SpannedItem(one, span(one.place), span(one.amount)) for one in items), span(when))
    return Answered(spanned, 0.9, math.log(0.8), 0.7, 0.6)


def _parts(text: str, *words: str) -> list[Part]:
    return [Part(text.index(one), text.index(one) + len(one)) for one in words]


def _goal(kpi: str, comparison: str, place: str, amount: str) -> MarkedItem:
    return MarkedItem(kind="target", name=kpi, comparison=comparison, place=place, amount=amount)


def test_what_parts_say_is_put_together_with_the_spans_of_the_whole_text(names: Names):
    text = "S4C2 sleeps tonight; delay in S2 below 20 ms"
    first, second = _parts(text, "S4C2 sleeps tonight", "delay in S2 below 20 ms")
    sleep = MarkedItem(kind="edit", name="energySavingControl", state="toBeEnergySaving", place="S4C2")
    whole = joined(
        text,
        (first, second),
        [
            _said(text, first, sleep, when="tonight"),
            _said(text, second, _goal("DRB.PdcpSduDelayDl", "<", "in S2", "below 20 ms")),
        ],
        names,
    )
    assert whole is not None and whole.spanned is not None
    assert [one.item.kind for one in whole.spanned.items] == ["target", "edit"]  # as every answer has them
    for one in whole.spanned.items:
        assert [text[start:end] for start, end in one.place] == [one.item.place]
    assert [text[start:end] for start, end in whole.spanned.when] == ["tonight"]
    assert (whole.least, whole.own_least, whole.guide_least) == (0.9, 0.7, 0.6)
    assert whole.logarithm == pytest.approx(2 * math.log(0.8))


@pytest.mark.parametrize(
    ("text", "places", "together"),
    [
        ("S1: load below 70 %; loss below 1 %", ("S1", ""), ["S1", "S1"]),
        ("load below 70 %; loss in S1 below 1 %", ("", "in S1"), ["in S1", "in S1"]),
        ("load in S1 below 70 %; loss there below 1 %", ("in S1", "there"), ["in S1", "in S1 … there"]),
        ("load below 70 %; loss below 1 %", ("", ""), ["", ""]),
    ],
)
def test_a_place_that_is_named_once_holds_for_the_other_parts(
    text: str, places: tuple[str, str], together: list[str], names: Names
):
    first, second = _parts(text, *text.split("; "))
    answers = [
        _said(text, first, _goal("RRU.PrbTotDl", "<", places[0], "below 70 %")),
        _said(text, second, _goal("DRB.PacketLossRateDl", "<", places[1], "below 1 %")),
    ]
    whole = joined(text, (first, second), answers, names)
    assert whole is not None and whole.spanned is not None
    assert [one.item.place for one in whole.spanned.items] == together


def test_parts_that_cannot_be_said_together_say_nothing(names: Names):
    text = "load below 70 % tonight; S1 loss below 1 % tomorrow; S2 sleeps"
    first, second, third = _parts(text, *text.split("; "))
    load, loss = _goal("RRU.PrbTotDl", "<", "", "below 70 %"), _goal("DRB.PacketLossRateDl", "<", "S1", "below 1 %")
    two_windows = [_said(text, first, load, when="tonight"), _said(text, second, loss, when="tomorrow")]
    assert joined(text, (first, second), two_windows, names) is None
    refused = [_said(text, first, load), _said(text, second, act="ask")]
    assert joined(text, (first, second), refused, names) is None
    sleep = MarkedItem(kind="edit", name="energySavingControl", state="toBeEnergySaving", place="S2")
    nowhere = [_said(text, first, load), _said(text, second, loss), _said(text, third, sleep)]
    assert joined(text, (first, second, third), nowhere, names) is None  # the load of S1, of S2 or of all cells
    led = Part(second.start, second.end, "load ")
    by_lead = [_said(text, first, load), _said(text, led, loss.model_copy(update={"place": "load"}))]
    assert joined(text, (first, led), by_lead, names) is None  # words that stand elsewhere in the text


def test_what_the_parts_say_speaks_for_a_reading_and_against_another(names: Names):
    text = "keep load in S1C1 below 60 %"
    judged = Judged(dict.fromkeys(ACTS, 1 / len(ACTS)), dict.fromkeys(all_facts(), 0.1), ())

    def reading(comparison: str, amount: str, kpi: str = "RRU.PrbTotDl", **origin: bool) -> Candidate:
        place = text.index("in S1C1")
        item = _goal(kpi, comparison, "in S1C1", amount)
        at = text.index(amount)
        spanned = SpannedText(text, "change", (SpannedItem(item, ((place, place + 7),), ((at, at + len(amount)),)),))
        return Candidate(spanned, Answered(spanned, 0.5, math.log(0.5)), judged, names, **origin)

    def by_parts(*candidates: Candidate) -> list[float]:
        return [features[FEATURES.index("by parts")] for features in features_of(candidates)]

    less = reading("<", "below 60 %")
    open_ = reading(">", "60 %", is_by_parts=True, is_whole=False)
    assert by_parts(less) == [0.0]
    assert by_parts(less, reading("<", "below 60 %", is_by_parts=True, is_whole=False)) == [2.0, 2.0]
    other = reading("<", "below 60 %", "RRU.PrbUsedDl", is_by_parts=True, is_whole=False)
    assert not other.is_asked and by_parts(less, other) == [-2.0, 1.0]
    assert open_.is_asked and by_parts(less, open_)[0] == -1.0
    mass = [features[FEATURES.index("meaning")] for features in features_of((less, reading("<", "below 60 %", is_whole=False)))]
    assert mass == [pytest.approx(0.0), pytest.approx(0.0)]  # the parts are no other way to read the whole
