from datetime import UTC, datetime

import pytest

from agents.reading.antecedents import Antecedents, PlaceError
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.places import cells_of
from agents.reading.site_card import NamedCell, SiteCard

YARD = {"Q01-1", "Q01-2", "Q02-1"}
STORE = {"Q03-1", "Q03-2", "Q04-1", "Q04-2"}
TERRACE = {"Q02-1", "Q07-2", "Q07-3"}


def _site(number: int) -> set[str]:
    return {f"Q{number:02}-{sector}" for sector in (1, 2, 3)}


NAMED = {
    # names in full, shortened, spelled out, misspelled, in other languages
    "Q07-2": {"Q07-2"},
    "q7-2": {"Q07-2"},
    "q1-1": {"Q01-1"},
    "q11-1": {"Q11-1"},
    "q 7": _site(7),
    "q seven dash three": {"Q07-3"},
    "vat.b": {"vat.b"},
    "vat a and c": {"vat.a", "vat.c"},
    "the malt store": STORE,
    "mlat store": STORE,
    "lowr terrace": TERRACE,
    "low terrace": TERRACE,
    "the kettle cell": {"BrewKettle"},
    "dans la q07-2": {"Q07-2"},
    "im malt store": STORE,
    "nel malt store": STORE,
    # sectors
    "sector 2 of Q07": {"Q07-2"},
    "sector three of site q eleven": {"Q11-3"},
    "the third cell of site Q10": {"Q10-3"},
    "sectors 1 and 2 of Q03": {"Q03-1", "Q03-2"},
    "Q07, cell 2": {"Q07-2"},
    "all sectors of Q07 but the second": {"Q07-1", "Q07-3"},
    "the site Q07, Q07-1 to Q07-2": {"Q07-1", "Q07-2"},
    "Q*-1 … not Q1*": {f"Q0{number}-1" for number in range(1, 10)},
    # ranges
    "Q03..Q05": _site(3) | _site(4) | _site(5),
    "Q07-1..Q07-3": _site(7),
    "Q03..Q05, not Q04-2": (_site(3) | _site(4) | _site(5)) - {"Q04-2"},
    # exclusions behind, before and around what they are taken from
    "the malt store but not Q03-2": STORE - {"Q03-2"},
    "malt store, Q03-2 excluded": STORE - {"Q03-2"},
    "malt store, Q03-1 and Q03-2 excluded": STORE - {"Q03-1", "Q03-2"},
    "except for Q03-2 the malt store": STORE - {"Q03-2"},
    "with the exception of Q03-2, no cell of the malt store": STORE - {"Q03-2"},
    "With the exception of Q03-1 … the malt store": STORE - {"Q03-1"},
    "not Q03-2 Q03-1": {"Q03-1"},
    "malt store, but none of the Q03 cells": {"Q04-1", "Q04-2"},
    "cooper's yard … not counting sector 1 of Q02": YARD - {"Q02-1"},
    "scope: malt store\nskip: Q03-2": STORE - {"Q03-2"},
    "malt store;skip;Q03-2": STORE - {"Q03-2"},
    "cooper's yard, not excepting Q02-1": YARD,
    "lower terrace and outside it in Q12-1": TERRACE | {"Q12-1"},
    "cooper's yard, exclusive of any cell that also belongs to the lower terrace": YARD - TERRACE,
    "not Q01-1 but Q01-2": {"Q01-2"},
    "not in the yard but in the malt store": STORE,
    "malt store, Q03-1 not, and on Q04-1 neither": {"Q03-2", "Q04-2"},
    "not only Q03-1 but also Q03-2": {"Q03-1", "Q03-2"},
    "malt store instead of Q12": STORE,
    "yard but only Q01-1": {"Q01-1"},
    # that nothing is left out, said with the words of an exclusion
    "Q07, none excluded": _site(7),
    "Q07, no cell being left out": _site(7),
    "none of Q07 excluded": _site(7),
    "no cell of Q03 and Q04 excluded": _site(3) | _site(4),
    "Q07, not one excepted": _site(7),
    "Q07 (excluded: none)": _site(7),
    "Exclusions: none\nScope: Q07": _site(7),
    "Q07, exempt none": _site(7),
    "Q07, none but Q07-1 excluded": {"Q07-2", "Q07-3"},
    "No cell of Q05, Q05-2 excepted,": {"Q05-1", "Q05-3"},
    # words that point forward with a colon or a verb
    "Scope: Q07 (all)\nNot included: Q07-3": {"Q07-1", "Q07-2"},
    "Q07, not included: Q07-3": {"Q07-1", "Q07-2"},
    "Q07-1 (excluded: Q07-3)": {"Q07-1"},
    "out_of_scope: Q07-3\nin_scope: Q07": {"Q07-1", "Q07-2"},
    "Out of scope: Q07-3\nScope: Q07": {"Q07-1", "Q07-2"},
    "Scope: Q05, Q06\nExclusions: Q05-1, Q06-1": {"Q05-2", "Q05-3", "Q06-2", "Q06-3"},
    "site Q07 with all its cells; excluded from it is Q07-1": {"Q07-2", "Q07-3"},
    "excluded: Q07, included: Q07-1": {"Q07-1"},
    # exclusions and inclusions in their order
    "Q05, and Q06 too but not Q06-3": _site(5) | {"Q06-1", "Q06-2"},
    "Q05 and Q06 as well, except Q06-3": _site(5) | {"Q06-1", "Q06-2"},
    "Q05 but not Q05-1, and also not Q05-2": {"Q05-3"},
    "Q05 + Q06 - Q06-1": _site(5) | {"Q06-2", "Q06-3"},
    "not only the malt store but Q07-1": STORE | {"Q07-1"},
    "Q05 not Q06 but Q07": _site(5) | _site(7),
    "Q05 (Q05-2 incl.)": _site(5),
    "Q05 (-Q05-2)": {"Q05-1", "Q05-3"},
    "Q05 and Q06, neither Q05-1 nor Q06-1": {"Q05-2", "Q05-3", "Q06-2", "Q06-3"},
    # signs of exclusion
    "Q05 !Q05-1": {"Q05-2", "Q05-3"},
    "site = 'Q05' AND cell != 'Q05-1'": {"Q05-2", "Q05-3"},
    "Q05 ≠ Q05-1": {"Q05-2", "Q05-3"},
    "cells: {Q05} - {Q05-1}": {"Q05-2", "Q05-3"},
    "Q05 − Q05-1": {"Q05-2", "Q05-3"},
    # other words of exclusion
    "Q01, Q03 and Q07, Q03 alone being excepted": _site(1) | _site(7),
    "With the exception, for reasons of which you are aware, of Q03-1, every cell of Q03": {"Q03-2", "Q03-3"},
    "all celss of Q03 but nto Q03-1": {"Q03-2", "Q03-3"},
    "Q03 außer Q03-1": {"Q03-2", "Q03-3"},
    "Q03-1, Q03-2 can wait": {"Q03-1"},
    "Q03-1 yes, Q03-2 no": {"Q03-1"},
    "Q03-1, no, Q03-2": {"Q03-2"},
    "set(Q03) \\ [Q03-1]": {"Q03-2", "Q03-3"},
    # numbers of sites, and of cells in words
    "site q three and site q four": _site(3) | _site(4),
    "sites eleven and twelve": _site(11) | _site(12),
    "site eleven and site twelve": _site(11) | _site(12),
    "sites nine to eleven": _site(9) | _site(10) | _site(11),
    "q seven dash two … the same one": {"Q07-2"},
    "Q07-1 and Q07-2 but not the third one of the site": {"Q07-1", "Q07-2"},
    "q four apart from sector three": {"Q04-1", "Q04-2"},
    "q four, not sector three": {"Q04-1", "Q04-2"},
    "the three Q03 cells": _site(3),
    "the two malt store cells of Q03": {"Q03-1", "Q03-2"},
    "its twin Q03-2": {"Q03-2"},
    # a word that says more of cells that are named
    "the two draughty cells Q03-1 and Q03-2": {"Q03-1", "Q03-2"},
    "NRCellDU Q03-1": {"Q03-1"},
    "of each cell in Q07": _site(7),
    # what is asleep
    "all cells in operation at vat": {"vat.a", "vat.b"},
    "cells of vat not in operation": {"vat.c"},
    "vat, sleeping cell aside": {"vat.a", "vat.b"},
    "the vat cells but not the sleeping ones": {"vat.a", "vat.b"},
    "the sleeping cell of vat": {"vat.c"},
    # areas whose name has a word that means something else
    "the rest house": {"Q05-1", "Q06-1"},
    "all of vat but not the sleeping one": {"vat.a", "vat.b"},
    "vat, the sleeping one included": {"vat.a", "vat.b", "vat.c"},
    "vat, the awake ones, vat.c too": {"vat.a", "vat.b", "vat.c"},
    "vat including the sleeping one": {"vat.a", "vat.b", "vat.c"},
    # "and", "in" and exclusions in other languages, short exclusions
    "Q03-1 e Q03-2": {"Q03-1", "Q03-2"},
    "Q03-1, Q03-2 y Q04-1": {"Q03-1", "Q03-2", "Q04-1"},
    "na Q03-1 / in Q03-1": {"Q03-1"},
    "Q03-1 hasta Q03-3": _site(3),
    "Q03 exceptuando la 3": {"Q03-1", "Q03-2"},
    "Q03 sem Q03-3": {"Q03-1", "Q03-2"},
    "Q03 (w/o 3)": {"Q03-1", "Q03-2"},
    "Q03 xcpt Q03-3": {"Q03-1", "Q03-2"},
    "the malt store, exclusion made of Q03-1": STORE - {"Q03-1"},
    "in the malt store … this does not concern Q03-1": STORE - {"Q03-1"},
    "the malt store, Q03-1 is not concerned": STORE - {"Q03-1"},
    "cell no. Q03-1": {"Q03-1"},
    # words beside a name
    "at the brewing site Q07": _site(7),
    "the tower Q07": _site(7),
    "its neighbour Q03-2 … that neighbour": {"Q03-2"},
    "in the relation Q03-2": {"Q03-2"},
    "Q03-1 and Q03-2, respectively": {"Q03-1", "Q03-2"},
    "of each malt store cell's resources": STORE,
    "the whole terrace": TERRACE,
    # corrections
    "vat a sorry i mean vat b": {"vat.b"},
    # what two names share
    "the Q02 cell of the lower terrace": {"Q02-1"},
}


@pytest.mark.parametrize("phrase", NAMED)
def test_a_place_is_the_cells_that_its_words_name(phrase: str, names: Names):
    place = cells_of(phrase, names)
    assert place.cells == NAMED[phrase]
    assert not place.unused


@pytest.mark.parametrize(
    "phrase",
    [
        "all cells",
        "everywhere, Q03-1 and Q03-2 too",
        "the whole network",
        "everywhere",
        "network",
        "the whole brewery",
        "all fourteen sites together",
        "all 41 cells",
        "toda la red",
        "das ganze Netz",
        "net wide",
    ],
)
def test_the_network_is_all_cells(phrase: str, names: Names):
    assert cells_of(phrase, names) == cells_of("all cells", names)
    assert cells_of(phrase, names).cells == names.all


@pytest.mark.parametrize(
    "phrase",
    [
        "all but Q07",
        "all sites except those of Q07",
        "everything except Q07",
        "all cells, those of Q07 excluded",
        "not Q07",
        "all \\ Q07",
        "toda la red menos Q07",
        "tutta la rete tranne Q07",
        "* excl Q07",
        "the network at large, the three Q07 cells being left out of account",
        "the whole campus minus Q07",
    ],
)
def test_an_exclusion_alone_leaves_the_rest_of_the_network(phrase: str, names: Names):
    assert cells_of(phrase, names).cells == names.all - _site(7)


BEFORE = (frozenset({"Q01-1"}), frozenset({"Q07-2"}))
REFERRING = {
    "there": {"Q07-2"},
    "in that cell": {"Q07-2"},
    "on it": {"Q07-2"},
    "both": {"Q01-1", "Q07-2"},
    "for the pair": {"Q01-1", "Q07-2"},
    "the former": {"Q01-1"},
    "the latter": {"Q07-2"},
    "them": {"Q01-1", "Q07-2"},
    "the whole site": _site(7),
    "the other cells of that site": {"Q07-1", "Q07-3"},
    "sector 3": {"Q07-3"},
    "all of it": {"Q07-2"},
    "those two": {"Q01-1", "Q07-2"},
    "the former and the latter": {"Q01-1", "Q07-2"},
    "there and in Q12-1": {"Q07-2", "Q12-1"},
    "the same cells plus Q12-1": {"Q07-2", "Q12-1"},
}


@pytest.mark.parametrize("phrase", REFERRING)
def test_a_pronoun_is_a_place_before(phrase: str, names: Names):
    assert cells_of(phrase, names, Antecedents(before=BEFORE)).cells == REFERRING[phrase]


def test_all_but_a_place_before_is_the_rest_of_the_network(names: Names):
    assert cells_of("everywhere but there", names, Antecedents(before=BEFORE)).cells == names.all - {"Q07-2"}
    assert cells_of("the network minus the yard plus Q02-1", names).cells == names.all - {"Q01-1", "Q01-2"}


@pytest.mark.parametrize(
    "phrase",
    [
        "all but Q03, but with Q03-1",
        "all without Q03, with Q03-1",
        "all save Q03, but Q03-1 too",
        "all but Q03, Q03-1 is included",
    ],
)
def test_a_part_of_what_is_left_out_can_be_taken_in_again(phrase: str, names: Names):
    assert cells_of(phrase, names).cells == names.all - {"Q03-2", "Q03-3"}


def test_what_refers_to_more_places_than_there_are_is_not_guessed(names: Names):
    with pytest.raises(PlaceError):
        cells_of("all three", names, Antecedents(before=BEFORE))
    with pytest.raises(PlaceError):
        cells_of("both", names, Antecedents(before=(frozenset({"Q01-1"}), frozenset({"Q07-2", "Q07-3"}))))


def test_the_rest_is_what_is_not_named_elsewhere(names: Names):
    elsewhere = Antecedents(elsewhere=(frozenset({"Q03-1"}), frozenset(STORE), frozenset({"Q12-1"})))
    assert cells_of("the rest of the malt store", names, elsewhere).cells == STORE - {"Q03-1"}
    assert cells_of("all other cells", names, elsewhere).cells == names.all - STORE - {"Q12-1"}


@pytest.mark.parametrize(
    "phrase",
    [
        "the bottling plant",
        "there",
        "both",
        "sector 4 of Q07",
        "Q07-4",
        "sites Q03, 4 and 5",
        "Q03 and Q04 minus sector 1 of each",
        "Q03 without Q03-1 and Q04 without Q04-1",
        "the store house",
        "every second cell of the yard",
        "Q13-1",
        "except Q03-1, Q03-2",
        "the rest of the malt store",
        "it",
        "site eleven and two",
        "Q03 and 1",
        "the whole network without the malt store but Q03-1",
        "all but Q03 together with Q03-1",
        "Q03 without Q03-1, also Q03-2",
        "Q03 - Q03-1",
        "Q07 with one exception",
        "two cells of Q07",
        "3 cells of the malt store",
        "two of Q07",
        "all but two cells of Q07",
        "the draughty cells of Q03",
        "Q03 and Q04 except sector 1",
        "Q03 and Q04 but not the first",
        "Q03[1-2]x",
        "Q03 except Q03-1 as well as Q04",
        "Q03 plus the capacity cells",
        "neither Q03 nor Q04 but Q05",
        "the other Q03 cells",
        "all thirteen sites",
        "no Q03-1",
        "Q03-1 e no Q03-2",
        "Q03-1 and the sleeping cells of vat",
        "vat with the sleeping cells",
        "Q03-1 and the tower",
        "no malt store",
        "Q03-1 a Q03-3",
        "the neighbour of Q03",
        "every other cell",
        "the campus",
    ],
)
def test_what_is_not_certain_is_not_guessed(phrase: str, names: Names):
    try:
        place = cells_of(phrase, names)
    except (PlaceError, AmbiguousNameError):
        return
    assert place.unused, f"{phrase} became {sorted(place.cells)}"


@pytest.mark.parametrize("phrase", ["the whole yard", "everywhere in the yard"])
def test_a_part_of_a_name_that_can_be_the_network_is_asked_about(phrase: str, names: Names):
    with pytest.raises(AmbiguousNameError):
        cells_of(phrase, names)


def test_words_without_a_meaning_are_handed_back(names: Names):
    assert cells_of("the haunted malt store", names).unused == ("haunted",)


@pytest.fixture(scope="module")
def numbered() -> Names:
    """Names with a stadium, and cells that have numbers of three digits."""
    cells = [NamedCell(id=f"{site}-{number}", site=site) for site, number in [("VAT", "040"), ("VAT", "160"), ("VAT", "510")]]
    cells += [NamedCell(id=f"TUN-{number}", site="TUN") for number in ("080", "200", "320")]
    areas = {"old stadium": ("VAT-040", "TUN-080"), "cellar": ("VAT-160",)}
    return Names(SiteCard(name="Malthouse", now=datetime(2031, 5, 6, 13, tzinfo=UTC), cells=tuple(cells), areas=areas))


@pytest.mark.parametrize(
    ("phrase", "cells"),
    [
        ("tun two hundred", {"TUN-200"}),
        ("tun eighty too but not tun three twenty", {"TUN-080"}),
        ("all of vat apart from the five ten", {"VAT-040", "VAT-160"}),
        ("VAT-040 and VAT-160 but not the third one of the site", {"VAT-040", "VAT-160"}),
        ("the third cell of TUN", {"TUN-320"}),
        ("the ground apart from VAT-040", {"TUN-080"}),
    ],
)
def test_numbers_of_cells_and_other_words_for_a_stadium(phrase: str, cells: set[str], numbered: Names):
    place = cells_of(phrase, numbered)
    assert (place.cells, place.unused) == (cells, ())


def test_the_whole_ground_can_be_more_than_the_stadium(numbered: Names):
    with pytest.raises(AmbiguousNameError):
        cells_of("the whole ground", numbered)


def test_the_last_digits_of_a_long_number_name_its_cell():
    cells = [NamedCell(id=f"{site}-{cell}", site=str(site)) for site in (41207, 41213, 42213) for cell in (1, 2)]
    names = Names(
        SiteCard(name="Lower town", now=datetime(2031, 5, 6, tzinfo=UTC), cells=tuple(cells), areas={"riverbank": ("41207-1",)})
    )
    assert cells_of("207-2", names).cells == {"41207-2"}
    assert cells_of("by the river", names).cells == {"41207-1"}
    with pytest.raises(PlaceError):
        cells_of("213-1", names)


def test_a_family_before_an_exclusion_is_all_of_it():
    cells = [NamedCell(id=f"{site}{side}", site=site) for site in ("TQ-36", "TQ-74", "CT-80") for side in "NS"]
    names = Names(SiteCard(name="Dunes", now=datetime(2031, 5, 6, tzinfo=UTC), cells=tuple(cells), areas={}))
    assert cells_of("TQ excl. TQ-74", names).cells == {"TQ-36N", "TQ-36S"}
    with pytest.raises(AmbiguousNameError):
        cells_of("TQ", names)
