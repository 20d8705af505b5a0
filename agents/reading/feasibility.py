"""What no network can do, whatever the words are: values out of range, bounds that contradict each other, all cells asleep."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from agents.reading.name_table import NameTable
from agents.reading.reading import Cells, Reading, StatedEdit, StatedTarget
from policies.kpi import kpi_definition
from policies.limits.limit import Limit
from policies.limits.loading import load_limits

_SHORTEST_DELAY_MS: Final = 0.125  # one slot at 120 kHz, TS 38.211 clause 4.3.2
_POWER: Final = "configuredMaxTxPower"
_DELAYS: Final = ("DRB.PdcpSduDelayDl", "DRB.PdcpSduDelayDl.P95")


def impossible(reading: Reading, names: NameTable) -> str:
    """Return why a reading asks for something impossible, with the bound and its source; empty if it does not."""
    for target in reading.targets:
        if why := _out_of_range(target):
            return why
    for edit in reading.edits:
        if why := _out_of_limit(edit):
            return why
    return _contradiction(reading) or _all_asleep(reading, names)


def _out_of_range(target: StatedTarget) -> str:
    kpi, value = kpi_definition(target.kpi), target.value
    if target.relative is not None and target.relative.percent <= -100:
        return f"{target.kpi} cannot be {-target.relative.percent:g} % less than it is"
    if value is None:
        return ""
    if target.kpi in _DELAYS and value < _SHORTEST_DELAY_MS and target.condition in ("<", "<="):
        return f"{target.kpi} {target.condition} {value:g} ms: no packet waits less than a slot (TS 38.211 clause 4.3.2)"
    if value < kpi.lowest or (value <= kpi.lowest and target.condition == "<"):
        return f"{target.kpi} {target.condition} {value:g} {kpi.unit}: it is never below {kpi.lowest:g} {kpi.unit}"
    if kpi.highest is not None and (value > kpi.highest or (value == kpi.highest and target.condition == ">")):
        return (
            f"{target.kpi} {target.condition} {value:g} {kpi.unit}: it is never above {kpi.highest:g} {kpi.unit}"
            f" ({kpi.bounds_source})"
        )
    return ""


def _out_of_limit(edit: StatedEdit) -> str:
    limit = _limit_of(edit.attribute)
    if limit is None or edit.value is None:
        return ""
    value = round(edit.value, 1) if edit.attribute == _POWER and isinstance(edit.value, float) else edit.value  # from watts
    objection = limit.objection(value)
    return f"{edit.attribute}: {objection}; allowed {limit.allowed} ({limit.source})" if objection else ""


def _limit_of(attribute: str) -> Limit | None:
    return next((limit for limit in load_limits() if limit.attribute == attribute), None)


def _contradiction(reading: Reading) -> str:
    floors: dict[tuple[str, str | None, str], list[StatedTarget]] = defaultdict(list)
    ceilings: dict[tuple[str, str | None, str], list[StatedTarget]] = defaultdict(list)
    for target in reading.targets:
        if target.value is not None:
            for cell in ("*",) if target.cells == "*" else target.cells:
                side = floors if target.condition in (">", ">=") else ceilings
                side[target.kpi, target.slice, cell].append(target)
    for key, own in floors.items():
        for floor in own:
            for ceiling in ceilings.get(key, ()):
                if not _leaves_room(floor, ceiling):
                    bounds = f"{floor.condition} {floor.value:g} and {ceiling.condition} {ceiling.value:g}"
                    return f"{floor.kpi} {bounds} contradict each other"
    return ""


def _leaves_room(floor: StatedTarget, ceiling: StatedTarget) -> bool:
    if floor.value is None or ceiling.value is None:
        return True
    is_strict = floor.condition == ">" or ceiling.condition == "<"
    return floor.value < ceiling.value or (floor.value == ceiling.value and not is_strict)


def _all_asleep(reading: Reading, names: NameTable) -> str:
    """Return that no cell would be left on air; sleeping cells that are not named do not count as left."""
    off: frozenset[str] = frozenset()
    for edit in reading.edits:
        if edit.value in ("toBeEnergySaving", "LOCKED"):
            off |= _cells(edit.cells, names)
    return "no cell would be left on air" if off and off >= names.all - names.asleep else ""


def _cells(cells: Cells, names: NameTable) -> frozenset[str]:
    return names.all if cells == "*" else frozenset(cells)
