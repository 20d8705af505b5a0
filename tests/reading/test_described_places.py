"""Places on a network whose ids have signs, whose ids shorten what stands there, and whose name is partly that of a site."""

from datetime import UTC, datetime

import pytest

from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.antecedents import Antecedents, PlaceError
from agents.reading.located import located
from agents.reading.marked import Marked, MarkedItem
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.places import cells_of
from agents.reading.site_card import NamedCell, SiteCard
from agents.reading.unknown_words import strangers_in

SITES = {"MUS": 2, "ZOO": 3, "POR": 4, "FAIR": 2, "POST-N": 2, "POST-S": 1, "RIV05": 2}
HALL = {"POR~1", "POR~2", "ZOO~3"}


@pytest.fixture(scope="module")
def river() -> Names:
    cells = [NamedCell(id=f"{site}~{number}", site=site) for site, count in SITES.items() for number in range(1, count + 1)]
    areas = {"portal hall": ("POR~1", "POR~2", "ZOO~3"), "north bank": ("ZOO~1", "ZOO~2"), "south bank": ("MUS~1", "MUS~2")}
    now = datetime(2031, 5, 6, 13, tzinfo=UTC)
    return Names(SiteCard(name="Elbe summer fair", now=now, cells=tuple(cells), areas=areas))


def _of(*sites: str) -> set[str]:
    return {f"{site}~{number}" for site in sites for number in range(1, SITES[site] + 1)}


NAMED = {
    # the sign of an id leaves nothing out
    "ZOO~1": {"ZOO~1"},
    "ZOO~1, ~2": {"ZOO~1", "ZOO~2"},
    "MUS~1/~2": _of("MUS"),
    "ZOO ~ZOO~3": {"ZOO~1", "ZOO~2"},
    # an id that shortens what stands there
    "portal one": {"POR~1"},
    "the portal hall": HALL,
    "the museum, MUS,": _of("MUS"),
    "at the city museum (MUS)": _of("MUS"),
    "museum that is mus": _of("MUS"),
    "river baths riv oh five": _of("RIV05"),
    "the river baths RIV05": _of("RIV05"),
    # words for what is named outright
    "both kiosks, ZOO~1 and MUS~2": {"ZOO~1", "MUS~2"},
    "the two kiosks ZOO~1 and MUS~2": {"ZOO~1", "MUS~2"},
    "the kiosks (ZOO~1, MUS~2)": {"ZOO~1", "MUS~2"},
    "the outer ring, that's MUS and ZOO": _of("MUS", "ZOO"),
    "the west wing, i.e. ZOO without ZOO~1": {"ZOO~2", "ZOO~3"},
    "the two spare cells ZOO~1 and ZOO~2": {"ZOO~1", "ZOO~2"},
    "both spares, ZOO~1 and ZOO~2": {"ZOO~1", "ZOO~2"},
    "all of ZOO, spare ZOO~1": {"ZOO~2", "ZOO~3"},
    # a plural is not the site that has its letters
    "the posts": _of("POST-N", "POST-S"),
    "post s": _of("POST-S"),
    # neither … nor
    "MUS and ZOO, though neither in MUS~1 nor in ZOO~2": {"MUS~2", "ZOO~1", "ZOO~3"},
    "MUS and ZOO, neither MUS~1 nor ZOO~2 included": {"MUS~2", "ZOO~1", "ZOO~3"},
    "not MUS nor ZOO, only FAIR": _of("FAIR"),
    # parts, ordinals, and what is taken in again
    "all POR cells but POR~1, the POR~4 one left out of the count": {"POR~2", "POR~3"},
    "the second zoo cell": {"ZOO~2"},
    "ZOO, never mind ZOO~1": {"ZOO~2", "ZOO~3"},
    "the portal hall, this not extending to ZOO": {"POR~1", "POR~2"},
    "the portal hall, save POR to the extent of POR~1 only": {"POR~2", "ZOO~3"},
}


@pytest.mark.parametrize("phrase", NAMED)
def test_what_is_named_is_meant_whatever_tells_of_it(phrase: str, river: Names):
    place = cells_of(phrase, river)
    assert (place.cells, place.unused) == (NAMED[phrase], ())


@pytest.mark.parametrize(
    ("phrase", "left_out"),
    [
        ("the entire summer fair", ()),
        ("all islands", ()),
        ("throughout the campus", ()),
        ("everyone except MUS", ("MUS",)),
        ("netw wide cept MUS", ("MUS",)),
        ("all sites, the two posts excepted", ("POST-N", "POST-S")),
        ("every cell that belongs neither to MUS nor to ZOO", ("MUS", "ZOO")),
        ("cells which lie neither in MUS nor in ZOO", ("MUS", "ZOO")),
        ("with the exception of MUS and ZOO, but including ZOO notwithstanding that exception", ("MUS",)),
    ],
)
def test_the_network_without_what_is_left_out(phrase: str, left_out: tuple[str, ...], river: Names):
    place = cells_of(phrase, river)
    assert (place.cells, place.unused) == (river.all - _of(*left_out), ())


@pytest.mark.parametrize(
    "phrase",
    [
        *(f"ZOO{sign}4" for sign in ("~", ":", ".", "-", "/", "#", "+", "_", "–", "=", "@", " ", " ~ ", "(", "'")),
        "ZOO~1 and ~4",
        "the whole fair",
        "the museum",
        "the canteen, ZOO",
        "the canteen and ZOO",
        "the three kiosks, ZOO~1 and MUS~2",
        "the fan zone (not ZOO)",
        "the fan zone (ZOO excluded)",
        "half ZOO",
        "behind riv oh five",
        "both spare cells",
        "the spare cells",
        "museum POR",
        "ZOO, that cell excepted",
    ],
)
def test_what_does_not_exist_or_is_not_certain_is_asked_about(phrase: str, river: Names):
    try:
        place = cells_of(phrase, river)
    except (PlaceError, AmbiguousNameError):
        return
    assert place.unused, place.cells


def test_a_cell_that_does_not_exist_is_a_stranger_whatever_sign_its_id_has(river: Names):
    assert strangers_in("speed on ZOO~4 over 5 Mbit/s, not ZOO~3", river) == ["ZOO~4"]


BEFORE = (frozenset({"MUS~1"}), frozenset({"ZOO~1"}), frozenset({"ZOO~2"}))
REFERRING = {
    "the last of them": {"ZOO~2"},
    "that last one": {"ZOO~2"},
    "on the first two": {"MUS~1", "ZOO~1"},
    "ZOO, that cell excepted": {"ZOO~1", "ZOO~3"},
    "the same three": {"MUS~1", "ZOO~1", "ZOO~2"},
}


@pytest.mark.parametrize("phrase", REFERRING)
def test_a_pronoun_means_the_places_before(phrase: str, river: Names):
    assert cells_of(phrase, river, Antecedents(before=BEFORE)).cells == REFERRING[phrase]


def test_either_site_is_each_of_the_two_before(river: Names):
    before = tuple(frozenset(_of(site)) for site in ("MUS", "ZOO"))
    assert cells_of("on either site", river, Antecedents(before=before)).cells == _of("MUS", "ZOO")


def test_both_of_two_names_in_one_place_are_those_two(river: Names):
    before = frozenset({"POR~1"}), frozenset({"ZOO~1", "MUS~2"})
    said = Antecedents(before, named=(frozenset({"ZOO~1"}), frozenset({"MUS~2"})))
    assert cells_of("both of them", river, said).cells == {"ZOO~1", "MUS~2"}
    with pytest.raises(PlaceError):
        cells_of("both of them", river, Antecedents(before))


def test_the_last_of_a_list_is_its_last_name(river: Names):
    said = Antecedents((frozenset({"ZOO~1", "MUS~2"}),), named=(frozenset({"ZOO~1"}), frozenset({"MUS~2"})))
    assert cells_of("in the last of them", river, said).cells == {"MUS~2"}


def _marked(text: str, *items: tuple[str, str, str, str], condition: str = "") -> Marked:
    spanned = []
    for kind, name, place, amount in items:
        pieces = tuple((text.index(piece), text.index(piece) + len(piece)) for piece in place.split(" … "))
        comparison = "<" if kind == "target" else None
        item = MarkedItem.model_validate({"kind": kind, "name": name, "comparison": comparison, "place": place, "amount": amount})
        spanned.append(SpannedItem(item, pieces, ((text.index(amount), text.index(amount) + len(amount)),) if amount else ()))
    when = (((text.index(condition), text.index(condition) + len(condition)),)) if condition else ()
    return SpannedText(text, "change", tuple(spanned), condition=when).marked()


LOSS = "DRB.PacketLossRateDl"


def test_a_pronoun_means_what_stands_before_it_in_the_text_not_the_item_before(river: Names):
    text = "unless the load on MUS~1 is over 70 %, keep ZOO~3 on air, and loss on it below 1 %"
    marked = _marked(text, ("target", LOSS, "on it", "below 1 %"), ("forbid", "sleep", "ZOO~3", ""), condition=text[:37])
    assert located(marked, river) == [{"ZOO~3"}, {"ZOO~3"}]


@pytest.mark.parametrize(
    "text",
    [
        "loss in ZOO below 1 %. ZOO~2 does not count, it is fenced off",
        "loss in ZOO below 1 %, ZOO~2 is out of scope",
        "in scope: ZOO\nout of scope: ZOO~2\nloss below 1 %",
        "Site: ZOO\nExcluded: ZOO~2\nloss: below 1 %",
    ],
)
def test_words_that_take_a_marked_name_out_stand_beside_the_mark(text: str, river: Names):
    assert located(_marked(text, ("target", LOSS, "ZOO … ZOO~2", "below 1 %")), river) == [{"ZOO~1", "ZOO~3"}]


def test_a_name_alone_that_is_left_out_is_no_place_of_a_goal(river: Names):
    marked = _marked("loss below 1 %; ZOO~2 is excluded", ("target", LOSS, "ZOO~2", "below 1 %"))
    assert located(marked, river) == [river.all - {"ZOO~2"}]
