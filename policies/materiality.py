"""When a KPI is worse, by so much that it matters: the one definition, for predictions and for measurements.

Which direction is worse is the KPI's own (`KpiDefinition.better`), how much matters is data: `policies/data/materiality.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pydantic import Field

from policies.kpi import kpi_definition
from policies.word import Word

_FILE = Path(__file__).parent / "data" / "materiality.toml"


class Materiality(Word):
    """A worsening matters above the `relative` part (0..1) of the value before and above `absolute`, in the KPI's unit.

    At `serves_well` and better nobody is harmed, whatever the value was before.
    """

    relative: float = Field(ge=0)
    absolute: float = Field(ge=0)
    serves_well: float | None = None


@cache
def _table() -> dict[str, Materiality]:
    with _FILE.open("rb") as file:
        return {kpi: Materiality.model_validate(entry) for kpi, entry in tomllib.load(file).items()}


def materiality(kpi: str) -> Materiality:
    """Return the thresholds of a KPI, or the default ones."""
    return _table().get(kpi, _table()["default"])


def badness(kpi: str, values: Sequence[float]) -> list[float]:
    """Return the values with the sign that makes more worse."""
    sign = -1.0 if kpi_definition(kpi).better == "higher" else 1.0
    return [sign * value for value in values]


def least_worsening(kpi: str, reference: float) -> float:
    """Return by how much, in the KPI's unit, a value must be worse than `reference` to matter."""
    thresholds = materiality(kpi)
    return max(thresholds.relative * abs(reference), thresholds.absolute)


def is_worse(kpi: str, value: float, reference: float) -> bool:
    """Whether `value` is worse than `reference` by more than what matters; never so for a KPI without a good direction."""
    if kpi_definition(kpi).better == "neutral":
        return False
    after, before = badness(kpi, [value, reference])
    return after - before > least_worsening(kpi, reference)


def serves_well(kpi: str, value: float) -> bool:
    """Whether a value is so good that nobody is harmed by it, whatever it was before."""
    bound = materiality(kpi).serves_well
    return bound is not None and badness(kpi, [value]) <= badness(kpi, [bound])
