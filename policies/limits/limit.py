"""A limit: the allowed values of an attribute of a class, with the clause they come from.

1. `kind` is the type of bound: a range with an optional step, a set of numbers, an enumeration, a boolean, or a string pattern.
2. Booleans and numeric strings are not numbers, NaN and infinities are refused; 25.0 equals the integer 25.
3. `vendor_specific` marks attributes that are not in a 3GPP object model; their bounds may still come from a 3GPP clause.
"""

from __future__ import annotations

import math
import re
from functools import cached_property
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from policies.managed_object import Scalar
from policies.word import Word

# Values are decimal fractions in binary floats: 0.3 is on a grid of 0.1 although 0.3 / 0.1 is 2.9999999999999996.
_GRID_TOLERANCE = 1e-6

Theme = Literal[
    "slicing", "mobility", "power", "carrier", "admission", "energy saving", "beam", "receiver", "scheduler", "mission"
]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Limit(Word):
    """The bounds of `attribute` of `class_name` in `unit`, with their source.

    `low`, `high` and `step` belong to a range, `values` to a set or an enumeration, `pattern` to a string.
    """

    model_config = ConfigDict(populate_by_name=True)

    class_name: str = Field(alias="class", pattern=r"^[A-Z][A-Za-z0-9]*$")
    attribute: str = Field(min_length=1)
    theme: Theme
    kind: Literal["range", "set", "enum", "boolean", "string"]
    low: Number | None = None
    high: Number | None = None
    step: Annotated[Number, Field(gt=0)] | None = None
    values: tuple[Number | str, ...] = ()
    pattern: str = ""
    unit: str = ""
    default: Scalar = None
    specification: str = Field(min_length=1)
    release: str = ""
    version: str = ""
    clause: str = Field(min_length=1)
    vendor_specific: bool = False
    read_only: bool = False
    effect: str = Field(min_length=1)
    clause_text: str = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Limit:
        problem = _malformed(self)
        if problem:
            raise ValueError(problem)
        if self.default is not None and (objection := self.objection(self.default)):
            raise ValueError(f"default: {objection}; allowed {self.allowed}")
        return self

    @property
    def name(self) -> str:
        """Class and attribute, as used in messages."""
        return f"{self.class_name}.{self.attribute}"

    @property
    def source(self) -> str:
        """Specification, version and clause in one phrase, with a remark if the attribute is vendor-specific."""
        version = f" V{self.version}" if self.version else f" {self.release}" if self.release else ""
        place = f" clause {self.clause}" if self.clause[0].isdecimal() else f", {self.clause}"
        return f"{self.specification}{version}{place}" + (", vendor-specific at O1" if self.vendor_specific else "")

    @cached_property
    def allowed(self) -> str:
        """The allowed values in one phrase, with the unit."""
        unit = f" {self.unit}" if self.unit else ""
        if self.kind == "range":
            grid = f" in steps of {self.step:g}" if self.step else ""
            return f"{_text(self.low)}..{_text(self.high)}{unit}{grid}"
        if self.kind == "boolean":
            return "true or false"
        if self.kind == "string":
            return f"text that matches {self.pattern}"
        return "one of " + ", ".join(_text(value) for value in self.values) + unit

    def objection(self, value: Scalar) -> str | None:
        """Return why `value` is not allowed, or None if it is (regardless of `read_only`)."""
        if self.kind == "boolean":
            return None if isinstance(value, bool) else f"{value!r} is not a boolean"
        if self.kind in ("enum", "string"):
            return self._text_objection(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"{value!r} is not a number"
        if not math.isfinite(value):
            return f"{value!r} is not a finite number"
        return self._number_objection(value)

    def _text_objection(self, value: Scalar) -> str | None:
        if not isinstance(value, str):
            return f"{value!r} is not a string"
        if self.kind == "enum":
            return None if value in self.values else f"{value!r} is not one of the values"
        return None if self._compiled.fullmatch(value) else f"{value!r} does not match"

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def _number_objection(self, value: float) -> str | None:
        if self.kind == "set":
            return None if value in self.values else f"{value!r} is not one of the values"
        if self.low is None or self.high is None or not self.low <= value <= self.high:
            return f"{value!r} is out of range"
        if self.step is not None:
            steps = (value - self.low) / self.step
            if abs(steps - round(steps)) > _GRID_TOLERANCE:
                return f"{value!r} is not a multiple of the step {self.step:g} from {self.low:g}"
        return None

    def nearest(self, value: Scalar) -> Scalar:
        """Return the allowed value nearest to the number `value`, or the default if there is none."""
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            return self.default
        if self.kind == "set":
            return min((number for number in self.values if not isinstance(number, str)), key=lambda number: abs(number - value))
        if self.kind != "range" or self.low is None or self.high is None:
            return self.default
        clipped = min(max(value, self.low), self.high)
        return clipped if self.step is None else round(self.low + round((clipped - self.low) / self.step) * self.step, 9)

    def nearest_within(self, value: float, low: float, high: float) -> float | None:
        """Return the allowed number in `low`..`high` (may be infinite) that is nearest to `value`, None if there is none."""
        if self.kind == "set":
            numbers = [number for number in self.values if not isinstance(number, str) and low <= number <= high]
            return min(numbers, key=lambda number: abs(number - value), default=None)
        if self.kind != "range" or self.low is None or self.high is None:
            return None
        low, high = max(low, self.low), min(high, self.high)
        if self.step is not None:
            low = self.low + math.ceil((low - self.low) / self.step - _GRID_TOLERANCE) * self.step
            high = self.low + math.floor((high - self.low) / self.step + _GRID_TOLERANCE) * self.step
            value = low + round((value - low) / self.step) * self.step
        return round(min(max(value, low), high), 9) if low <= high else None


def _text(value: float | str | None) -> str:
    return value if isinstance(value, str) else f"{value:.12g}"


_FIELDS: dict[str, tuple[str, ...]] = {
    "range": ("low", "high", "step"),
    "set": ("values",),
    "enum": ("values",),
    "boolean": (),
    "string": ("pattern",),
}


def _malformed(limit: Limit) -> str | None:
    """Return the problem of a limit whose fields do not fit its kind, or None."""
    present = {name for name in ("low", "high", "step", "values", "pattern") if getattr(limit, name) not in (None, (), "")}
    stray = sorted(present - set(_FIELDS[limit.kind]))
    missing = sorted(set(_FIELDS[limit.kind]) - present - {"step"})
    if stray or missing:
        problems = [*(f"{name} is missing" for name in missing), *(f"{name} is not a field of this kind" for name in stray)]
        return f"kind={limit.kind!r}: " + "; ".join(problems)
    if limit.low is not None and limit.high is not None and limit.low >= limit.high:
        return f"low={limit.low} must be below high={limit.high}"
    value_type = str if limit.kind == "enum" else float
    if not all(isinstance(value, value_type) for value in limit.values):
        return f"values={list(limit.values)}: a set contains numbers, an enum contains strings"
    return None
