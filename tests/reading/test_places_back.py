"""What "both" and "either" refer to: the two places that the text names before, and never one of them alone."""

import pytest

from agents.reading.computing import computed
from agents.reading.doubt import Doubt
from agents.reading.marked import Marked, MarkedItem
from agents.reading.names import Names
from agents.reading.reading import Reading


def _goal(place: str) -> MarkedItem:
    return MarkedItem(kind="target", name="MM.RlfRate", comparison="<", place=place, amount="below 1 %")


def _edit(place: str) -> MarkedItem:
    return MarkedItem(kind="edit", name="configuredMaxTxPower", place=place, amount="41 dBm")


def _cells(names: Names, *items: tuple[MarkedItem, int]) -> set[str]:
    """Return the cells of the only goal. items: with where their places stand in the text."""
    marked = Marked(act="change", items=tuple(one for one, _ in items), starts=tuple(start for _, start in items))
    (goal,) = Reading.of(computed(marked, names)).targets
    return set(goal.cells)


@pytest.mark.parametrize("back", ["in both", "both", "at either", "on both of them", "either of them"])
@pytest.mark.parametrize("marked", ["", "Q07-1 … ", "Q08-2 … "])
def test_both_and_either_are_the_two_places_before_though_one_is_marked_with_them(names: Names, back: str, marked: str):
    start = {"": 60, "Q07-1 … ": 10, "Q08-2 … ": 30}[marked]
    found = _cells(names, (_goal(f"{marked}{back}"), start), (_edit("Q07-1"), 10), (_edit("Q08-2"), 30))
    assert found == {"Q07-1", "Q08-2"}


def test_both_sites_are_all_of_their_cells(names: Names):
    found = _cells(names, (_edit("Q07"), 0), (_edit("Q08"), 20), (_goal("Q08 … in either"), 20))
    assert found == {f"{site}-{sector}" for site in ("Q07", "Q08") for sector in (1, 2, 3)}


@pytest.mark.parametrize("place", ["Q07-1 and Q08-2 … in both", "Brewhouse … both"])
def test_two_that_are_marked_with_both_are_what_it_means(names: Names, place: str):
    assert _cells(names, (_edit("Q01-1"), 0), (_goal(place), 20)) in ({"Q07-1", "Q08-2"}, {"BrewKettle", "BrewCellar"})


@pytest.mark.parametrize(
    "items",
    [
        [(_goal("Q07-1 … in both"), 0)],
        [(_edit("cooper's yard"), 0), (_goal("Q01-1 … in both"), 20)],
        [(_edit("Q07-1"), 0), (_edit("Q08-2 … in either"), 20), (_goal("Q08-2"), 40)],
    ],
)
def test_both_of_which_the_other_is_not_certain_is_asked_about(names: Names, items: list[tuple[MarkedItem, int]]):
    with pytest.raises(Doubt):
        _cells(names, *items)
