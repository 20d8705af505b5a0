"""What stands beside an id tells of it and chooses nothing; parts of several sites, spare cells and sites in a row."""

from datetime import UTC, datetime

import pytest

from agents.reading.antecedents import Antecedents, PlaceError
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.places import cells_of
from agents.reading.site_card import NamedCell, SiteCard
from agents.reading.unknown_words import strangers_in

SITES = {
    "DK1": ("quay", "yard"),
    "DK2": ("quay", "yard"),
    "BT8": ("head", "mid", "tail"),
    "RG5": ("a", "b"),
    "RG6": ("a", "b"),
    "RG7": ("a", "b"),
    "TW2": ("1", "2", "3"),
}
ASLEEP = ("DK2yard", "BT8tail")


def _names(asleep: tuple[str, ...] = ASLEEP, capacity: tuple[str, ...] = (), **sites: tuple[str, ...]) -> Names:
    cells = [
        NamedCell(
            id=f"{site}{part}",
            site=site,
            asleep=f"{site}{part}" in asleep,
            kind=("capacity" if f"{site}{part}" in capacity else "macro") if capacity else None,
        )
        for site, parts in (sites or SITES).items()
        for part in parts
    ]
    areas = {"ferry dock": ("DK1quay", "DK2quay"), "upper reach": ("RG5a", "RG5b", "RG6a")} if not sites else {}
    return Names(SiteCard(name="Kettle Bay", now=datetime(2031, 5, 6, tzinfo=UTC), cells=tuple(cells), areas=areas))


@pytest.fixture(scope="module")
def bay() -> Names:
    return _names()


def _of(*sites: str) -> set[str]:
    return {f"{site}{part}" for site in sites for part in SITES[site]}


NAMED = {
    # a noun for what is there
    "The ticket box cell BT8mid": {"BT8mid"},
    "Egress routes DK1quay, TW2-1": {"DK1quay", "TW21"},
    "Reach gate RG5": _of("RG5"),  # the upper reach has all of it
    "stacker cells b t eight": _of("BT8"),
    "in the workshop RG5": _of("RG5"),
    "between RG5 and the gate DK1": _of("RG5", "DK1"),
    "In both winch cells, RG5a and RG5b,": _of("RG5"),
    "our two cranes RG5 and RG6": _of("RG5", "RG6"),
    "the gate RG5 cells": _of("RG5"),
    "DK1quay ticket office": {"DK1quay"},
    "DK1quay (kiosk), BT8mid": {"DK1quay", "BT8mid"},
    "BT8 except the hopper's BT8mid": {"BT8head", "BT8tail"},
    # parts of several sites, and a part by the adjective of it
    "DK1 + DK2 but not the yard sides": {"DK1quay", "DK2quay"},
    "RG5, RG6 and RG7 without the b cells": {"RG5a", "RG6a", "RG7a"},
    "b t eight only the middle one left out": {"BT8head", "BT8tail"},
    # sites in a row
    "is site five six and seven": _of("RG5", "RG6", "RG7"),
    "sites five six and seven": _of("RG5", "RG6", "RG7"),
    # a count of what is named
    "BT8 … any of the three": _of("BT8"),
    # those that sleep are the spare ones if they are two
    "both spare cells": set(ASLEEP),
    "the spare ones": set(ASLEEP),
    "DK2 but not the spare cells": {"DK2quay"},
}


@pytest.mark.parametrize("phrase", NAMED)
def test_ids_decide_whatever_tells_of_them(phrase: str, bay: Names):
    place = cells_of(phrase, bay)
    assert (place.cells, place.unused) == (NAMED[phrase], ())


@pytest.mark.parametrize(
    "phrase",
    [
        *("anywhere, with BT8mid and DK1quay as the only exceptions", "anywhere, with DK1quay, BT8mid as the sole exceptions"),
        *("everywhere but the winch's BT8mid and DK1quay", "all cells with BT8mid and DK1quay as exceptions"),
    ],
)
def test_exceptions_behind_the_names_leave_out_all_of_them(phrase: str, bay: Names):
    place = cells_of(phrase, bay)
    assert (place.cells, place.unused) == (bay.all - {"BT8mid", "DK1quay"}, ())


def _is_asked(phrase: str, names: Names) -> bool:
    try:
        return bool(cells_of(phrase, names).unused)
    except (PlaceError, AmbiguousNameError):
        return True


@pytest.mark.parametrize(
    "phrase",
    [
        # they can choose some of a site's cells
        *("the indoor RG5", "the busiest cells RG5", "the indoor cells RG5", "the congested RG5", "half the gate RG5"),
        # they exclude, deny, point elsewhere or name what is measured or a slice
        *("avoid gate RG5", "kecuali gate RG5", "opposite the gate RG5", "the neighbour RG5", "protect RG5a"),
        *("the URLLC gate RG5", "throughput RG5a", "tonight RG5a", "the canteen near RG5a", "the canteen, RG5a"),
        # other numbers than there are
        *("three gates RG5 and RG6", "BT8 … any of the two", "all three spare cells", "both spare cells of RG5"),
        # a list, or one number? a part of the site, or the gate of the ferry?
        *("site five six", "Ferry gate DK1"),
    ],
)
def test_what_can_choose_exclude_or_count_is_asked_about(phrase: str, bay: Names):
    assert _is_asked(phrase, bay)


def test_numbers_that_can_be_sites_or_cells_of_the_first_are_asked_about():
    names = _names(TW1=("1", "2", "3"), TW2=("1", "2", "3"), TW3=("1", "2", "3"))
    assert _is_asked("site one two and three", names)
    assert cells_of("sites one, two and three", names).cells == names.all


def test_a_small_word_behind_a_site_is_no_cell_of_it():
    names = _names(TG1=("in", "out"), HR2=("loop", "pass"))
    assert cells_of("between HR2 and the gate TG1 … in any of those cells", names).cells == names.all
    assert cells_of("TG1, in and out", names).cells == {"TG1in", "TG1out"}


def test_spare_cells_are_the_capacity_cells_of_the_card_before_those_that_sleep():
    assert cells_of("both spare cells", _names(capacity=("RG5a", "RG6a"))).cells == {"RG5a", "RG6a"}
    assert cells_of("the three spare cells", _names(capacity=("RG5a", "RG6a", "RG7a"))).cells == {"RG5a", "RG6a", "RG7a"}
    assert _is_asked("both spare cells", _names(capacity=("RG5a", "RG6a", "RG7a")))
    assert _is_asked("both spare cells", _names(asleep=("RG5a",)))
    assert cells_of("everything, spare RG5a", _names()).cells == _names().all - {"RG5a"}


def test_either_of_two_places_before_is_both_of_them(bay: Names):
    before = Antecedents((frozenset({"RG5a"}), frozenset({"RG6a"})))
    place = cells_of("of either", bay, before)
    assert (place.cells, place.is_alternative) == ({"RG5a", "RG6a"}, True)  # an edit of either can be one of one


@pytest.fixture(scope="module")
def heights() -> Names:
    cells = [NamedCell(id=f"{site}@{height}", site=site) for site, height in (("Mure", 2050), ("Gams", 1410), ("Gams", 1930))]
    return Names(SiteCard(name="Two lifts", now=datetime(2031, 5, 6, tzinfo=UTC), cells=tuple(cells)))


@pytest.mark.parametrize("word", ["Murmel@2050", "Kar@2050", "Gams@1420", "Pizol@1200"])
def test_an_id_of_another_stem_is_a_stranger_and_no_shortened_name(word: str, heights: Names):
    assert strangers_in(f"hysteresis of {word} 2 dB, not Mure@2050", heights) == [word]
    assert _is_asked(word, heights)


@pytest.mark.parametrize("word", ["Mrue@2050", "mure@2050", "Gasm@1410", "Mure 2050", "Gam@1410"])
def test_an_id_with_a_slip_is_that_id(word: str, heights: Names):
    assert not strangers_in(f"hysteresis of {word} 2 dB", heights)
    assert len(cells_of(word, heights).cells) == 1


def test_an_id_whose_letters_are_like_those_of_another_is_a_stranger(bay: Names):
    assert strangers_in("DX1quay, XY8tail and BT8head, ticket INC4711, 5QI 7, at 8pm, P95", bay) == ["DX1quay", "XY8tail"]
