"""Words for what stands where a cell or site is: the press box of "the press box cell S1C2". They choose nothing beside an id."""

from __future__ import annotations

from typing import Final

from agents.reading.slice_words import names_slice
from agents.reading.spoken import singular


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


# What people build, run or walk through: beside an id such a noun only tells what is there.
_ROLES: Final = _words(
    "apron arcade balcony barn barrier bay belt berth boiler booth bowl box bridge bunker cabin cafe camp canopy",
    "canteen carousel carpark checkpoint cinema clinic clubhouse concourse conveyor corridor counter court crane",
    "crossing crusher deck depot desk dock door elevator embankment entrance entry escalator exit factory farm ferry",
    "field fountain foyer furnace garage gallery gantry gate gatehouse gondola grandstand hall hangar headquarters",
    "helipad hopper hospital hotel hut jetty junction kiosk kitchen lab laboratory landing lane library lift",
    "lighthouse loader lobby lodge lounge lot marina market mill mine museum office parking passage path pavilion",
    "pier pit pitch plant platform plaza podium pole pool promenade pump quay ramp reclaimer restaurant rink road",
    "roof rooftop room route runway school shaft shed shelter shop silo slope square stacker stadium stage stair",
    "staircase stairway stall stand stockyard store street studio substation subway suite tank taxiway tent terminal",
    "terrace theatre ticket tippler toilet track tram tribune tunnel turbine turnstile viaduct walkway ward warehouse",
    "workshop wharf yard",
)
# Beside a site they may mean a part of it: the indoor cells, the busier ones.
_CHOOSING: Final = _words(
    "active additional affected alternate backup bad big bigger blind border bottleneck bottom boundary bright busier",
    "busy capacity central centre center certain coverage cold critical damaged dark dead different distant donor",
    "down eastern edge empty extra fake far farther fast faulty few final first free front full further future good",
    "guilty half heavier heavy high higher hot hotspot idle inactive indoor individual inside interior key large",
    "larger lead left light lighter low lower macro main major many middle minor mid most narrow new noisy normal",
    "northern odd old older only open original outdoor outside own particular peripheral poor priority primary",
    "previous problem problematic quiet quieter rear relevant remote respective right secondary sick silent similar",
    "single slow slower small smaller some southern spare special standby strong stronger suspect tall taller",
    "temporary test third top trial troublesome trouble unused upper usual various weak weaker western whole wide",
    "worse",
)
# They deny, leave out, protect, compare or point elsewhere, whatever they stand beside.
_TURNING: Final = _words(
    "absent adjacent again against alias allegedly almost alongside another anti around avoid avoiding away ban",
    "barely before block both cannot cease closest despite don't dont drop dropping else elsewhere equivalent ex",
    "exempt exempting farthest forbid forget freeze furthest hardly however ignore inverse keep keeping leave leaving",
    "lesser lock maybe minus nearby nearest nearly neighbour neighbouring neighbor neighboring neighbours neighbors",
    "nope occasionally off opposed opposite perhaps prevent previous protect protecting reverse save scarcely serving",
    "skip sleep source spare sparing stop supposed surrounding swap target than though toward towards touch unlike",
    "unless unlock untouched versus wake whatever whether wrong",
)
# Names of what is measured, set or timed belong to no place.
_OF_OTHERS: Final = _words(
    "afternoon amount average azimuth bandwidth blocking bound consumption delay energy error errors evening event",
    "failure failures goal handover hysteresis kpi latency limit load loss losses margin match maximum mean midnight",
    "minimum morning night noon now offset overnight packet packets percent percentile power prb rate ratio share",
    "slice speed throughput tilt timer today tomorrow tonight traffic until usage value volume watt watts",
    "weekend week yesterday",
)
_SHORTEST: Final = 3  # letters
_CHOOSING_ENDINGS: Final = ("ed", "est", "ern", "ing", "less", "ier")


def is_role(word: str) -> bool:
    """Return whether a word is a noun for what people build, run or walk through."""
    return singular(word) in _ROLES or word in _ROLES


def can_tell(word: str) -> bool:
    """Return whether a word beside an id can be one that tells what is there; that the card has no such name is not checked."""
    said = word.removesuffix("'s").removesuffix("’s")
    if len(said) < _SHORTEST or not said.isalpha() or names_slice(said):
        return False
    return not {said, singular(said)} & (_TURNING | _OF_OTHERS)


def can_choose(word: str) -> bool:
    """Return whether a word beside a site can mean a part of it: "the indoor cells S3", "the busiest cells S3"."""
    return not is_role(word) and (word in _CHOOSING or word.endswith(_CHOOSING_ENDINGS))
