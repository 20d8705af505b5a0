"""A limit: what one attribute of one class may be set to, and by which clause.

1. `kind` says how the values are bounded: a range on a grid, a set of numbers, an enumeration, a boolean, or a string pattern.
2. A boolean is not a number, a numeric string is not a number, NaN and infinities are refused; 25.0 is the integer 25.
3. `vendor_specific` says that the attribute stands in no 3GPP object model; its bounds may still come from a 3GPP clause.
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
        """Class and attribute, as they are named in messages."""
        return f"{self.class_name}.{self.attribute}"

    @property
    def source(self) -> str:
        """Specification, version and clause in one phrase, with a remark where the attribute is vendor-specific."""
        version = f" V{self.version}" if self.version else f" {self.release}" if self.release else ""
        place = f" clause {self.clause}" if self.clause[0].isdigit() else f", {self.clause}"
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
        """Return what is wrong with `value`, or None where it is allowed (whether the attribute is writable is not asked)."""
        if self.kind == "boolean":
            return None if isinstance(value, bool) else f"{value!r} is no boolean"
        if self.kind in ("enum", "string"):
            return self._text_objection(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"{value!r} is no number"
        if not math.isfinite(value):
            return f"{value!r} is no finite number"
        return self._number_objection(value)

    def _text_objection(self, value: Scalar) -> str | None:
        if not isinstance(value, str):
            return f"{value!r} is no text"
        if self.kind == "enum":
            return None if value in self.values else f"{value!r} is none of the values"
        return None if self._compiled.fullmatch(value) else f"{value!r} does not match"

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern)

    def _number_objection(self, value: float) -> str | None:
        if self.kind == "set":
            return None if value in self.values else f"{value!r} is none of the values"
        if self.low is None or self.high is None or not self.low <= value <= self.high:
            return f"{value!r} is out of range"
        if self.step is not None:
            steps = (value - self.low) / self.step
            if abs(steps - round(steps)) > _GRID_TOLERANCE:
                return f"{value!r} is not on the grid of {self.step:g}"
        return None

    def nearest(self, value: Scalar) -> Scalar:
        """Return the allowed value nearest to the number `value`, or the default where there is no such thing."""
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            return self.default
        if self.kind == "set":
            return min((number for number in self.values if not isinstance(number, str)), key=lambda one: abs(one - value))
        if self.kind != "range" or self.low is None or self.high is None:
            return self.default
        clipped = min(max(value, self.low), self.high)
        return clipped if self.step is None else round(self.low + round((clipped - self.low) / self.step) * self.step, 9)


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
    """Return which field is missing, or does not belong to the limit's kind, or None."""
    given = {name for name in ("low", "high", "step", "values", "pattern") if getattr(limit, name) not in (None, (), "")}
    stray = sorted(given - set(_FIELDS[limit.kind]))
    missing = sorted(set(_FIELDS[limit.kind]) - given - {"step"})
    if stray or missing:
        return f"kind={limit.kind!r}: " + "; ".join(
            [*(f"{one} is missing" for one in missing), *(f"{one} is not its" for one in stray)]
        )
    if limit.low is not None and limit.high is not None and limit.low >= limit.high:
        return f"low={limit.low} must lie below high={limit.high}"
    wanted = str if limit.kind == "enum" else float
    if not all(isinstance(value, wanted) for value in limit.values):
        return f"values={list(limit.values)}: a set holds numbers, an enum holds texts"
    return None
