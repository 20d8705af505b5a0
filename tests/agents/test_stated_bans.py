"""What a ban forbids comes from the words of its own clause, and "excluded from sleep" takes nothing out of its place."""

import math

import pytest

from agents.readers.accounting import accounted_words, unaccounted_words
from agents.readers.accounts.restrained import misheard_restrictions
from agents.readers.candidate import Candidate
from agents.readers.completing import completed
from agents.readers.encoder.encoder_reader import Judged
from agents.readers.encoder.facts import all_facts
from agents.readers.language_model.generating import Answered
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.computing import computed
from agents.reading.marked import ACTS, MarkedItem
from agents.reading.names import Names
from agents.reading.reading import Reading
from training.llm.labelled_text import HANDS, card_of


def _at(text: str, words: str) -> tuple[tuple[int, int], ...]:
    return ((text.index(words), text.index(words) + len(words)),) if words else ()


def _ban(text: str, name: str, place: str) -> SpannedText:
    item = MarkedItem(kind="forbid", name=name, place=place)
    return SpannedText(text, "forbid", (SpannedItem(item, _at(text, place)),))


def _forbidden(spanned: SpannedText, names: Names) -> list[tuple[str, int | str]]:
    reading = Reading.of(computed(spanned.marked(), names))
    return [(one.what, one.cells if one.cells == "*" else len(one.cells)) for one in reading.forbidden]


@pytest.mark.parametrize(
    ("text", "heard", "place", "meant"),
    [
        ("lock S6C2 but leave S6C1 be", "sleep", "S6C1", "change"),
        ("until 17:00 let S6C1 be", "energySavingControl", "S6C1", "change"),
        ("leave S6C1 and S6C2 alone, please", "sleep", "S6C1 and S6C2", "change"),
        ("S6C2 may sleep; leave the cell S6C1 in peace", "sleep", "S6C1", "change"),
        ("overnight leave please S6C1 awake", "energySavingControl", "S6C1", "sleep"),
        ("keep S6C1 on air tonight", "energySavingControl", "S6C1", "sleep"),
        ("S6C1 has to stay up and running", "energySavingControl", "S6C1", "sleep"),
        ("leave the tilt of S6C1 be", "sleep", "S6C1", "sleep"),
        ("leave S6C1 to be locked", "sleep", "S6C1", "sleep"),
        ("S6C1 sleeps well, leave it be", "energySavingControl", "it", "energySavingControl"),
        ("keep S6C1 awake and do not wake S8C1", "energySavingControl", "S8C1", "energySavingControl"),
        ("S8C1 stays asleep, not on air", "energySavingControl", "S8C1", "energySavingControl"),
    ],
)
def test_a_ban_is_on_what_its_clause_forbids(text: str, heard: str, place: str, meant: str, names: Names):
    assert [one.item.name for one in completed(_ban(text, heard, place), (), names).items] == [meant]


@pytest.mark.parametrize(
    "words", ["Non toccare S4C1, grazie", "nicht anfassen S4C1", "ne pas toucher S4C1", "niet aankomen S4C1"]
)
def test_a_ban_on_any_change_in_another_language_is_no_ban_on_sleep(words: str):
    assert list(misheard_restrictions(_ban(words, "sleep", "S4C1")))
    assert not list(misheard_restrictions(_ban(words, "change", "S4C1")))


def test_the_amount_before_a_ban_says_nothing_of_what_is_not_to_be_changed():
    text = "load S2 below 80 % and do not touch S1"
    goal = MarkedItem(kind="target", name="RRU.PrbTotDl", comparison="<", place="S2", amount="below 80 %")
    goals = SpannedItem(goal, _at(text, "S2"), _at(text, "below 80 %"))
    ban = _ban(text, "sleep", "S1").items
    assert list(misheard_restrictions(SpannedText(text, "change", (goals, *ban))))


@pytest.mark.parametrize(
    ("text", "place", "cells"),
    [
        ("S1C1, S4C1 and S7C1 excluded from sleep", "S1C1, S4C1 and S7C1 excluded", 3),
        ("S1C1 and S4C1 are exempt from any change", "S1C1 and S4C1 are exempt from any change", 2),
        ("S1C1 to be spared from tonight's saving", "S1C1 to be spared", 1),
        ("no sleep, S1 with S1C1 excluded", "S1 with S1C1 excluded", 2),
    ],
)
def test_who_is_excluded_from_sleep_is_forbidden_it(text: str, place: str, cells: int, names: Names):
    spanned = _ban(text, "sleep", place)
    assert _forbidden(spanned, names) == [("sleep", cells)]
    assert unaccounted_words(text, accounted_words(spanned, (), names), names) == []


def test_who_is_excluded_from_a_ban_is_not_in_it(names: Names):
    text = "no sleep in S1, S1C1 excluded from this"
    assert _forbidden(_ban(text, "sleep", "in S1, S1C1 excluded"), names) == [("sleep", 2)]


@pytest.mark.parametrize(("heard", "left"), [("configuredMaxTxPower", []), ("digitalTilt", ["without"])])
def test_without_doing_something_is_the_ban_on_just_that(heard: str, left: list[str], names: Names):
    text = "average speed of S1 over 5 Mbit/s without raising the transmit power there"
    goal = MarkedItem(kind="target", name="DRB.UEThpDl", comparison=">", place="of S1", amount="over 5 Mbit/s")
    ban = MarkedItem(kind="forbid", name=heard, place="there")
    items = SpannedItem(goal, _at(text, "of S1"), _at(text, "over 5 Mbit/s")), SpannedItem(ban, _at(text, "there"))
    assert unaccounted_words(text, accounted_words(SpannedText(text, "change", items), (), names), names) == left


@pytest.mark.parametrize(("place", "is_asked"), [("", True), ("Furt", False)])
def test_the_stem_of_ids_is_not_left_out_for_the_whole_network(place: str, is_asked: bool):
    names = Names(card_of(HANDS / "piste-valley"))
    text = "Minimise blocking, Furt"
    item = MarkedItem(kind="target", name="RRC.ConnEstabFailRate", comparison="min", place=place, amount="Minimise")
    spanned = SpannedText(text, "change", (SpannedItem(item, _at(text, place), _at(text, "Minimise")),))
    judged = Judged(dict.fromkeys(ACTS, 1 / len(ACTS)), dict.fromkeys(all_facts(), 0.1), ())
    candidate = Candidate(spanned, Answered(spanned, 0.5, math.log(0.5)), judged, names)
    assert candidate.is_asked is is_asked and ("Furt" in candidate.unknown) is is_asked
