"""Marks that their own words speak against are asked about; cut marks are completed, and numbers of points mean nothing."""

import pytest

from agents.readers.accounting import accounted_words, enumerators, unaccounted_words
from agents.readers.completing import completed
from agents.readers.slips import slip_in
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.computing import computed
from agents.reading.marked import SAME, MarkedItem
from agents.reading.names import Names
from agents.reading.reading import Reading


def span(text: str, words: str) -> tuple[tuple[int, int], ...]:
    return ((text.index(words), text.index(words) + len(words)),) if words else ()


def item(text: str, kind: str, name: str, place: str, amount: str = "", **more: object) -> SpannedItem:
    said = MarkedItem.model_validate({"kind": kind, "name": name, "place": place, "amount": amount, **more})
    return SpannedItem(said, span(text, "" if place == SAME else place), span(text, amount))


def slip(spanned: SpannedText, names: Names) -> str:
    doubt = slip_in(spanned, Reading.of(computed(spanned.marked(), names)), names)
    return str(doubt) if doubt else ""


def below(text: str, place: str, amount: str, **more: object) -> SpannedItem:
    return item(text, "target", "RRU.PrbTotDl", place, amount, comparison="<", **more)


@pytest.mark.parametrize(
    ("text", "held", "kept", "is_slip"),
    [
        ("S4C1, S4C2 stay on air, load there < 70 %", "S4C1, S4C2", "S4C2", True),
        ("S4C1, S4C2 stay on air, load there < 70 %", "S4C1, S4C2", "S4C1, S4C2", False),
        ("load of S4 apart from S4C2 < 70 %, and S4C2 stays on air", "S4 apart from S4C2", "S4C2", False),
    ],
)
def test_a_place_is_no_part_of_the_place_of_something_else(names: Names, text: str, held: str, kept: str, is_slip: bool):
    spanned = SpannedText(text, "change", (below(text, held, "< 70 %"), item(text, "forbid", "sleep", kept)))
    found = slip(spanned, names)
    assert ("part of the place" in found or "stands elsewhere" in found) is is_slip
    assert bool(found) is is_slip


@pytest.mark.parametrize(
    ("locked", "is_slip"),
    [("S2C2", True), (SAME, False)],
)
def test_what_a_condition_names_is_not_what_is_forbidden_beside_another_place(names: Names, locked: str, is_slip: bool):
    text = "do not put S2C1 to sleep while S2C2 is above 60 % load; nor lock it"
    items = item(text, "forbid", "sleep", "S2C1"), item(text, "forbid", "administrativeState", locked)
    spanned = SpannedText(text, "forbid", items, condition=span(text, "while S2C2 is above 60 % load"))
    assert ("in the condition" in slip(spanned, names)) is is_slip


def test_a_condition_may_name_the_only_place_of_a_text(names: Names):
    text = "once load passes 90 % on S6C1, put it to sleep"
    asleep = item(text, "edit", "energySavingControl", "on S6C1", state="toBeEnergySaving")
    spanned = SpannedText(text, "change", (asleep,), condition=span(text, "once load passes 90 % on S6C1"))
    assert slip(spanned, names) == ""


@pytest.mark.parametrize(
    ("text", "name", "place", "is_slip"),
    [
        ("hands off S5C1", "rRMPolicyMaxRatio", "S5C1", True),
        ("S5C1 | DO NOT CHANGE", "sleep", "S5C1", True),
        ("nobody restarts or changes S5", "sleep", "S5", True),
        ("S5C1 is off limits", "sleep", "S5C1", True),
        ("hands off S5C1", "change", "S5C1", False),
        ("hands off the cap of eMBB at S5C1", "rRMPolicyMaxRatio", "at S5C1", False),
        ("nobody changes the tilt of S5C1", "digitalTilt", "of S5C1", False),
        ("do not alter PCI on S5C1", "nRPCI", "on S5C1", False),
        ("S5C1 stays on air", "sleep", "S5C1", False),
    ],
)
def test_a_ban_on_any_change_is_none_on_one_thing(names: Names, text: str, name: str, place: str, is_slip: bool):
    assert ("alone" in slip(SpannedText(text, "forbid", (item(text, "forbid", name, place),)), names)) is is_slip


@pytest.mark.parametrize(
    ("amount", "reference", "is_slip"),
    [
        ("no worse than now", "yesterday", True),
        ("not above yesterday", "now", True),
        ("no worse than now", "now", False),
        ("20 % below last week", "last week", False),
        ("from now on 20 % under yesterday", "yesterday", False),
        ("20 % less", "now", False),
    ],
)
def test_a_bound_is_relative_to_what_its_words_name(names: Names, amount: str, reference: str, is_slip: bool):
    text = f"energy of S4C1 {amount}"
    goal = item(text, "target", "PEE.Energy", "of S4C1", amount, comparison="<=", reference=reference, sign=-1)
    assert ("relative to" in slip(SpannedText(text, "change", (goal,)), names)) is is_slip


def test_the_number_of_a_point_is_no_amount(names: Names):
    text = "1) weight of URLLC in S5C1 4 2) S5C2 likewise 3) and look at S5C3"
    right = item(text, "edit", "schedulerWeight", "in S5C1", "4", slice="URLLC")
    wrong = item(text, "edit", "schedulerWeight", "S5C2", "3", slice="URLLC")
    wrong = SpannedItem(wrong.item, wrong.place, ((text.index("3)"), text.index("3)") + 1),))
    assert slip(SpannedText(text, "change", (right,)), names) == ""
    assert "number of a point" in slip(SpannedText(text, "change", (right, wrong)), names)


def test_nothing_is_forbidden_in_a_trial(names: Names):
    text = "forecast: S4C1 locked, S4C3 locked"
    items = (
        item(text, "edit", "administrativeState", "S4C1", state="LOCKED"),
        item(text, "forbid", "digitalTilt", "S4C3"),
    )
    assert "in a trial" in slip(SpannedText(text, "what_if", items), names)
    assert slip(SpannedText(text, "what_if", items[:1]), names) == ""


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("line 1: wake it\nline 2: lock it", 2),
        ("one: wake it. two: lock it. three: nothing else", 3),
        ("[1] wake it [2] lock it", 2),
        ("wish 1: wake it, wish 3: lock it", 0),
        ("line 2: lock it", 0),
        ("weights: one and two", 0),
    ],
)
def test_points_of_a_list_are_numbered_from_one_on(text: str, points: int):
    assert len(enumerators(text)) == points


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("five for S4: load under 70 %", ["five"]),
        ("three for S4: load under 70 %", []),
        ("notes for desk 3: load of S4 under 70 %", []),
        ("load of S4 under 70 % until further notice", []),
        ("load of S4 under 70 % until S5 wakes", ["until", "S5", "5"]),
    ],
)
def test_labels_and_counts_that_agree_are_accounted_for(names: Names, text: str, left: list[str]):
    spanned = SpannedText(text, "change", (below(text, "S4", "under 70 %"),))
    found = unaccounted_words(text, accounted_words(spanned, (), names), names)
    assert sorted(found) == sorted(left)


@pytest.mark.parametrize(("name", "left"), [("DRB.PdcpSduDelayDl.P95", []), ("DRB.PdcpSduDelayDl", ["95"])])
def test_the_number_of_a_percentile_belongs_to_its_name(names: Names, name: str, left: list[str]):
    text = "p95 delay of S4 under 20 ms"
    goal = item(text, "target", name, "of S4", "under 20 ms", comparison="<")
    assert unaccounted_words(text, accounted_words(SpannedText(text, "change", (goal,)), (), names), names) == left


def test_except_that_before_a_restriction_excludes_nothing(names: Names):
    text = "load of S4 under 70 %, do what you must, except that nobody edits S7C1"
    goal, ban = below(text, "of S4", "under 70 %"), item(text, "forbid", "change", "S7C1")

    def left(*items: SpannedItem) -> list[str]:
        return unaccounted_words(text, accounted_words(SpannedText(text, "change", items), (), names), names)

    assert "except" not in left(goal, ban)
    assert "except" in left(goal)


def test_a_place_said_again_beside_there_is_accounted_for(names: Names):
    text = "load S1C1 under 70 %; RLF S1C1 under 2 %; no lock there"
    goal = below(text, "S1C1", "under 70 %")
    there = SpannedItem(goal.item.model_copy(update={"place": "S1C1 … there"}), (*goal.place, *span(text, "there")), goal.amount)
    other = item(text, "target", "MM.RlfRate", SAME, "under 2 %", comparison="<")
    found = unaccounted_words(text, accounted_words(SpannedText(text, "change", (there, other)), (), names), names)
    assert "S1C1" not in found


@pytest.mark.parametrize(
    ("text", "marked", "whole"),
    [
        ("in case S8C1 is down, load of S4 under 70 %", "S8C1 is down", "in case S8C1 is down"),
        ("load of S4 under 70 % unless S8C1 is down", "S8C1 is down", "unless S8C1 is down"),
        ("load of S4 under 70 % while S8C1 is down", "S8C1 is down", "S8C1 is down"),
    ],
)
def test_a_condition_begins_with_what_makes_it_one(names: Names, text: str, marked: str, whole: str):
    spanned = SpannedText(text, "change", (below(text, "of S4", "under 70 %"),), condition=span(text, marked))
    assert completed(spanned, (), names).marked().condition == whole


def test_a_window_does_not_begin_within_a_number(names: Names):
    text = "load of S4 under 70 % 22:00-06:00"
    spanned = SpannedText(text, "change", (below(text, "of S4", "under 70 %"),), when=span(text, "2:00-06:00"))
    assert completed(spanned, (), names).marked().when == "22:00-06:00"


@pytest.mark.parametrize(("text", "at"), [("weights S2C2: urllc 5, embb 2", 28), ("weights S2C2: urllc 5, embb 2, mmtc 2", 9)])
def test_a_bare_number_is_not_a_digit_of_a_name(names: Names, text: str, at: int):
    weight = item(text, "edit", "schedulerWeight", "S2C2", "2", slice="eMBB")
    assert weight.amount[0][0] == 9
    assert completed(SpannedText(text, "change", (weight,)), (), names).items[0].amount[0][0] == at
