"""A time that is dropped is asked about; counts, asides and figures of speech are not, unless they can be the request."""

from dataclasses import replace

import pytest

from agents.readers.accounting import accounted_words, unaccounted_words
from agents.readers.accounts.accounted_words import AccountedWords
from agents.readers.accounts.beside import idle_negations, numbers_beside
from agents.readers.accounts.counts import counts_in
from agents.readers.accounts.dropped_times import dropped_times
from agents.readers.accounts.strange_words import is_beside
from agents.readers.encoder.encoder_reader import TaggedPiece
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.marked import LIVE_ACTS, MarkedItem
from agents.reading.names import Names
from training.llm.labelled_text import Hand, hands_of


@pytest.fixture(scope="module")
def hands() -> list[Hand]:
    return [
        hand for hand in hands_of() if hand.name in ("noc-valley", "consult-fair", "agency-stadium", "lab-stadium", "vineyard")
    ]


@pytest.fixture(scope="module")
def names(hands: list[Hand]) -> Names:
    return Names(next(hand.card for hand in hands if hand.name == "lab-stadium"))


def edit(text: str, place: str, name: str = "energySavingControl", state: str = "toBeNotEnergySaving") -> SpannedItem:
    start = text.index(place)
    item = MarkedItem(kind="edit", name=name, state=state, place=place)
    return SpannedItem(item, ((start, start + len(place)),))


def target(text: str, place: str, amount: str, comparison: str, name: str = "DRB.UEThpDl") -> SpannedItem:
    start, at = text.index(place), text.index(amount)
    item = MarkedItem.model_validate(
        {"kind": "target", "name": name, "comparison": comparison, "place": place, "amount": amount, "slice": "eMBB"}
    )
    return SpannedItem(item, ((start, start + len(place)),), ((at, at + len(amount)),))


def left(spanned: SpannedText, names: Names, nothing: str = "") -> list[str]:
    """Return what is left over if an encoder holds that the words `nothing` mean nothing."""
    pieces = [TaggedPiece(spanned.text.index(nothing), spanned.text.index(nothing) + len(nothing), {"n": 1.0})] if nothing else []
    return unaccounted_words(spanned.text, accounted_words(spanned, pieces, names), names)


@pytest.mark.parametrize(
    "time",
    [
        *("during the opening hours of the town hall", "before the match starts", "after the match", "while the match is on"),
        *("until six", "tonight", "till the storm is over", "after the rain has passed", "for the next two hours", "on Saturday"),
        *("from eight to ten", "20:00-22:00", "2000-2200", "durign the match", "tomorow", "as long as the match goes on"),
        *(
            "unless the match is cancelled",
            "provided that it rains",
            "if the load is over 85 %",
            "once it has more than 40 users",
        ),
    ],
)
def test_a_time_or_condition_that_is_dropped_is_asked_about_even_if_it_is_held_to_mean_nothing(names: Names, time: str):
    for text in (f"wake S8C1 {time}", f"{time}, wake S8C1 please"):
        assert left(SpannedText(text, "change", (edit(text, "S8C1"),)), names, time), text


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("the last trams leave at midnight, so wake S8C1", "at midnight"),
        ("wake S8C1, I walk there again tomorrow", "tomorrow"),
        ("we expect three hundred donors tomorrow, so wake S8C1", "three hundred donors tomorrow"),
        ("wake S8C1, nobody parks there till September", "till"),
        ("the fan slept for 41 hours. wake S8C1", "41"),
        ("wake S8C1 until further notice", "until"),
        ("wake S8C1, not even for a minute asleep", "not even"),
        ("wake S8C1, even if the load is over 85 %", "even if the load is over 85 %"),
        ("wake S8C1 after tonight's briefing", "after tonight's briefing"),
    ],
)
def test_a_time_of_something_else_is_not(names: Names, text: str, time: str):
    assert not left(SpannedText(text, "change", (edit(text, "S8C1"),)), names, time)


def test_most_windows_that_are_dropped_are_seen_and_hardly_any_true_reading_is_held_up(hands: list[Hand]):
    live = held = dropped = seen = 0
    for hand in hands:
        for text in hand.texts:
            if text.act in LIVE_ACTS:
                spanned, card = text.spanned(), hand.card
                beside = [AccountedWords(start, end, "nothing") for tag, start, end in text.marks if tag[0] in "nw"]
                live += 1
                held += any(dropped_times(text.text, _meant(spanned), card))
                if spanned.when:
                    dropped += 1
                    lied = (*_meant(replace(spanned, when=())), *beside)
                    seen += any(dropped_times(text.text, lied, card))
    assert dropped > 100
    assert seen >= 0.75 * dropped
    assert held <= 0.01 * live


def _meant(spanned: SpannedText) -> tuple[AccountedWords, ...]:
    places = [AccountedWords(*span, f"place of {one.item.kind} 1") for one in spanned.items for span in one.place]
    amounts = [AccountedWords(*span, f"amount of {one.item.kind} 1") for one in spanned.items for span in one.amount]
    return (*places, *amounts, *(AccountedWords(*span, "window") for span in spanned.when), *_conditions(spanned))


def _conditions(spanned: SpannedText) -> list[AccountedWords]:
    return [AccountedWords(*span, "condition") for span in spanned.condition]


@pytest.mark.parametrize(
    ("text", "number", "agrees"),
    [
        ("all three cells of S4: wake them", "three", True),
        ("wake S4, all three", "three", True),
        ("two small things: wake S4", "two", False),
        ("one site, three cells: S4 is to wake", "three", True),
        ("wake S4, all four", "four", False),
        ("the two masts of S4 wake up", "two", False),
        ("wake S4, two decibels on sites", "two", False),
        ("wake any three cells of S4", "three", False),
    ],
)
def test_a_count_is_accounted_for_if_it_counts_right(names: Names, text: str, number: str, *, agrees: bool):
    counted = [
        text[start:end] for start, end in counts_in(text, SpannedText(text, "change", (edit(text, "S4"),)).marked(), names)
    ]
    assert counted == ([number] if agrees else [])


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("so that our 212 spray controllers get through", ["212"]),
        ("the cows wear collars, four hundred and ten of them, and bite", ["four hundred and ten"]),
        ("Three times since Melk", ["Three"]),
        ("I have sat here for two evenings", ["two"]),
        ("it is on page 6", ["6"]),
        ("the roofer is called Six", ["Six"]),
        # what can be an amount, a place, a time or a name
        ("power 12 watts", []),
        ("at most 30 controllers", []),
        ("load 80 points", []),
        ("digtal tlit 4 degres", []),
        ("for two hours", []),
        ("the two halls", []),
        ("hb1-2 dies", []),
        ("s five c two stays on", []),
        ("gate 6", []),
        ("300 conected usres", []),
    ],
)
def test_a_number_of_things_in_a_clause_without_anything_of_the_request_means_nothing(text: str, numbers: list[str]):
    assert [text[start:end] for start, end in numbers_beside(text, ())] == numbers


def test_no_number_that_carries_a_request_is_one_of_things():
    wrong = right = 0
    for hand in hands_of():
        for text in hand.texts:
            if text.act in LIVE_ACTS:
                for start, end in numbers_beside(text.text, ()):
                    right += 1
                    wrong += any(tag[0] in "apwc" and max(start, first) < min(end, last) for tag, first, last in text.marks)
    assert right > 300
    assert wrong <= 0.005 * right


@pytest.mark.parametrize(
    ("text", "negations"),
    [
        ("don't ask why", ["don't ask why"]),
        ("sleep S7C2, nobody lives there", ["nobody lives there"]),
        ("unlock it without further delay", ["without further delay"]),
        ("nobody touches S4 there", []),
        ("do not touch it", []),
        ("without delay above 9 ms", []),
        ("just not in S4C2", []),
    ],
)
def test_figures_of_speech_deny_nothing(text: str, negations: list[str]):
    assert [text[start:end] for start, end in idle_negations(text)] == negations


@pytest.mark.parametrize(
    ("text", "amount", "comparison", "words"),
    [
        ("don't let users of S4 drop below 4 Mbit/s", "below 4 Mbit/s", ">=", []),
        ("I wouldn't want the rate in S4 below 4 Mbit/s", "below 4 Mbit/s", ">=", []),
        ("never let S4 fall below 4 Mbit/s", "below 4 Mbit/s", ">=", []),
        ("don't let users of S4 drop below 4 Mbit/s", "below 4 Mbit/s", "<", ["don't"]),
        ("don't touch it, S4 above 4 Mbit/s", "above 4 Mbit/s", ">", ["don't"]),
        ("don't sleep it and let no S4 user drop below 4 Mbit/s", "below 4 Mbit/s", ">=", ["don't"]),
    ],
)
def test_a_negation_that_turns_the_comparison_of_a_goal_is_part_of_it(
    names: Names, text: str, amount: str, comparison: str, words: list[str]
):
    assert left(SpannedText(text, "change", (target(text, "S4", amount, comparison),)), names) == words


@pytest.mark.parametrize(("text", "words"), [("S7C2 -> 411", ["411"]), ("S7C2 => 411", ["411"]), ("S7C2 > 411", [">", "411"])])
def test_an_arrow_is_no_comparison(names: Names, text: str, words: list[str]):
    assert left(SpannedText(text, "change", (edit(text, "S7C2"),)), names) == words


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("would S1 cope if S1C3 were locked?", "S1C3", []),
        ("what would happen to S4 with S4C1 awake", "S4C1", []),
        ("suppose S4C1 were awake, how many rejects would S2C2 save?", "S4C1", []),
        ("S4C1 awake => load of S2C2?", "S4C1", []),
        ("would there be fewer drops if S1C3 were locked?", "S1C3", []),
        ("what if S1C3 were locked and S2C2 too?", "S1C3", ["S2C2", "2", "2"]),
        ("would S1 cope if S1C3 and S2C2 were locked?", "S1C3", ["S2C2", "2", "2"]),
        ("what if S1C3 were locked, S2C2 locked", "S1C3", ["S2C2", "2", "2"]),
    ],
)
def test_a_what_if_looks_at_places_outside_of_what_it_supposes(names: Names, text: str, place: str, words: list[str]):
    item = edit(text, place, "administrativeState", "LOCKED")
    assert left(SpannedText(text, "what_if", (item,)), names) == words
    if not words:
        assert left(SpannedText(text, "change", (item,)), names)


@pytest.mark.parametrize(
    ("text", "word", "beside"),
    [
        ("S4 load below 80 %, not the uplink", "uplink", True),
        ("S4 load below 80 %, everyone uploads pictures there", "uploads", True),
        ("S4 load below 80 %, uplink noise rise", "uplink", True),
        ("S4 load below 80 %, the uplink too", "uplink", False),
        ("S4 load below 80 %, the jitter must be better", "jitter", False),
        ("S4 uplink load below 80 %", "uplink", False),
        ("S4 load below 80 %, uplink", "uplink", False),
    ],
)
def test_words_for_what_nobody_measures_are_beside_the_matter_in_a_clause_that_wishes_for_nothing(
    text: str, word: str, *, beside: bool
):
    accounted = (
        AccountedWords(0, 2, "place of target 1"),
        AccountedWords(text.index("below"), text.index("%") + 1, "amount of target 1"),
    )
    start = text.index(word)
    assert is_beside(text, start, start + len(word), accounted) is beside


def first(text: str, kind: str, name: str, place: str, amount: str, **more: str) -> SpannedItem:
    """Return an item as readers mark it: they point at the first occurrence of its words."""
    item = MarkedItem.model_validate({"kind": kind, "name": name, "place": place, "amount": amount, **more})
    spans = [
        ((text.index(words), text.index(words) + len(words)),) if words not in ("", "=") else () for words in (place, amount)
    ]
    return SpannedItem(item, *spans)


@pytest.mark.parametrize(
    ("text", "items", "words"),
    [
        ("load S4C1 <60 %, load S4C2 <60 %", [("S4C1", "<60 %"), ("S4C2", "<60 %")], []),
        ("load below 80 % in S3 but S3C3, load S3C3 below 60 %", [("S3 but S3C3", "below 80 %"), ("S3C3", "below 60 %")], []),
        ("load S5C2 max 35 %, loss S5C2 max 1 %", [("S5C2", "max 35 %"), ("=", "max 1 %")], []),
        ("S6C2;load;<2 %\nS6C2;loss;<4 %\nS6C2;drops;<5 %", [("S6C2", "<2 %"), ("S6C2", "<4 %"), ("=", "<5 %")], []),
        # said more often than the reading has it
        ("load S4C1 <60 %, load S4C2 <60 %", [("S4C1", "<60 %"), ("S4C2", "")], ["<", "60"]),
        ("load S5C2 max 35 %, wake S5C2", [("S5C2", "max 35 %")], ["S5C2", "5", "2"]),
        ("load S5C2 max 35 %, S5C2 1 %", [("S5C2", "max 35 %")], ["S5C2", "5", "2", "1"]),
        ("load S5 max 35 %, S5C2 max 1 %", [("S5", "max 35 %"), ("=", "max 1 %")], ["S5C2", "5", "2"]),
    ],
)
def test_words_that_are_said_again_are_accounted_for_as_often_as_the_reading_has_them(
    names: Names, text: str, items: list[tuple[str, str]], words: list[str]
):
    marked = tuple(first(text, "target", "RRU.PrbTotDl", place, amount, comparison="<=") for place, amount in items)
    assert left(SpannedText(text, "change", marked), names) == words


@pytest.mark.parametrize(
    "words",
    [
        *(
            "a cell which nobody loves",
            "a cell which has never been a favourite of mine",
            "that can't be hard",
            "it cannot be so difficult",
        ),
        *("an assessment, and no more than an assessment", "I have thought about it overnight and would lower the power"),
        *("the maestro, who speaks nothing but Italian, asks for it", "a cell which serves nothing but coal"),
    ],
)
def test_what_is_told_of_a_place_or_a_person_is_no_negation_of_the_request(words: str, names: Names):
    accounted = [AccountedWords(*span, "beside the request") for span in idle_negations(words)]
    assert unaccounted_words(words, accounted, names) == []


@pytest.mark.parametrize(
    "words",
    [
        *("a cell which nobody touches", "it has never to be locked", "that can't be changed", "no more than a quarter"),
        *("lower the power overnight", "cells which serve nothing but mMTC", "nothing but the yard may be changed"),
    ],
)
def test_what_restricts_the_request_still_matters(words: str, names: Names):
    accounted = [AccountedWords(*span, "beside the request") for span in idle_negations(words)]
    assert unaccounted_words(words, accounted, names) != []


@pytest.mark.parametrize(
    ("text", "name", "is_left"),
    [
        ("people who can't get on at S2C2 under 2 %", "RRC.ConnEstabFailRate", False),
        ("people who cannot connect at S2C2 under 2 %", "RRC.ConnEstabFailRate", False),
        ("people who can't get on at S2C2 under 2 %", "MM.RlfRate", True),
        ("people at S2C2 under 2 %, and you can't change it", "RRC.ConnEstabFailRate", True),
    ],
)
def test_a_negation_is_part_of_the_name_of_a_kpi_only_where_the_reading_has_it(text: str, name: str, is_left: bool, names: Names):
    goal = SpannedText(text, "change", (target(text, "S2C2", "under 2 %", "<", name),))
    assert bool(left(goal, names)) == is_left


def test_alone_is_part_of_a_dedicated_share_and_not_where_something_is_left_alone(names: Names):
    def share(text: str) -> SpannedText:
        at = text.index("10 %")
        item = MarkedItem(kind="edit", name="rRMPolicyDedicatedRatio", slice="URLLC", place="S2C2", amount="10 %")
        place = text.index("S2C2")
        return SpannedText(text, "change", (SpannedItem(item, ((place, place + 4),), ((at, at + 4),)),))

    assert left(share("S2C2: reserve 10 % for urllc alone"), names) == []
    assert left(share("S2C2: reserve 10 % for urllc, leave the rest alone"), names) == ["alone"]


def test_nor_turns_the_bound_that_follows_it(names: Names):
    text = "the rate in S3 may not drop below 6 Mbit/s, nor in S4 below 5 Mbit/s"
    second = target(text, "in S4", "below 5 Mbit/s", ">=")
    goals = (target(text, "in S3", "may not drop below 6 Mbit/s", ">="), second)
    assert left(SpannedText(text, "change", goals), names) == []
    wrong = SpannedItem(second.item.model_copy(update={"comparison": "<"}), second.place, second.amount)
    assert left(SpannedText(text, "change", (goals[0], wrong)), names) == ["nor"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Q3 savings: less energy", "3"),
        ("first S1. second S2. third, coffee", "third"),
        ("the roofer is called Six by the way", "Six"),
    ],
)
def test_a_quarter_a_point_or_a_name_is_no_number(text: str, number: str):
    assert [text[slice(*span)] for span in numbers_beside(text, ())] == [number]


@pytest.mark.parametrize(
    "text", ["Q3 at 40 dBm", "a third, please", "second S2, a third less", "called for 6 dB by the operator"]
)
def test_a_number_that_can_be_of_the_request_stays_one(text: str):
    assert list(numbers_beside(text, ())) == []
