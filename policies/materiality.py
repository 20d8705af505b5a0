"""The definition of a material worsening of a KPI, for predictions and for measurements.

The direction that is worse is given by the KPI (`KpiDefinition.better`), the thresholds by `policies/data/materiality.toml`.
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
THRESHOLDS = "policies/data/materiality.toml"
"""Where an operator finds and edits the thresholds."""


class Materiality(Word):
    """A worsening is material if it exceeds both the `relative` share (0..1) of the previous value and `absolute`, in KPI units.

    A value at `serves_well` or better harms no user, regardless of the previous value. overloaded: a cell at this value or above
    is called overloaded; None where the KPI does not tell that.
    """

    relative: float = Field(ge=0)
    absolute: float = Field(ge=0)
    serves_well: float | None = None
    overloaded: float | None = None


@cache
def _table() -> dict[str, Materiality]:
    with _FILE.open("rb") as file:
        return {kpi: Materiality.model_validate(entry) for kpi, entry in tomllib.load(file).items()}


def materiality(kpi: str) -> Materiality:
    """Return the thresholds of a KPI, or the default thresholds."""
    return _table().get(kpi, _table()["default"])


def badness(kpi: str, values: Sequence[float]) -> list[float]:
    """Return the values with the sign chosen so that a larger value is worse."""
    sign = -1.0 if kpi_definition(kpi).better == "higher" else 1.0
    return [sign * value for value in values]


def materiality_threshold(kpi: str, reference: float) -> float:
    """Return the threshold, in the KPI's unit, by which a value must be worse than `reference` to be material."""
    thresholds = materiality(kpi)
    return max(thresholds.relative * abs(reference), thresholds.absolute)


def is_worse(kpi: str, value: float, reference: float) -> bool:
    """Whether `value` is materially worse than `reference`; always false for a KPI without a better direction."""
    if kpi_definition(kpi).better == "neutral":
        return False
    after, before = badness(kpi, [value, reference])
    return after - before > materiality_threshold(kpi, reference)


def serves_well(kpi: str, value: float) -> bool:
    """Whether a value is good enough to harm no user, regardless of the previous value."""
    bound = materiality(kpi).serves_well
    return bound is not None and badness(kpi, [value]) <= badness(kpi, [bound])
