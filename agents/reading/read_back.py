"""A reading said in one plain sentence, to which the operator can agree: "From 20:00 to 22:00: put S4C2 to sleep"."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from agents.reading.name_table import NameTable
from agents.reading.reading import Cells, Reading, StatedEdit, StatedRestriction, StatedTarget
from policies.kpi import kpi_definition
from policies.limits.loading import load_limits

_BOUNDS: Final = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"}
_STATES: Final = {
    "toBeEnergySaving": "put {} to sleep",
    "toBeNotEnergySaving": "wake {} (or keep it awake)",
    "LOCKED": "lock {}",
    "UNLOCKED": "unlock {}",
}
_ACTS: Final = {
    "question": "A question about what is or was: nothing is changed",
    "why": "A question for the reasons of a run: nothing is changed",
    "select": "A question which receiver or beam model to use: nothing is changed",
    "off_topic": "This is not about the network",
    "cannot": "This cannot be done",
    "ask": "Something needed is missing or can mean several things",
}


def read_back(reading: Reading, names: NameTable) -> str:
    """Return the sentence."""
    if reading.act in _ACTS:
        return f"{_ACTS[reading.act]}."
    said = [target_words(one, names) for one in reading.targets]
    said += [edit_words(one, names) for one in reading.edits]
    said += [restriction_words(one, names) for one in reading.forbidden]
    start = "Only tried in the twin: " if reading.act == "what_if" else "From now on: " if _stands(reading) else ""
    when = f"{window_words(*reading.window)}: " if reading.window else ""
    under = f", under this condition: “{reading.condition_on}”" if reading.condition_on else ""
    return capitalized(f"{start}{when}{'; '.join(said)}{under}.")


def capitalized(sentence: str) -> str:
    """Return the sentence with a capital letter at its start."""
    return sentence[:1].upper() + sentence[1:]


def _stands(reading: Reading) -> bool:
    return reading.act == "forbid" and reading.window is None


def window_words(start: datetime, end: datetime) -> str:
    """Return a time window in words."""
    return f"from {start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"


def target_words(one: StatedTarget, names: NameTable) -> str:
    """Return what is to be reached in words."""
    kpi = kpi_definition(one.kpi)
    of = f" of {one.slice}" if one.slice else ""
    what = f"{kpi.title} ({one.kpi}){of} {place_of(one.cells, names)}"
    if one.condition in ("min", "max"):
        return f"make {what} as {'low' if one.condition == 'min' else 'high'} as possible"
    bound = _BOUNDS[one.condition]
    if one.relative is None:
        return f"keep {what} {bound} {one.value:g} {kpi.unit}"
    percent = one.relative.percent
    share = "the value" if not percent else f"{abs(percent):g} % {'more' if percent > 0 else 'less'} than the value"
    return f"keep {what} {bound} {share} of {one.relative.to}"


def edit_words(one: StatedEdit, names: NameTable) -> str:
    """Return an edit in words."""
    cells = place_of(one.cells, names).removeprefix("in ")
    if isinstance(one.value, str) and one.value in _STATES:
        return _STATES[one.value].format(cells)
    of = f" of {one.slice}" if one.slice else ""
    towards = f" towards {listed(one.towards)}" if one.towards else ""
    what = f"{one.attribute}{of} in {cells}{towards}"
    unit = next((f" {limit.unit}" for limit in load_limits() if limit.attribute == one.attribute and limit.unit), "")
    if one.delta is not None:
        unit = unit.replace("dBm", "dB")
        return f"{'raise' if one.delta > 0 else 'lower'} {what} by {abs(one.delta):g}{unit}"
    value = f"{one.value:g}" if isinstance(one.value, float) else one.value
    return f"set {what} to {value}{unit}"


def restriction_words(one: StatedRestriction, names: NameTable) -> str:
    """Return in words what is forbidden."""
    cells = place_of(one.cells, names).removeprefix("in ")
    of = f" of {one.slice}" if one.slice else ""
    if one.what == "sleep":
        return f"never put {cells} to sleep"
    return f"change nothing{of} in {cells}" if one.what == "change" else f"never edit {one.what}{of} in {cells}"


def place_of(cells: Cells, names: NameTable) -> str:
    """Return cells in the fewest words: "in the whole network", an area, sites, all but some, or a list."""
    if cells == "*" or frozenset(cells) == names.all:
        return "in the whole network"
    wanted = frozenset(cells)
    area = next((area for area, own in names.card.areas.items() if frozenset(own) == wanted), None)
    if area:
        return f"in {area} ({listed(cells)})"
    said = listed(_by_site(wanted, names))
    missing = names.all - wanted
    if len(missing) < len(wanted) and len(missing) <= 4:
        return f"in all cells but {listed(sorted(missing))}"
    return f"in {said}"


def _by_site(cells: frozenset[str], names: NameTable) -> Iterable[str]:
    whole = [site for site, own in names.sites.items() if len(own) > 1 and own <= cells]
    covered = frozenset[str]().union(*(names.sites[site] for site in whole))
    return [*(f"all of {site}" for site in whole), *sorted(cells - covered)]


def listed(names: Iterable[str]) -> str:
    """Return names in one phrase: "A, B and C"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
