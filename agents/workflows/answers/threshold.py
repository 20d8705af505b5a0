"""The threshold by which cells are called overloaded, poor, or within a bound, with its source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.understanding.result import NetworkQuestion
from policies.intent import ExpectationTarget, bound_condition_of
from policies.kpi import kpi_definition
from policies.materiality import THRESHOLDS, materiality


@dataclass(frozen=True)
class Threshold:
    """What a KPI's mean is compared with, and where that comes from; `beyond` tells whether a value is what was asked for."""

    kpi: str
    words: str
    source: str
    beyond: Callable[[float], bool]


def threshold_of(question: NetworkQuestion, kpi: str) -> Threshold | None:
    """Return the operator's bound on the KPI, else ours for what was asked; None if there is none."""
    own = [target for target in question.targets if target.kpi == kpi and not target.condition.is_objective]
    if own:
        words = " and ".join(_in_words(target) for target in own)
        return Threshold(kpi, words, "your bound", lambda value: all(target.is_met_by(value) for target in own))
    limits, unit = materiality(kpi), kpi_definition(kpi).unit
    if question.state == "overloaded" and limits.overloaded is not None:
        least = limits.overloaded
        words = f"{kpi_definition(kpi).title} ≥ {least:g} {unit}"
        return Threshold(kpi, words, f"`overloaded` in {THRESHOLDS}", lambda value: value >= least)
    if question.state == "poor" and limits.serves_well is not None:
        good = ExpectationTarget(kpi=kpi, condition=bound_condition_of(kpi), value=limits.serves_well, unit=unit)
        side = ">" if good.condition.is_upper_bound else "<"
        words = f"{kpi_definition(kpi).title} {side} {limits.serves_well:g} {unit}"
        source = f"beyond `serves_well` in {THRESHOLDS}, at which nobody is harmed"
        return Threshold(kpi, words, source, lambda value: not good.is_met_by(value))
    return None


def _in_words(target: ExpectationTarget) -> str:
    return f"{target.definition.title} {target.condition.symbol} {target.value:g} {target.unit}"
