"""Material worsening of a KPI: the single definition, for predictions and for measurements.

The direction of worsening is that of `KpiDefinition.better`; the thresholds are data: `policies/data/materiality.toml`.
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
    """Thresholds: a worsening is material above `relative` (0..1) times the reference and above `absolute`, in the KPI's unit.

    A value at or better than `serves_well` harms no user, whatever the value was before.
    """

    relative: float = Field(ge=0)
    absolute: float = Field(ge=0)
    serves_well: float | None = None


@cache
def _table() -> dict[str, Materiality]:
    with _FILE.open("rb") as file:
        return {kpi: Materiality.model_validate(entry) for kpi, entry in tomllib.load(file).items()}


def materiality(kpi: str) -> Materiality:
    """Return the thresholds of a KPI, or the default thresholds."""
    return _table().get(kpi, _table()["default"])


def badness(kpi: str, values: Sequence[float]) -> list[float]:
    """Return the values with the sign that makes higher worse."""
    sign = -1.0 if kpi_definition(kpi).better == "higher" else 1.0
    return [sign * value for value in values]


def material_worsening(kpi: str, reference: float) -> float:
    """Return the threshold, in the KPI's unit, above which a worsening from `reference` is material."""
    thresholds = materiality(kpi)
    return max(thresholds.relative * abs(reference), thresholds.absolute)


def is_worse(kpi: str, value: float, reference: float) -> bool:
    """Whether `value` is materially worse than `reference`; always False for a neutral KPI."""
    if kpi_definition(kpi).better == "neutral":
        return False
    after, before = badness(kpi, [value, reference])
    return after - before > material_worsening(kpi, reference)


def serves_well(kpi: str, value: float) -> bool:
    """Whether a value is so good that it harms no user, whatever it was before."""
    bound = materiality(kpi).serves_well
    return bound is not None and badness(kpi, [value]) <= badness(kpi, [bound])
