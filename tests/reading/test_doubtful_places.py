from datetime import UTC, datetime

import pytest

from agents.reading.antecedents import Antecedents, PlaceError
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.places import cells_of
from agents.reading.site_card import NamedCell, SiteCard

STORE = {"Q03-1", "Q03-2", "Q04-1", "Q04-2"}


def _site(number: int) -> set[str]:
    return {f"Q{number:02}-{sector}" for sector in (1, 2, 3)}


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


@pytest.mark.parametrize("phrase", ["Q03-1 … there too", "Q03-1 as well … there", "Q03-1 … it too", "Q03-1 too … in the same"])
def test_a_pronoun_behind_a_name_is_that_name(phrase: str, names: Names):
    assert cells_of(phrase, names, Antecedents(before=BEFORE)).cells == {"Q03-1"}
    assert cells_of(f"{phrase} and Q12-1", names, Antecedents(before=BEFORE)).cells == {"Q03-1", "Q12-1"}


def test_what_refers_to_more_places_than_there_are_is_not_guessed(names: Names):
    with pytest.raises(PlaceError):
        cells_of("all three", names, Antecedents(before=BEFORE))
    with pytest.raises(PlaceError):
        cells_of("both", names, Antecedents(before=(frozenset({"Q01-1"}), frozenset({"Q07-2", "Q07-3"}))))


BESIDE = Antecedents(before=(frozenset({"Q03-1", "Q04-2"}),))


@pytest.mark.parametrize(
    "phrase", ["the other sectors of those two sites", "the rest of their sites", "the other cells on both sites"]
)
def test_the_others_of_the_sites_before_are_not_the_places_before(phrase: str, names: Names):
    place = cells_of(phrase, names, BESIDE)
    assert (place.cells, place.unused) == ((_site(3) | _site(4)) - {"Q03-1", "Q04-2"}, ())


def test_sites_before_that_are_not_so_many_are_not_guessed(names: Names):
    with pytest.raises(PlaceError):
        cells_of("the other sectors of those three sites", names, BESIDE)


def test_the_other_one_is_one_cell(names: Names):
    elsewhere = Antecedents(elsewhere=(frozenset({"BrewKettle"}),))
    assert cells_of("the other cell of the brewhouse", names, elsewhere).cells == {"BrewCellar"}
    with pytest.raises(PlaceError, match="the other one"):
        cells_of("the other one", names, elsewhere)


@pytest.mark.parametrize(
    ("phrase", "is_alternative"),
    [
        ("Q03-1 or Q03-2", True),
        ("either of Q03-1 and Q03-2", True),
        ("either vat b or c", True),
        ("both Q03-1 or Q03-2", False),
        ("all but Q03-1 or Q03-2", False),
        ("Q03-1 and Q03-2", False),
    ],
)
def test_one_of_several_places_is_told_from_all(phrase: str, is_alternative: bool, names: Names):
    assert cells_of(phrase, names).is_alternative == is_alternative


@pytest.mark.parametrize("sign", [">", "->", "→", " > ", " towards "])
def test_a_sign_behind_a_shortened_name_parts_source_and_target(sign: str):
    cells = [NamedCell(id=f"vat{site}-{cell}", site=f"vat{site}") for site in ("04", "17", "31") for cell in "AB"]
    names = Names(SiteCard(name="Cellars", now=datetime(2031, 5, 6, tzinfo=UTC), cells=tuple(cells), areas={}))
    assert cells_of(f"04-B{sign}17-A", names, is_relation=True).cells == {"vat04-B"}


def test_a_written_name_that_no_cell_has_is_not_its_beginning():
    cells = [NamedCell(id=f"{site}{part}", site=site) for site in ("V4R", "P9L") for part in "123"]
    cells += [NamedCell(id=f"DK-58{side}", site="DK-58") for side in "UD"]
    names = Names(SiteCard(name="Cellars", now=datetime(2031, 5, 6, tzinfo=UTC), cells=tuple(cells), areas={}))
    for phrase in ("V4P2", "DK-58N", "V4", "DK58X"):
        with pytest.raises(PlaceError, match="no name of the network"):
            cells_of(phrase, names)
    numbered = [NamedCell(id=f"{site}{cell}", site=str(site)) for site in (11, 12) for cell in (1, 2, 3)]
    tracks = Names(SiteCard(name="Tracks", now=datetime(2031, 5, 6, tzinfo=UTC), cells=tuple(numbered), areas={}))
    assert cells_of("cell one one three", tracks).cells == {"113"}
    assert cells_of("cell one one four", tracks).unused == ("four",)
    assert cells_of("DK 58 N", names).unused == ("N",)
    assert cells_of("V4R1V4R2", names).cells == {"V4R1", "V4R2"}


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
        "Q03 oder site Q04",
        "perhaps site Q04",
        "Q03-1 e no Q03-2",
        "Q03-1 and the sleeping cells of vat",
        "vat with the sleeping cells",
        "Q03-1 and the tower",
        "no malt store",
        "Q03-1 a Q03-3",
        "the neighbour of Q03",
        "every other cell",
        "the campus",
        # names that only resemble
        "Q07-2x",
        "Q711",
        "brewhouse tasting q",
        "kettle vat",
        "both malt store cells",
        "the pair at the malt store",
        "the twelve cells of Q03",
        # numbers that no cell of the place has
        "Q07 four",
        "Q07 number 4",
        "Q07 no. 4",
        "Q07 # 4",
        "malt store two",
        "malt store 7",
        "Q07-2 9",
        # taken back, or left out?
        "Q07-1 no Q07-2",
        "Q07 four no there is no four Q08 three",
        "Q03-1 Q03-2 instead",
        # left out, or not?
        "malt store, Q03-1, Q03-2 out of scope",
        "malt store: Q03-1, Q03-2 out of scope",
        "all cells, Q03-1, Q03-2 out of scope",
        "malt store (Q03-1 yes, Q03-2 no)",
        "Q03 to Q07 … Q05",
        "Q07 (ex Q08-1)",
        "Q07 forget Q08-1",
        "Q07 … everywhere else",
        "Q03-1 … in all the other cells of Q03",
        "the first Q08 cell, that is Q08-2",
        "one of the two, Q08",
        "Q07 (test cell)",
        "sector A of Q07",
        "the A sectors of Q07 and Q08",
        "out",
        # a number that no id has in one piece
        "tower 72",
        "cell 72",
        # only of the one, or of both?
        "Q03/Q04 (1 only)",
        "neither Q03 nor Q04, only Q05",
        # the other one of which?
        "of the Q03 cells only Q03-1, without the other one",
        "not Q03-1, the other one",
        "the other two",
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


def test_a_word_of_the_network_is_not_the_beginning_of_a_name():
    cells = [NamedCell(id=f"{site}-{cell}", site=site) for site in ("Parking", "Carousel") for cell in (1, 2)]
    area = {"lake road": ("Parking-1", "Carousel-1")}
    names = Names(SiteCard(name="Lakes Park", now=datetime(2031, 5, 6, tzinfo=UTC), cells=tuple(cells), areas=area))
    for phrase in ("the park", "everywhere in the park", "park-wide", "all over the lakes"):
        assert cells_of(phrase, names).cells == names.all, phrase
    assert cells_of("the parking", names).cells == {"Parking-1", "Parking-2"}
    assert cells_of("the lake road", names).cells == {"Parking-1", "Carousel-1"}
    with pytest.raises(PlaceError, match="no name of the network"):
        cells_of("the car park", names)


def test_a_family_before_an_exclusion_is_all_of_it():
    cells = [NamedCell(id=f"{site}{side}", site=site) for site in ("TQ-36", "TQ-74", "CT-80") for side in "NS"]
    names = Names(SiteCard(name="Dunes", now=datetime(2031, 5, 6, tzinfo=UTC), cells=tuple(cells), areas={}))
    assert cells_of("TQ excl. TQ-74", names).cells == {"TQ-36N", "TQ-36S"}
    with pytest.raises(AmbiguousNameError):
        cells_of("TQ", names)


def test_a_conjunction_of_the_networks_name_joins_names():
    cells = [NamedCell(id=f"{site}-{cell}", site=site) for site in ("Q4", "K2") for cell in ("toe", "pile", "rim")]
    area = {"pit centre": ("Q4-toe", "K2-toe")}
    card = SiteCard(name="Quarry and Railway", now=datetime(2031, 5, 6, tzinfo=UTC), cells=tuple(cells), areas=area)
    names = Names(card)
    assert cells_of("except Q4-toe and K2-pile, all cells", names).cells == names.all - {"Q4-toe", "K2-pile"}
    assert cells_of("the entire network", names).cells == names.all
    assert cells_of("the whole quarry", names).cells == names.all


@pytest.fixture(scope="module")
def tracks() -> Names:
    cells = [NamedCell(id=f"{head}-{site}", site=site) for site in ("Weir", "Mint", "Depot") for head in ("cb", "ob")]
    cells += [NamedCell(id=f"{head}-Yard", site="Yard") for head in ("shed", "gate")]
    card = SiteCard(
        name="Trams", now=datetime(2031, 5, 6, tzinfo=UTC), cells=tuple(cells), areas={"piers": ("cb-Weir", "ob-Mint")}
    )
    return Names(card)


@pytest.mark.parametrize("phrase", ["cb-Yard", "cb/ob-Weir", "shed-Weir", "pier one", "pier seven"])
def test_the_head_of_ids_at_another_name_is_no_name(phrase: str, tracks: Names):
    try:
        unused = cells_of(phrase, tracks).unused
    except PlaceError:
        return
    assert unused


def test_the_head_of_ids_behind_a_cell_of_a_site_can_be_that_of_the_site(tracks: Names):
    assert cells_of("the ob cells", tracks).cells == {"ob-Weir", "ob-Mint", "ob-Depot"}
    with pytest.raises(PlaceError, match="or that of Weir"):
        cells_of("ob side", tracks, Antecedents(before=(frozenset({"cb-Weir"}),)))


@pytest.mark.parametrize("phrase", ["Q0³", "cells ³ and ⁴ of Q03", "site ²", "the ①st cell"])
def test_signs_that_look_like_digits_are_no_numbers_and_no_error(phrase: str, names: Names):
    try:
        place = cells_of(phrase, names)
    except (PlaceError, AmbiguousNameError):
        return
    assert place.unused
