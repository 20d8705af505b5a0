"""Checks of bounds against the KPI's range, the carrier's peak rate, the slot duration, and each other."""

from __future__ import annotations

from collections.abc import Iterable

from agents.understanding.result import Impossible, ReadingError
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent
from twins.network import Cell, NetworkCard

# TS 38.306 clause 4.1.2, per layer: 256QAM, code rate 948/1024, overhead 0.14 for FR1 downlink.
_BITS_PER_SYMBOL = 8
_CODE_RATE = 948 / 1024
_OVERHEAD = 0.14
_SYMBOLS_PER_SLOT = 14
_MAX_LAYERS = 4
_RATES = ("DRB.UEThpDl", "DRB.UEThpDl.P05")
_DELAYS = ("DRB.PdcpSduDelayDl", "DRB.PdcpSduDelayDl.P95")


def peak_rate_mbps(cell: Cell, layers: int = _MAX_LAYERS) -> float:
    """Return the carrier's highest DL rate in Mbit/s with `layers` (1..8) MIMO layers, by TS 38.306 clause 4.1.2."""
    slots_per_second = 1000 * cell.subcarrier_spacing_khz / 15
    symbols = cell.prbs * 12 * _SYMBOLS_PER_SLOT * slots_per_second
    return layers * symbols * _BITS_PER_SYMBOL * _CODE_RATE * (1 - _OVERHEAD) / 1e6


def slot_ms(cell: Cell) -> float:
    """Return the slot duration in ms (TS 38.211 clause 4.3.2); a scheduled packet waits for the next slot."""
    return 15 / cell.subcarrier_spacing_khz


def check_bounds(intent: Intent, card: NetworkCard) -> None:
    """Raise ReadingError(Impossible) for the first bound that no network, or no cell of this one, can keep."""
    for target_object, target in intent.bounds():
        _check_range(target)
        _check_physics(target, _cells(target_object, card))
    _check_contradiction(intent.bounds())


def _cells(target_object: ExpectationObject, card: NetworkCard) -> list[Cell]:
    return [cell for cell in card.cells if not target_object.cells or cell.dn in target_object.cells]


def _refuse(target: ExpectationTarget, why: str, nearest: str) -> None:
    raise ReadingError(Impossible(reason=f"{target.describe()}: {why}", nearest=nearest))


def _check_range(target: ExpectationTarget) -> None:
    definition, value = target.definition, target.value
    assert value is not None
    if value < definition.lowest or (value <= definition.lowest and target.condition is Condition.LESS):
        _refuse(
            target,
            f"{target.kpi} is never below {definition.lowest:g} {definition.unit}",
            f"a bound above {definition.lowest:g} {definition.unit}",
        )
    highest = definition.highest
    if highest is not None and (value > highest or (target.condition is Condition.GREATER and value >= highest)):
        _refuse(
            target,
            f"{target.kpi} is never above {highest:g} {definition.unit}",
            f"a bound of at most {highest:g} {definition.unit}",
        )


def _check_physics(target: ExpectationTarget, cells: list[Cell]) -> None:
    value = target.value
    assert value is not None
    if target.kpi in _RATES and not target.condition.is_upper_bound:
        peak = max(peak_rate_mbps(cell) for cell in cells)
        if value > peak:
            how = f"{_MAX_LAYERS} layers and 256QAM (TS 38.306 clause 4.1.2)"
            why = f"above the peak rate of the carrier, {peak:.0f} Mbit/s with {how}"
            _refuse(target, why, f"at most {peak:.0f} Mbit/s for one user alone in the cell")
    if target.kpi in _DELAYS and target.condition.is_upper_bound:
        shortest = min(slot_ms(cell) for cell in cells)
        if value < shortest:
            spacing = max(cell.subcarrier_spacing_khz for cell in cells)
            why = f"shorter than one slot, {shortest:g} ms at {spacing} kHz (TS 38.211 clause 4.3.2)"
            _refuse(target, why, f"{target.kpi} ≥ {shortest:g} ms, one slot")


def _check_contradiction(bounds: Iterable[tuple[ExpectationObject, ExpectationTarget]]) -> None:
    floors: dict[tuple[str, object], ExpectationTarget] = {}
    ceilings: dict[tuple[str, object], ExpectationTarget] = {}
    pairs = list(bounds)
    for target_object, target in pairs:
        side = ceilings if target.condition.is_upper_bound else floors
        side[(target.kpi, target_object)] = _stricter(side.get((target.kpi, target_object)), target)
    for key, floor in floors.items():
        ceiling = ceilings.get(key)
        if ceiling is not None and not _leaves_room(floor, ceiling):
            reason = f"{floor.describe()} and {ceiling.describe()} contradict each other"
            raise ReadingError(
                Impossible(reason=reason, nearest=f"only one of the two: {floor.describe()}, or {ceiling.describe()}")
            )


def _stricter(first: ExpectationTarget | None, second: ExpectationTarget) -> ExpectationTarget:
    if first is None or first.value is None or second.value is None:
        return second
    return first if (second.value > first.value) == second.condition.is_upper_bound else second


def _leaves_room(floor: ExpectationTarget, ceiling: ExpectationTarget) -> bool:
    assert floor.value is not None and ceiling.value is not None
    strict = Condition.GREATER is floor.condition or Condition.LESS is ceiling.condition
    return floor.value < ceiling.value or (floor.value == ceiling.value and not strict)
