import pytest

from agents.reading.antecedents import PlaceError
from agents.reading.names import Names
from agents.reading.places import cells_of

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
    "the last sector of Q07": {"Q07-3"},
    "the site Q07, Q07-1 to Q07-2": {"Q07-1", "Q07-2"},
    "Q*-1 … not Q1*": {f"Q0{number}-1" for number in range(1, 10)},
    # ranges
    "Q03..Q05": _site(3) | _site(4) | _site(5),
    "Q07-1..Q07-3": _site(7),
    "Q03..Q05, not Q04-2": (_site(3) | _site(4) | _site(5)) - {"Q04-2"},
    # exclusions behind, before and around what they are taken from
    "all cells of the malt store, those of Q03 excepted": {"Q04-1", "Q04-2"},
    "Q07-2 not -3": {"Q07-2"},
    "vat.b, not c": {"vat.b"},
    "of the Q03 cells only Q03-1 and Q03-2, so without the other one": {"Q03-1", "Q03-2"},
    "Q03-1 and Q03-2, not the rest": {"Q03-1", "Q03-2"},
    "not Q03, only Q04": _site(4),
    "Q07-2, -3 not": {"Q07-2"},
    "Q07-1, -3": {"Q07-1", "Q07-3"},
    # taken back
    "Q03-1, or no, Q03-2 instead": {"Q03-2"},
    "Q03-1, hm no, Q03-2": {"Q03-2"},
    # words that change nothing
    "hte malt store": STORE,
    "the malt store, but of course without Q03-2": STORE - {"Q03-2"},
    "malt store, but leave Q03-2 out of it": STORE - {"Q03-2"},
    "malt store … but Q03-2 remains out": STORE - {"Q03-2"},
    # what restricts a place
    "cooper's yard, the Q01 cells only": {"Q01-1", "Q01-2"},
    "cooper's yard, only Q02": {"Q02-1"},
    "the malt store cells of Q03 and Q04": STORE,
    "the malt store cells from Q03 to Q05": STORE,
    # what is added to a place
    "malt store … all of them, also Q03-2": STORE,
    "malt store … with Q03-2": STORE,
    "malt store with Q03-2 thrown out": STORE - {"Q03-2"},
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
    "cell no Q03-1": {"Q03-1"},
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
    # a list in brackets, and words of exclusion before a part of what is named
    "malt store (Q03-1, Q03-2 out of scope)": {"Q04-1", "Q04-2"},
    "malt store (Q03-1 and Q03-2 excluded)": {"Q04-1", "Q04-2"},
    "malt store (Q03-2 left out)": STORE - {"Q03-2"},
    "Q05 (Q05-1, Q05-2 exempt), Q06": {"Q05-3"} | _site(6),
    "Q03 to Q05, out of scope Q04-2": (_site(3) | _site(4) | _site(5)) - {"Q04-2"},
    "Q05, Q06, out of scope Q06-1": _site(5) | {"Q06-2", "Q06-3"},
    "Q07 exempt Q07-1": {"Q07-2", "Q07-3"},
    "Q07 (ex Q07-2)": {"Q07-1", "Q07-3"},
    "in Q07 forget Q07-3": {"Q07-1", "Q07-2"},
    "Q07 all sector, Q07-2 exclude": {"Q07-1", "Q07-3"},
    "With Q07-2 disregarded … in Q07": {"Q07-1", "Q07-3"},
    "With Q07-1 as the only exception … the cells of Q07": {"Q07-2", "Q07-3"},
    "Q07, Q07-1 being none of our business,": {"Q07-2", "Q07-3"},
    "Q07; not the whole of it, Q07-3 can be ignored … There": {"Q07-1", "Q07-2"},
    "Q07, leaving Q07-3 aside": {"Q07-1", "Q07-2"},
    "Q07 leaving aside Q07-3": {"Q07-1", "Q07-2"},
    "Q07, although Q07-3 may be left out of the reckoning": {"Q07-1", "Q07-2"},
    "Q07-1 out, rest of Q07 in": {"Q07-2", "Q07-3"},
    "not Q03-1, not Q04-2, the other malt store cells": {"Q03-2", "Q04-1"},
    "In Q05 and Q06, all but the third cells,": {"Q05-1", "Q05-2", "Q06-1", "Q06-2"},
    "just one of the two, Q03-2": {"Q03-2"},
    "the first Q08 cell, that is Q08-1": {"Q08-1"},
    # words that say nothing more
    "in Q04, just not in Q04-2 (test cell)": {"Q04-1", "Q04-3"},
    "out at Q04-1": {"Q04-1"},
    "at the malt store stop": STORE,
    "am malt store": STORE,
    "Q07, all three of em": _site(7),
    # words that only describe what is named
    "in the brewing sites Q03 and Q04": _site(3) | _site(4),
    "at the granite site Q07": _site(7),
    "von Q07-2": {"Q07-2"},
    "Q07 o/t Q07-1": {"Q07-2", "Q07-3"},
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
        "the entire network",
        "across the whole cluster",
        "the whole town",
    ],
)
def test_the_network_is_all_cells(phrase: str, names: Names):
    place = cells_of(phrase, names)
    assert (place.cells, place.unused, place.left_out) == (names.all, (), ())


@pytest.mark.parametrize(
    "phrase",
    [
        "all but Q07",
        "all sites except those of Q07",
        "everything except Q07",
        "all cells, those of Q07 excluded",
        "not Q07",
        "all cells (Q07-1, Q07-2, Q07-3 out of scope)",
        "wherever you like but not in Q07",
        "no Q07 cell … all others",
        "all \\ Q07",
        "toda la red menos Q07",
        "tutta la rete tranne Q07",
        "* excl Q07",
        "the network at large, the three Q07 cells being left out of account",
        "the whole campus minus Q07",
        "with the exception of Q07 … on the whole campus",
    ],
)
def test_an_exclusion_alone_leaves_the_rest_of_the_network(phrase: str, names: Names):
    assert cells_of(phrase, names).cells == names.all - _site(7)


@pytest.mark.parametrize("phrase", ["the outer sites of Q07", "the site behind Q07", "the cells opposite Q07-2", "avoid Q07-2"])
def test_a_word_that_can_change_the_place_is_not_passed_over(phrase: str, names: Names):
    assert cells_of(phrase, names).unused


def test_nw_is_the_network_unless_it_can_be_a_direction(names: Names):
    assert cells_of("NW", names).cells == names.all
    with pytest.raises(PlaceError):
        cells_of("the NW cells", names)
