"""An item whose place stands with another item is asked about; so the reading that follows the text is the one that counts."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from agents.readers.accounting import named_words
from agents.readers.accounts.bindings import Bindings
from agents.readers.candidate import Candidate
from agents.readers.confidence import Confidence
from agents.readers.encoder.encoder_reader import Judged
from agents.readers.encoder.facts import all_facts
from agents.readers.language_model.generating import Answered
from agents.readers.slips import slip_in
from agents.readers.spanned_text import SpannedItem, SpannedText, Spans, words_of
from agents.reading.computing import computed
from agents.reading.marked import ACTS, SAME, MarkedItem
from agents.reading.names import Names
from agents.reading.reading import Reading

Said = tuple[str, str, str, str]  # name, comparison or state, place, amount; pieces of words joined by " … "

TWO_ENDS = "energy S7 as low as possible; blocking S7C1 under 2 %, S7C2 under 4 %"
EDIT_AND_GOAL = "1) S1C1: downtilt 1 degree more\n2) S1C2: packet loss < 1 %"
POWER_AND_GOAL = "S3C2: tx up 1 dB; S3C3: load below 85 %"


def at(text: str, words: str) -> Spans:
    pieces = words.split(" … ") if words else []
    return tuple((text.index(piece), text.index(piece) + len(piece)) for piece in pieces)


def item(text: str, said: Said) -> SpannedItem:
    name, what, place, amount = said
    spans = at(text, "" if place == SAME else place), at(text, amount)
    words = SAME if place == SAME else words_of(text, spans[0])
    if name in ("sleep", "change"):
        return SpannedItem(MarkedItem(kind="forbid", name=name, place=words), *spans)
    if "." in name:
        marked = MarkedItem(kind="target", name=name, comparison=what, place=words, amount=amount)
        return SpannedItem(marked, *spans)
    is_delta = bool(amount) and ("more" in amount or "up" in amount)
    marked = MarkedItem(kind="edit", name=name, state=what, place=words, amount=amount, is_delta=is_delta, sign=int(is_delta))
    return SpannedItem(marked, *spans)


def read(text: str, *said: Said) -> SpannedText:
    return SpannedText(text, "change", tuple(item(text, one) for one in said))


def slip(names: Names, text: str, *said: Said) -> str:
    spanned = read(text, *said)
    doubt = slip_in(spanned, Reading.of(computed(spanned.marked(), names)), names)
    return str(doubt) if doubt else ""


ENERGY = ("PEE.Energy", "min", "S7", "as low as possible")
BLOCKING = ("RRC.ConnEstabFailRate", "<", "S7C1", "under 2 %"), ("RRC.ConnEstabFailRate", "<", "S7C2", "under 4 %")


def test_a_place_does_not_reach_into_the_next_part(names: Names):
    assert "S7C1" in slip(names, TWO_ENDS, ("PEE.Energy", "min", "S7 … S7C1", "as low as possible"), *BLOCKING)
    assert slip(names, TWO_ENDS, ENERGY, *BLOCKING) == ""


@pytest.mark.parametrize(
    ("text", "crossed", "straight"),
    [
        (
            EDIT_AND_GOAL,
            [("DRB.PacketLossRateDl", "<", "S1C1", "< 1 %"), ("digitalTilt", "", "S1C2", "1 degree more")],
            [("DRB.PacketLossRateDl", "<", "S1C2", "< 1 %"), ("digitalTilt", "", "S1C1", "1 degree more")],
        ),
        (
            POWER_AND_GOAL,
            [("RRU.PrbTotDl", "<", "S3C2", "below 85 %"), ("configuredMaxTxPower", "", "S3C3", "up 1 dB")],
            [("RRU.PrbTotDl", "<", "S3C3", "below 85 %"), ("configuredMaxTxPower", "", "S3C2", "up 1 dB")],
        ),
        (
            "S4C1: load below 80 %. S4C2: tx 40 dBm. S4C3: do not touch it.",
            [
                ("RRU.PrbTotDl", "<", "S4C3", "below 80 %"),
                ("configuredMaxTxPower", "", "S4C2", "40 dBm"),
                ("change", "", "S4C1", ""),
            ],
            [
                ("RRU.PrbTotDl", "<", "S4C1", "below 80 %"),
                ("configuredMaxTxPower", "", "S4C2", "40 dBm"),
                ("change", "", "S4C3", ""),
            ],
        ),
    ],
)
def test_two_items_do_not_have_each_others_place(names: Names, text: str, crossed: list[Said], straight: list[Said]):
    assert "elsewhere" in slip(names, text, *crossed)
    assert slip(names, text, *straight) == ""


def test_a_name_that_is_said_once_belongs_to_one_place(names: Names):
    text = "wake S8C1, and S1C1 tx up 2 dB"
    power = ("configuredMaxTxPower", "", "S1C1", "up 2 dB")
    assert "S1C1" in slip(names, text, ("energySavingControl", "toBeNotEnergySaving", "S8C1, and S1C1", ""), power)
    assert slip(names, text, ("energySavingControl", "toBeNotEnergySaving", "S8C1", ""), power) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "S2: load below 70 %; S3: load below 60 %; blocking on both below 2 %",
            [
                ("RRU.PrbTotDl", "<", "S2", "below 70 %"),
                ("RRU.PrbTotDl", "<", "S3", "below 60 %"),
                ("RRC.ConnEstabFailRate", "<", "S2 … S3 … on both", "below 2 %"),
            ],
        ),
        (
            "S5 with S5C1: load below 70 %, blocking below 2 %, BLER below 9 %; S6: load below 60 %",
            [
                ("RRU.PrbTotDl", "<", "S5 with S5C1", "below 70 %"),
                ("RRC.ConnEstabFailRate", "<", SAME, "below 2 %"),
                ("CARR.AverageBlerDl", "<", SAME, "below 9 %"),
                ("RRU.PrbTotDl", "<", "S6", "below 60 %"),
            ],
        ),
        (
            "load of S4 except S4C1 below 70 %, and S4C1 must not sleep",
            [("RRU.PrbTotDl", "<", "of S4 except S4C1", "below 70 %"), ("sleep", "", "S4C1", "")],
        ),
    ],
)
def test_a_place_may_be_taken_up_again_hold_for_several_items_or_leave_out_a_name(names: Names, text: str, said: list[Said]):
    bindings = Bindings(read(text, *said), tuple(named_words(text, names)))
    assert (list(bindings.strayed()), list(bindings.reaching()), list(bindings.shared())) == ([], [], [])


@pytest.mark.parametrize("mark", ["; ", ". ", "\n", " / "])
def test_what_parts_two_items_is_seen_whichever_mark_it_is(names: Names, mark: str):
    parts = ["S3C1 load below 70 %", "S3C2 blocking below 3 %", "S3C3 BLER below 8 %"]
    text = mark.join(parts)
    kpis = [("RRU.PrbTotDl", "below 70 %"), ("RRC.ConnEstabFailRate", "below 3 %"), ("CARR.AverageBlerDl", "below 8 %")]
    straight = [(kpi, "<", place, amount) for (kpi, amount), place in zip(kpis, ("S3C1", "S3C2", "S3C3"), strict=True)]
    assert slip(names, text, *straight) == ""
    for (first, second), number in zip(pairwise(straight), (0, 1), strict=True):
        swapped = [*straight]
        swapped[number], swapped[number + 1] = (*first[:2], second[2], first[3]), (*second[:2], first[2], second[3])
        assert "elsewhere" in slip(names, text, *swapped)


def test_the_reading_that_follows_the_text_counts_though_the_other_is_more_probable(names: Names):
    def candidate(probability: float, *said: Said) -> Candidate:
        spanned = read(TWO_ENDS, *said)
        judged = Judged(dict.fromkeys(ACTS, 1 / len(ACTS)), dict.fromkeys(all_facts(), 0.1), ())
        return Candidate(spanned, Answered(spanned, probability, math.log(probability)), judged, names)

    wrong = candidate(0.7, ("PEE.Energy", "min", "S7 … S7C1", "as low as possible"), *BLOCKING)
    right = candidate(0.2, ENERGY, *BLOCKING)
    best, _ = Confidence(bias=0.0, threshold=0.4).judged([wrong, right])[0]
    assert wrong.is_asked and best is right
