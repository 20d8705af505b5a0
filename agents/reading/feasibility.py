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
_ASLEEP: Final = "toBeEnergySaving"
_RATIOS: Final = ("rRMPolicyDedicatedRatio", "rRMPolicyMinRatio", "rRMPolicyMaxRatio")  # none above the next
_DELAYS: Final = ("DRB.PdcpSduDelayDl", "DRB.PdcpSduDelayDl.P95")


def impossible(reading: Reading, names: NameTable) -> str:
    """Return why a reading asks for something impossible, with the bound and its source; empty if it does not."""
    for target in reading.targets:
        if why := _out_of_range(target, names):
            return why
    for edit in reading.edits:
        if why := _out_of_limit(edit):
            return why
    return _contradiction(reading) or _contradicting_edits(reading, names) or _all_asleep(reading, names)


def _out_of_range(target: StatedTarget, names: NameTable) -> str:
    kpi, value = kpi_definition(target.kpi), target.value
    if target.relative is not None and target.relative.percent <= -100:
        return f"{target.kpi} cannot be {-target.relative.percent:g} % less than it is"
    if value is None:
        return ""
    if target.kpi in _DELAYS and value < _SHORTEST_DELAY_MS and target.condition in ("<", "<="):
        return f"{target.kpi} {target.condition} {value:g} ms: no packet waits less than a slot (TS 38.211 clause 4.3.2)"
    if value < kpi.lowest or (value <= kpi.lowest and target.condition == "<"):
        return f"{target.kpi} {target.condition} {value:g} {kpi.unit}: it is never below {kpi.lowest:g} {kpi.unit}"
    highest = _highest(target, names)
    if highest is not None and (value > highest or (value == highest and target.condition == ">")):
        of = f" in a cell, {highest:g} {kpi.unit} in all" if highest != kpi.highest else ""
        return (
            f"{target.kpi} {target.condition} {value:g} {kpi.unit}: it is never above {kpi.highest:g} {kpi.unit}{of}"
            f" ({kpi.bounds_source})"
        )
    return ""


def _highest(target: StatedTarget, names: NameTable) -> float | None:
    """Return the highest value that a KPI can have in all cells of a target together: that of one cell, unless cells add up."""
    kpi = kpi_definition(target.kpi)
    is_sum = kpi.across_cells == "sum" and kpi.highest is not None
    return kpi.highest * len(_cells(target.cells, names)) if is_sum and kpi.highest is not None else kpi.highest


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


def _contradicting_edits(reading: Reading, names: NameTable) -> str:
    """Return which edits of one cell exclude each other, or what the text forbids."""
    kept = frozenset[str]().union(*(_cells(one.cells, names) for one in reading.forbidden if one.what == "sleep"))
    values: dict[tuple[str, str | None, str, tuple[str, ...]], StatedEdit] = {}
    for edit in reading.edits:
        cells = sorted(_cells(edit.cells, names))
        if edit.value == _ASLEEP and (own := sorted(kept.intersection(cells))):
            return f"{own[0]} cannot be put to sleep and be kept awake"
        for cell in cells:
            other = values.setdefault((edit.attribute, edit.slice, cell, edit.towards), edit)
            if (other.value, other.delta) != (edit.value, edit.delta):
                return f"{edit.attribute} of {cell} cannot be {_said(other)} and {_said(edit)}"
    ratios = {key[:3]: edit.value for key, edit in values.items() if isinstance(edit.value, float) and key[0] in _RATIOS}
    return _contradicting_ratios(ratios)


def _said(edit: StatedEdit) -> str:
    if edit.delta is not None:
        return f"changed by {edit.delta:g}"
    return f"{edit.value:g}" if isinstance(edit.value, float) else str(edit.value)


def _contradicting_ratios(ratios: dict[tuple[str, str | None, str], float]) -> str:
    """Return which ratios of slices cannot be together: dedicated ≤ minimum ≤ maximum; a cell has 100 %."""
    for (attribute, of_slice, cell), value in ratios.items():
        for above in _RATIOS[_RATIOS.index(attribute) + 1 :]:
            if value > ratios.get((above, of_slice, cell), 100.0):
                return f"{attribute} {value:g} % of {of_slice} in {cell} is above {above} (TS 28.541 clause 4.3.36)"
    for kept in _RATIOS[:2]:
        for cell in {cell for attribute, _, cell in ratios if attribute == kept}:
            total = sum(value for (attribute, _, of), value in ratios.items() if attribute == kept and of == cell)
            if total > 100:
                return f"{kept} of the slices in {cell} is {total:g} % together: a cell has 100 %"
    return ""


def _all_asleep(reading: Reading, names: NameTable) -> str:
    """Return that no cell would be left on air; sleeping cells that are not named do not count as left."""
    off: frozenset[str] = frozenset()
    for edit in reading.edits:
        if edit.value in (_ASLEEP, "LOCKED"):
            off |= _cells(edit.cells, names)
    return "no cell would be left on air" if off and off >= names.all - names.asleep else ""


def _cells(cells: Cells, names: NameTable) -> frozenset[str]:
    return names.all if cells == "*" else frozenset(cells)
