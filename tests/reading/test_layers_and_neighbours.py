"""The cells of a kind, those that sleep and the neighbours of a cell are places where the card knows them, else asked about."""

from datetime import UTC, datetime

import pytest

from agents.readers.command_understand import STADIUM, card_from
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.antecedents import Antecedents, PlaceError
from agents.reading.computing import computed
from agents.reading.doubt import Doubt
from agents.reading.marked import Marked, MarkedItem
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.places import cells_of
from agents.reading.relation import targets_of
from agents.reading.site_card import NamedCell, SiteCard
from twins.system.card import card_of
from twins.system.scenario.presets import stadium_scenario

BELOW = {"KEG1", "KEG2", "KEG3"}
ABOVE = {"TAP1", "TAP2"}
BESIDE = {"KEG1": ("KEG2", "TAP1"), "KEG2": ("KEG1", "KEG3"), "KEG3": ("KEG2",), "TAP1": ("KEG1", "TAP2"), "TAP2": ("TAP1",)}


def _names(*, is_told: bool) -> Names:
    cells = [
        NamedCell(
            id=cell,
            site=cell[:3],
            asleep=cell in ABOVE,
            kind=("capacity" if cell in ABOVE else "macro") if is_told else None,
            neighbours=BESIDE[cell] if is_told else (),
        )
        for cell in (*sorted(BELOW), *sorted(ABOVE))
    ]
    areas = {"taproom": ("KEG1", "TAP1", "TAP2")}
    return Names(SiteCard(name="Malthouse", now=datetime(2031, 5, 6, tzinfo=UTC), cells=tuple(cells), areas=areas))


@pytest.fixture(scope="module")
def told() -> Names:
    return _names(is_told=True)


PLACES = {
    "the capacity cells": ABOVE,
    "both boosters": ABOVE,
    "capacity layer": ABOVE,
    "the two capacity cells": ABOVE,
    "the capacity cells, TAP1 and TAP2": ABOVE,
    "capacity cells TAP1 and TAP2": ABOVE,
    "capacity cell TAP1": {"TAP1"},
    "the capacity cells, though TAP2 not yet": {"TAP1"},
    "KEG1 and the capacity cells": {"KEG1", *ABOVE},
    "all macro sites but not the two capacity cells": BELOW,
    "on the macro cells": BELOW,
    "every macro site except KEG1": {"KEG2", "KEG3"},
    "without the capacity cells, taproom": {"KEG1"},
    "in the taproom, leaving out the two capacity cells,": {"KEG1"},
    "macro cells of the taproom": {"KEG1"},
    "everywhere but the capacity cells": BELOW,
    # what is asleep
    "the sleepers": ABOVE,
    "both sleepers": ABOVE,
    "all but the two sleepers": BELOW,
    "the sleepers but TAP1": {"TAP2"},
    # neighbours
    "in the neighbours of KEG1": {"KEG2", "TAP1"},
    "the two neighbours of KEG1": {"KEG2", "TAP1"},
    "all neighbouring cells of KEG1": {"KEG2", "TAP1"},
    "the cells around KEG1": {"KEG2", "TAP1"},
    "KEG1's neighbours": {"KEG2", "TAP1"},
    "KEG1 and its neighbours": {"KEG1", "KEG2", "TAP1"},
    "KEG1 including its neighbours": {"KEG1", "KEG2", "TAP1"},
    "KEG1 but not its neighbours": {"KEG1"},
    "the neighbours of KEG1 except TAP1": {"KEG2"},
    "TAP2 and the neighbours of KEG1": {"TAP2", "KEG2", "TAP1"},
    "KEG3, TAP2 and their neighbours": {"KEG3", "TAP2", "KEG2", "TAP1"},
    "the neighbour cell KEG2": {"KEG2"},
    "KEG1 and its neighbour TAP1": {"KEG1", "TAP1"},
    "the cells around the taproom": {"KEG1", *ABOVE},
    "around KEG1": {"KEG1"},
}


@pytest.mark.parametrize("phrase", PLACES)
def test_kinds_sleepers_and_neighbours_are_places(phrase: str, told: Names):
    place = cells_of(phrase, told)
    assert (place.cells, place.unused) == (PLACES[phrase], ())


def test_its_neighbours_are_those_of_the_place_before(told: Names):
    before = Antecedents(before=(frozenset({"KEG3"}),))
    assert cells_of("in its neighbours", told, before).cells == {"KEG2"}


UNCERTAIN = [
    "the three capacity cells",
    "the capacity cells, TAP1",
    "the taproom, capacity cells",
    "KEG1 and the capacity cell",
    "all but the capacity cell",
    "a macro cell",
    "all five sleepers",
    "the three sleeping cells",
    "its neighbours",
    "the neighbour of KEG1",
    "one of the neighbours of KEG1",
    "two of the neighbours of KEG2, whichever",
    "three neighbours of KEG1",
    "the nearest neighbours of KEG1",
    "the neighbours of KEG1 and KEG3",
    "the neighbours of KEG",
    "the cells around KEG",
    "the neighbours of the taproom",
    "all neighbours",
    "KEG1 neighbours",
]


def _is_asked(phrase: str, names: Names) -> bool:
    try:
        return bool(cells_of(phrase, names).unused)
    except (PlaceError, AmbiguousNameError):
        return True


@pytest.mark.parametrize("phrase", UNCERTAIN)
def test_what_is_not_certain_of_kinds_and_neighbours_is_asked_about(phrase: str, told: Names):
    assert _is_asked(phrase, told)


@pytest.mark.parametrize(
    "phrase",
    [
        "the capacity cells",
        "both boosters",
        "the macro sites",
        "the neighbours of KEG1",
        "the capacity cells but not KEG1",
        "boosters except KEG1",
    ],
)
def test_a_card_without_kinds_or_neighbours_asks_about_them(phrase: str):
    assert _is_asked(phrase, _names(is_told=False))


def test_the_neighbours_on_the_card_are_those_of_the_network():
    card = card_of(stadium_scenario(), datetime(2026, 6, 6, 18, tzinfo=UTC))
    shipped = card_from(STADIUM)
    for names in (Names(SiteCard.of(card)), Names(shipped)):
        assert cells_of("the neighbours of S4C3", names).cells == set(card.cell("S4C3").neighbours)
        assert cells_of("the capacity cells", names).cells == {"S8C1", "S8C2"}
    assert {(cell.id, cell.kind, cell.neighbours) for cell in shipped.cells} == {
        (cell.id, cell.kind, cell.neighbours) for cell in card.cells
    }


@pytest.mark.parametrize(
    "place",
    [
        "Q02-1 from Q01-1",
        "towards Q02-1 from Q01-1",
        "Q02-1, seen from Q01-1",
        "Source: Q01-1 … Target: Q02-1",
        "Q01-1 richting Q02-1",
        "from Q01-1 to Q02-1",
        "Q01-1 -> Q02-1",
        "back from Q01-1 to Q02-1",
        "and back from Q01-1 towards Q02-1",
        "Q01-1 for Q02-1",
        "leave Q01-1 for Q02-1",
        "Q01-1 (source) and Q02-1 (target)",
        "Q02-1 (target), Q01-1 (source)",
        "Q02-1 as the target and Q01-1 as the source",
    ],
)
def test_a_relation_is_of_its_source_wherever_it_stands(place: str, names: Names):
    item = MarkedItem(kind="edit", name="cellIndividualOffset", place=place, amount="2 dB")
    (edit,) = computed(Marked(act="change", items=(item,)), names).items
    assert (edit.cells, edit.towards) == (("Q01-1",), ("Q02-1",))


@pytest.mark.parametrize("place", ["Q01-1 … Q02-1", "from Q01-1 towards Q99-9"])
def test_a_relation_of_which_a_side_is_not_certain_has_no_target(place: str, names: Names):
    assert targets_of(place, names) == ()


@pytest.mark.parametrize(
    "place",
    [
        *("Q01-1 | Q02-1", "Q01-1 Q02-1", "Q01-1, Q02-1", "Q01-1;Q02-1", "Q01-1 … Q02-1", "between Q01-1 and Q02-1"),
        *("neighbour Q01-1 for Q02-1", "Q01-1 (source), Q02-1"),
    ],
)
def test_two_cells_of_a_relation_without_a_word_for_which_is_the_source_are_asked_about(place: str, names: Names):
    item = MarkedItem(kind="edit", name="cellIndividualOffset", place=place, amount="2 dB")
    with pytest.raises(Doubt):
        computed(Marked(act="change", items=(item,)), names)


def test_the_offsets_between_two_cells_are_forbidden_in_both(names: Names):
    item = MarkedItem(kind="forbid", name="cellIndividualOffset", place="between Q01-1 and Q02-1")
    assert computed(Marked(act="forbid", items=(item,)), names).items[0].cells == ("Q01-1", "Q02-1")


@pytest.mark.parametrize(
    "text",
    [
        "| source | target | cio |\n|---|---|---|\n| Q07-1 | Q07-2 | 1 dB |\n| Q01-1 | Q02-1 | 2 dB |",
        "| # | To cell | From cell | cio |\n|---|---|---|---|\n| 1 | Q02-1 | Q01-1 | 2 dB |",
        "from;to;cio\nQ01-1;Q02-1;2 dB",
        "from\tto\tcio\nQ01-1\tQ02-1\t2 dB",
        "source=Q01-1; target=Q02-1; cio=2 dB",
        "target: Q02-1\nsource: Q01-1\ncio: 2 dB",
    ],
)
@pytest.mark.parametrize("is_one_mark", [True, False])
def test_the_headings_of_a_table_or_form_tell_source_from_target(text: str, is_one_mark: bool, names: Names):
    first, last = sorted((text.index("Q01-1"), text.index("Q02-1")))
    is_form = "source=" in text or "source:" in text
    place = ((first, last + 5),) if is_one_mark and not is_form else ((first, first + 5), (last, last + 5))
    amount = (text.index("2 dB"), text.index("2 dB") + 4)
    words = " … ".join(text[start:end] for start, end in place)
    item = MarkedItem(kind="edit", name="cellIndividualOffset", place=words, amount="2 dB")
    marked = SpannedText(text, "change", (SpannedItem(item, place, (amount,)),)).marked()
    (edit,) = computed(marked, names).items
    assert (edit.cells, edit.towards) == (("Q01-1",), ("Q02-1",))


@pytest.mark.parametrize("text", ["| site | cell | cio |\n| Q01-1 | Q02-1 | 2 dB |", "| Q01-1 | Q02-1 | 2 dB |"])
def test_a_table_whose_headings_do_not_tell_source_from_target_is_asked_about(text: str, names: Names):
    place = ((text.index("Q01-1"), text.index("Q02-1") + 5),)
    item = MarkedItem(kind="edit", name="cellIndividualOffset", place=text[slice(*place[0])], amount="2 dB")
    with pytest.raises(Doubt):
        computed(SpannedText(text, "change", (SpannedItem(item, place),)).marked(), names)
