"""Comparison of two estimates by the confidence interval of their difference; the one place where results are compared.

The interval of `first - second` is recovered from the two intervals (MOVER; Zou and Donner 2008, Statistics in Medicine 27). For
two proportions with Wilson intervals this is Newcombe's method 10 (1998, Statistics in Medicine 17), which stays valid where no
event, or only events, were counted. It is made for independent estimates; estimates from the same draws are positively
correlated, so that their interval is too wide rather than too narrow. A difference whose interval contains zero is "not
distinguishable": this is a result, not a tie in favour of the first.
"""

from __future__ import annotations

from enum import StrEnum
from math import sqrt
from typing import Protocol

from policies.evidence import Interval
from policies.word import Word


class Estimated(Protocol):
    """A value with its confidence interval."""

    @property
    def value(self) -> float:
        """The point estimate."""

    @property
    def interval(self) -> Interval:
        """Its confidence interval, which contains the value."""


class Finding(StrEnum):
    """What a comparison shows about the first estimate against the second."""

    LOWER = "lower"
    HIGHER = "higher"
    NOT_DISTINGUISHABLE = "not distinguishable"


class Difference(Word):
    """`value` is first minus second, with the confidence interval of the difference."""

    value: float
    interval: Interval

    @property
    def finding(self) -> Finding:
        """Lower or higher if the interval excludes zero, else not distinguishable."""
        if self.interval.high < 0.0:
            return Finding.LOWER
        return Finding.HIGHER if self.interval.low > 0.0 else Finding.NOT_DISTINGUISHABLE

    @property
    def is_lower(self) -> bool:
        """Whether the first is distinguishably lower."""
        return self.finding is Finding.LOWER

    @property
    def is_higher(self) -> bool:
        """Whether the first is distinguishably higher."""
        return self.finding is Finding.HIGHER


def difference(first: Estimated, second: Estimated, scale: float = 1.0) -> Difference:
    """Return first - `scale` × second with its interval; both estimates need the same confidence, `scale` ≥ 0.

    Raises ValueError for intervals of different confidence.
    """
    if first.interval.confidence != second.interval.confidence:
        levels = f"{first.interval.confidence:g} and {second.interval.confidence:g}"
        raise ValueError(f"interval confidences {levels} differ: estimate both at the same confidence")
    value = first.value - scale * second.value
    below = sqrt((first.value - first.interval.low) ** 2 + (scale * (second.interval.high - second.value)) ** 2)
    above = sqrt((first.interval.high - first.value) ** 2 + (scale * (second.value - second.interval.low)) ** 2)
    return Difference(value=value, interval=Interval(low=value - below, high=value + above, confidence=first.interval.confidence))
