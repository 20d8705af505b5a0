"""A reading said in one sentence: every part of it is in there, in the operator's terms."""

from datetime import UTC, datetime

import pytest

from agents.reading.names import Names
from agents.reading.read_back import place_of, read_back
from agents.reading.reading import Reading, RelativeBound, StatedEdit, StatedRestriction, StatedTarget

EVENING = (datetime(2031, 5, 6, 20, tzinfo=UTC), datetime(2031, 5, 6, 22, tzinfo=UTC))
DELAY = StatedTarget(kpi="DRB.PdcpSduDelayDl", slice="URLLC", cells=("vat.a", "vat.b", "vat.c"), condition="<", value=8)


def test_a_goal_names_window_kpi_slice_place_bound_and_condition(names: Names):
    reading = Reading(act="change", targets=(DELAY,), window=EVENING, condition_on="unless the mash boils")
    assert read_back(reading, names) == (
        "From 2031-05-06 20:00 to 2031-05-06 22:00: keep Average DL delay in the gNB (DRB.PdcpSduDelayDl) of URLLC in all of vat "
        "below 8 ms, under this condition: “unless the mash boils”."
    )


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            StatedEdit(attribute="energySavingControl", cells=("BrewKettle",), value="toBeEnergySaving"),
            "Put BrewKettle to sleep.",
        ),
        (
            StatedEdit(attribute="configuredMaxTxPower", cells=("Q01-1",), delta=-3),
            "Lower configuredMaxTxPower in Q01-1 by 3 dB.",
        ),
        (
            StatedEdit(attribute="configuredMaxTxPower", cells=("Q01-1",), value=40),
            "Set configuredMaxTxPower in Q01-1 to 40 dBm.",
        ),
    ],
)
def test_an_edit_says_direction_and_unit(names: Names, edit: StatedEdit, said: str):
    assert read_back(Reading(act="change", edits=(edit,)), names) == said


def test_a_relative_bound_and_a_restriction_are_said_with_their_direction(names: Names):
    less = StatedTarget(kpi="PEE.Energy", condition="<=", relative=RelativeBound(percent=-10, to="yesterday"))
    reading = Reading(act="change", targets=(less,), forbidden=(StatedRestriction(what="sleep", cells=("BrewCellar",)),))
    said = read_back(reading, names)
    assert "at most 10 % less than the value of yesterday" in said and "never put BrewCellar to sleep" in said
    assert read_back(Reading(act="forbid", forbidden=reading.forbidden), names).startswith("From now on: never")
    assert read_back(Reading(act="what_if", targets=(less,)), names).startswith("Only tried in the twin")


def test_places_are_said_in_the_fewest_words(names: Names):
    everything = tuple(sorted(names.all))
    assert place_of(everything, names) == "in the whole network"
    assert place_of(tuple(cell for cell in everything if cell != "vat.a"), names) == "in all cells but vat.a"
    assert place_of(("Q05-1", "Q06-1"), names) == "in rest house (Q05-1 and Q06-1)"
    assert place_of(("Q01-1", "Q01-2", "Q01-3", "Q02-1"), names) == "in all of Q01 and Q02-1"


def test_what_changes_nothing_says_so(names: Names):
    assert "nothing is changed" in read_back(Reading(act="question"), names)
