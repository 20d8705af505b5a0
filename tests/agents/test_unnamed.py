"""What an order leaves open is asked about: which cell, which neighbour, which direction, whom, and whether to wake."""

import pytest
from test_marks_against_words import item, slip

from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.doubt import Doubt
from agents.reading.marked import SAME
from agents.reading.names import Names


def ask(names: Names, text: str, *items: SpannedItem, act: str = "change") -> str:
    return slip(SpannedText(text, act, items), names)


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("nobody touches it", True),
        ("hands off the cell", True),
        ("leave that site alone, will you", True),
        ("it must not be changed", True),
        ("nobody touches anything", False),
        ("change freeze for the network: nobody touches it", False),
        ("S4C1 is new, nobody touches it", False),  # heard for the whole network, which another check asks about
    ],
)
def test_a_ban_on_a_cell_that_nobody_named_is_not_for_the_whole_network(names: Names, text: str, *, is_asked: bool):
    assert ("no cell or site" in ask(names, text, item(text, "forbid", "change", ""), act="forbid")) is is_asked


def test_a_ban_on_the_cell_goes_by_the_place_before_it(names: Names):
    text = "delay under 20 ms, and hands off the cell"
    goal = item(text, "target", "DRB.PdcpSduDelayDl", "", "under 20 ms", comparison="<")
    assert "no cell or site" in ask(names, text, goal, item(text, "forbid", "change", SAME))
    text = "S4C1: delay under 20 ms, and nobody switches the cell off"
    goal = item(text, "target", "DRB.PdcpSduDelayDl", "S4C1", "under 20 ms", comparison="<")
    assert "no cell or site" not in ask(names, text, goal, item(text, "forbid", "sleep", SAME))


@pytest.mark.parametrize(
    ("text", "name", "amount", "is_asked"),
    [
        ("Move the tilt at S4C1 by 1.5°", "digitalTilt", "by 1.5°", True),
        ("change the power at S4C1 by two dB", "configuredMaxTxPower", "by two dB", True),
        ("tilt at S4C1 adjusted by 2 degrees. Cheer up", "digitalTilt", "by 2 degrees", True),
        ("Move the tilt at S4C1 up by 1.5°", "digitalTilt", "by 1.5°", False),
        ("change the power at S4C1 by -2 dB", "configuredMaxTxPower", "by -2 dB", False),
        ("turn the power at S4C1 down by 2 dB", "configuredMaxTxPower", "by 2 dB", False),
        ("tilt at S4C1 by 1.5° towards the ground", "digitalTilt", "by 1.5°", False),
    ],
)
def test_a_change_by_an_amount_needs_a_direction(names: Names, text: str, name: str, amount: str, *, is_asked: bool):
    edit = item(text, "edit", name, "at S4C1", amount, is_delta=True, sign=1)
    assert ("up or down" in ask(names, text, edit)) is is_asked


@pytest.mark.parametrize(
    ("text", "place", "is_asked"),
    [
        ("don't wake both of S8 just one", "both of S8 just one", True),
        ("don't wake one of the S8 cells", "one of the S8 cells", True),
        ("don't wake one or the other of S8", "one or the other of S8", True),
        ("don't wake just one of the two, S8C2", "just one of the two, S8C2", False),
        ("don't wake any of the S8 cells", "any of the S8 cells", False),
        ("don't wake S8C1", "S8C1", False),
    ],
)
def test_one_of_several_is_no_place(names: Names, text: str, place: str, *, is_asked: bool):
    try:
        found = ask(names, text, item(text, "forbid", "energySavingControl", place), act="forbid")
    except Doubt as error:  # computing may ask first
        found = f"not said which: {error}"
    assert ("not said which" in found) is is_asked


@pytest.mark.parametrize(
    ("text", "place", "amount", "is_asked"),
    [
        ("individual offset of S1C1 to 3 dB", "of S1C1", "to 3 dB", True),
        ("CIO S3C3: 2 dB", "S3C3", "2 dB", True),
        ("CIO from S1C1 to S1C2: 3 dB", "from S1C1 to S1C2", "3 dB", False),
        ("CIO of S1C1 back to 0 dB", "of S1C1", "back to 0 dB", False),
        ("CIO of S1C1 3 dB in this direction", "of S1C1", "3 dB", False),
    ],
)
def test_an_offset_of_a_relation_needs_a_neighbour(names: Names, text: str, place: str, amount: str, *, is_asked: bool):
    assert ("no neighbour" in ask(names, text, item(text, "edit", "cellIndividualOffset", place, amount))) is is_asked


@pytest.mark.parametrize(
    ("text", "amount", "is_asked"),
    [
        ("the top 5 % of users in S1C1 at 20 Mbit/s", "at 20 Mbit/s", True),
        ("the fastest users in S1C1 at 20 Mbit/s", "at 20 Mbit/s", True),
        ("hardly any fan in S1C1 should be under 3 Mbit/s", "under 3 Mbit/s", True),
        ("almost nobody in S1C1 under 3 Mbit/s", "under 3 Mbit/s", True),
        ("barely anyone in S1C1 under 3 Mbit/s", "under 3 Mbit/s", True),
        ("nobody in S1C1 under 3 Mbit/s a handful is ok", "under 3 Mbit/s", True),
        ("the slowest 5 % of users in S1C1 at 20 Mbit/s", "at 20 Mbit/s", False),
        ("hardly any rain today; everyone in S1C1 at 20 Mbit/s", "at 20 Mbit/s", False),
        ("nobody in S1C1 under 3 Mbit/s", "under 3 Mbit/s", False),
    ],
)
def test_the_best_served_and_hardly_anybody_are_no_share_with_a_kpi(names: Names, text: str, amount: str, *, is_asked: bool):
    goal = item(text, "target", "DRB.UEThpDl.P05", "in S1C1", amount, comparison=">=")
    assert ("share of the users" in ask(names, text, goal)) is is_asked


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("S8C1 must not sleep any longer", True),
        ("S8C1 shouldn't be asleep any more", True),
        ("S8C1 is no longer to sleep", True),
        ("please do not sleep S8C1 any more", False),
        ("S8C1 must not be switched off any more", False),
        ("S8C1 must not sleep tonight", False),
    ],
)
def test_who_must_not_sleep_any_longer_may_have_to_be_woken(names: Names, text: str, *, is_asked: bool):
    ban = item(text, "forbid", "sleep", "S8C1")
    assert ("order to wake" in ask(names, text, ban, act="forbid")) is is_asked
    wake = item(text, "edit", "energySavingControl", "S8C1", state="toBeNotEnergySaving")
    assert "order to wake" not in ask(names, text, ban, wake)
