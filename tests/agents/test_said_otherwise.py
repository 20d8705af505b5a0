"""Shares, corrections, bans, orders and conditions that are easily heard as something else, and their look-alikes."""

import pytest

from agents.readers.accounting import accounted_words, unaccounted_words
from agents.readers.accounts.corrections import taken_back_names
from agents.readers.accounts.restrained import bans_on_one_thing, orders_to_stop
from agents.readers.accounts.trial_words import trial_words
from agents.readers.accounts.user_shares import other_shares
from agents.readers.slips import slip_in
from agents.readers.spanned_text import SpannedItem, SpannedText, Spans
from agents.reading.computing import computed
from agents.reading.marked import LIVE_ACTS, MarkedItem
from agents.reading.names import Names
from agents.reading.reading import Reading
from training.llm.labelled_text import hands_of


def _at(text: str, words: str) -> Spans:
    start = text.index(words)
    return ((start, start + len(words)),) if words else ()


def _item(text: str, kind: str, name: str, place: str, amount: str = "", **more: str) -> SpannedItem:
    item = MarkedItem.model_validate({"kind": kind, "name": name, "place": place, "amount": amount, **more})
    return SpannedItem(item, _at(text, place), _at(text, amount))


def _goal(text: str, name: str, amount: str, **more: str) -> SpannedItem:
    return _item(text, "target", name, "in S1", amount, comparison=">=", **more)


@pytest.mark.parametrize(
    "share",
    [
        *("two thirds of the users", "most users", "most of our fans", "nine users in ten", "9 out of 10 users", "80 % of users"),
        *("four out of five people", "half the phones", "almost all guests", "every second subscriber", "75% users"),
        *("the slowest ten percent of the users", "the vast majority of customers", "a third of the video users"),
        # whatever they are called
        *("80 % of the technicians", "eighty percent of welders", "80 % rovers", "the top 80 %", "nine in ten kiosks"),
        *(
            "4 of 5 rovers",
            "three quarters of our vans",
            "half the rovers",
            "every second stand",
            "most of the rovers",
            "most rovers",
        ),
    ],
)
def test_a_share_of_the_users_without_a_kpi_is_neither_95_percent_nor_the_mean(names: Names, share: str):
    text = f"{share} in S1 shall have at least 4 Mbit/s"
    for name in ("DRB.UEThpDl.P05", "DRB.UEThpDl", "DRB.PdcpSduDelayDl"):
        assert list(other_shares(SpannedText(text, "change", (_goal(text, name, "at least 4 Mbit/s"),))))
    spanned = SpannedText(text, "change", (_goal(text, "DRB.UEThpDl.P05", "at least 4 Mbit/s"),))
    assert "share of the users" in str(slip_in(spanned, Reading.of(computed(spanned.marked(), names)), names))


@pytest.mark.parametrize(
    "text",
    [
        "95 % of the users in S1 shall have at least 4 Mbit/s",
        "ninety-five out of a hundred fans in S1 shall have at least 4 Mbit/s",
        "19 out of 20 users in S1 shall have at least 4 Mbit/s",
        "all but the slowest five percent of users in S1 at least 4 Mbit/s",
        "every user in S1 at least 4 Mbit/s",
        "half of them complain anyway. users in S1 at least 4 Mbit/s",
        "energy ten percent under yesterday, everyone in S1 at least 4 Mbit/s",
        "S1 has at most sixty users; all in S1 at least 4 Mbit/s",
        "95 % of the technicians in S1 shall have at least 4 Mbit/s",
        "prio 1 of 3: everyone in S1 at least 4 Mbit/s",
        "I would be most grateful for at least 4 Mbit/s in S1",
        "at least 4 Mbit/s in S1, which is the second half of the order",
    ],
)
def test_a_share_that_is_measured_or_told_holds_up_no_goal(text: str):
    spanned = SpannedText(text, "change", (_goal(text, "DRB.UEThpDl.P05", "at least 4 Mbit/s"),))
    assert list(other_shares(spanned)) == []


def test_a_share_in_the_words_of_another_goal_holds_up_none():
    text = "load at most 80 % for the day in S1, at least 4 Mbit/s"
    load = _item(text, "target", "RRU.PrbTotDl", "in S1", "at most 80 % for", comparison="<=")
    goal = SpannedItem(_goal(text, "DRB.UEThpDl", "at least 4 Mbit/s").item, (), _at(text, "at least 4 Mbit/s"))
    assert list(other_shares(SpannedText(text.replace(",", " and"), "change", (load, goal)))) == []


@pytest.mark.parametrize(
    ("text", "name", "slice_", "taken"),
    [
        ("urllc hmm no embb, delay in S1 at least 4 ms", "DRB.PdcpSduDelayDl", "URLLC", "URLLC"),
        ("urllc sorry embb delay in S1 at least 4 ms", "DRB.PdcpSduDelayDl", "URLLC", "URLLC"),
        ("delay for the sensors, I mean for video in S1 at least 4 ms", "DRB.PdcpSduDelayDl", "mMTC", "mMTC"),
        ("loss, no wait, delay in S1 at least 4 ms", "DRB.PacketLossRateDl", "", "DRB.PacketLossRateDl"),
        ("energy - no, load - in S1 at least 4 ms", "PEE.Energy", "", "PEE.Energy"),
        ("loss, sorry not loss, delay in S1 at least 4 ms", "DRB.PacketLossRateDl", "", "DRB.PacketLossRateDl"),
        ("urllc hmm no embb, delay in S1 at least 4 ms", "DRB.PdcpSduDelayDl", "eMBB", ""),
        ("loss, no wait, delay in S1 at least 4 ms", "DRB.PdcpSduDelayDl", "", ""),
        ("delay, uh, urllc in S1 at least 4 ms", "DRB.PdcpSduDelayDl", "URLLC", ""),
        ("urllc delay in S1 at least 4 ms, embb no more than that", "DRB.PdcpSduDelayDl", "URLLC", ""),
        ("sorry, delay in S1 at least 4 ms", "DRB.PdcpSduDelayDl", "", ""),
    ],
)
def test_a_slice_or_kpi_that_is_taken_back_is_not_the_one_of_the_reading(text: str, name: str, slice_: str, taken: str):
    spanned = SpannedText(text, "change", (_goal(text, name, "at least 4 ms", **({"slice": slice_} if slice_ else {})),))
    assert [found for _, found in taken_back_names(spanned)] == ([taken] if taken else [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no power changes in S1 tonight", "no power changes"),
        ("don't change Tx in S1", "don't change Tx"),
        ("leave the tilt in S1 as it is", "leave the tilt"),
        ("hands off the power in S1", "hands off the power"),
        ("nobody touches the scheduler weights in S1", "nobody touches the scheduler"),
        ("never adjust the offset in S1", "never adjust the offset"),
        ("the tilt in S1 must not be changed", "the tilt in S1 must not be changed"),
        ("keep the scheduler weights in S1 unchanged", "keep the scheduler"),
        ("don't touch the power plant in S1", ""),
        ("no parameter changes in S1", ""),
        ("no further changes in S1", ""),
        ("leave the cells in S1 alone", ""),
        ("don't touch anything in S1, the power is fine", ""),
        ("nobody changes anything in S1, no power changes, nothing", ""),
    ],
)
def test_a_ban_on_one_thing_is_none_on_any_change(text: str, words: str):
    place = "the power plant in S1" if "plant" in text else "in S1"
    spanned = SpannedText(text, "forbid", (_item(text, "forbid", "change", place),))
    found = [text[start:end] for (start, end), _ in bans_on_one_thing(spanned)]
    assert [one for one in found if words in one] == found if words else found == []
    assert bool(found) is bool(words)


@pytest.mark.parametrize(
    ("text", "name", "is_asked"),
    [
        ("S1C1 may not carry traffic, lock it", "administrativeState", True),
        ("S1C1 must not serve anyone. Please lock it.", "administrativeState", True),
        ("S1C1 must stay dark, so switch it off", "sleep", True),
        ("do not, under any circumstances, lock it: S1C1", "administrativeState", False),
        ("S1C1 is vital, never lock it", "administrativeState", False),
        ("S1C1: nobody may lock it", "administrativeState", False),
        ("keep S1C1 on air", "sleep", False),
    ],
)
def test_an_order_to_stop_is_no_ban_on_stopping(text: str, name: str, *, is_asked: bool):
    spanned = SpannedText(text, "forbid", (_item(text, "forbid", name, "S1C1"),))
    assert bool(list(orders_to_stop(spanned))) is is_asked


@pytest.mark.parametrize(
    ("text", "is_trial"),
    [
        ("could you run the numbers on S1C1 being switched off", True),
        ("S1C1 off from 20:00 to 23:00. Nothing to be done yet.", True),
        ("Predict blocking in the stadium with S8C1 awake", True),
        ("please work out the load with S1C1 asleep", True),
        ("S1C1 off; don't do anything yet", True),
        ("lock S1C1, an estimate suffices", True),
        ("the ferry blocked the view, nothing to be done. Lock S1C1", False),
        ("crowd forecast 48,000: wake S8C1", False),
        ("forecast: 48,000 guests. Wake S8C1", False),
        ("I calculate in kilowatts: power in S1 below 0.9 kW", False),
        ("the predicted load is high, wake S8C1", False),
    ],
)
def test_who_wants_numbers_orders_nothing(text: str, *, is_trial: bool):
    assert bool(trial_words(text)) is is_trial


@pytest.mark.parametrize(
    ("condition", "is_asked"),
    [
        *(("Should the race be called off, ", True), ("Were the load to rise, ", True), ("Once the divers are out: ", True)),
        *(("Before the owner has agreed, ", True), ("After the crane is gone, ", True), ("As soon as the crew has left, ", True)),
        *(("Should you agree, ", False), ("Were the choice mine, ", False), ("For once, ", False), ("At once, ", False)),
        *(("After the antenna was exchanged: ", False), ("It should be done soon: ", False), ("As before: ", False)),
    ],
)
def test_a_condition_that_the_reading_drops_is_asked_about(names: Names, condition: str, *, is_asked: bool):
    text = f"{condition}lock S1C1"
    item = _item(text, "edit", "administrativeState", "S1C1", state="LOCKED")
    assert bool(_left(SpannedText(text, "change", (item,)), names)) is is_asked
    if is_asked:
        assert _left(SpannedText(text, "change", (item,), condition=((0, len(condition) - 2),)), names) == []


def test_who_asks_what_would_come_of_it_drops_no_condition(names: Names):
    text = "Were S1C1 locked for good, were the load to rise, what would the delay be?"
    item = _item(text, "edit", "administrativeState", "S1C1", state="LOCKED")
    assert _left(SpannedText(text, "what_if", (item,)), names) == []


def _left(spanned: SpannedText, names: Names) -> list[str]:
    return unaccounted_words(spanned.text, accounted_words(spanned, [], names), names)


def test_none_of_it_holds_up_what_a_hand_meant():
    spanned = [text.spanned() for hand in hands_of() for text in hand.texts if text.act in LIVE_ACTS]
    held = [
        one.text
        for one in spanned
        if [*other_shares(one), *taken_back_names(one), *bans_on_one_thing(one), *orders_to_stop(one)]
        or (one.act in ("change", "forbid") and trial_words(one.text))
    ]
    assert len(spanned) > 10_000
    assert len(held) <= 0.0005 * len(spanned), held
