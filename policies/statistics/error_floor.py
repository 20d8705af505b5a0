"""SNR-independent error floors: a block error rate that more SNR, and therefore more power, does not lower.

1. The tail of the curve, from some level to the highest, at least three levels, is flat or rising: its last rate is not
   distinguishably below any of the others.
2. It is shown not to fall as noise-limited fading does: errors that noise causes fall at least with 1/SNR (diversity order one,
   Rayleigh fading; Tse and Viswanath 2005, section 3.1), and the last rate is distinguishably above the first one scaled by that.
3. If every block of the tail may have failed, SNR far too low looks the same as a floor at one: the trend is `SATURATED`, and
   only a receiver with perfect channel knowledge on the same link can tell the two apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from policies.evidence import Interval
from policies.statistics.difference import difference
from policies.word import Word

MIN_LEVELS = 3


class RateAtSnr(Word):
    """An error rate 0..1 at an SNR in dB, with its interval."""

    snr_db: float
    value: float
    interval: Interval


class Trend(StrEnum):
    """How an error rate depends on the SNR at the highest levels."""

    FLOOR = "error floor"
    SATURATED = "every block fails"
    FALLING = "falling with SNR"
    NO_ERRORS = "no errors at the highest SNR"
    UNDETERMINED = "not distinguishable"


class SnrTrend(Word):
    """The trend, and the levels that show it, in order of SNR: the tail for a floor or saturation, else all."""

    trend: Trend
    levels: tuple[RateAtSnr, ...]

    @property
    def may_be_floor(self) -> bool:
        """Whether more SNR does not lower the rate over the tail."""
        return self.trend in (Trend.FLOOR, Trend.SATURATED)

    def describe(self) -> str:
        """Return the trend with its figures in one line."""
        rates = ", ".join(
            f"{100 * level.value:.3g} % ({_percent(level.interval)}) at {level.snr_db:g} dB" for level in self.levels
        )
        return f"{self.trend.value}: BLER {rates}"


def snr_trend(rates: Sequence[RateAtSnr]) -> SnrTrend:
    """Return the trend of error rates over SNR; with fewer than three distinct levels it is undetermined."""
    levels = tuple(sorted({rate.snr_db: rate for rate in rates}.values(), key=lambda rate: rate.snr_db))
    if len(levels) < MIN_LEVELS:
        return SnrTrend(trend=Trend.UNDETERMINED, levels=levels)
    for start in range(len(levels) - MIN_LEVELS + 1):
        tail = levels[start:]
        if _is_flat(tail):
            saturated = all(level.interval.high >= 1.0 for level in tail)
            return SnrTrend(trend=Trend.SATURATED if saturated else Trend.FLOOR, levels=tail)
    return SnrTrend(trend=_trend_without_floor(levels), levels=levels)


def _is_flat(tail: tuple[RateAtSnr, ...]) -> bool:
    first, last = tail[0], tail[-1]
    if any(difference(last, level).is_lower for level in tail[:-1]):
        return False
    return difference(last, first, scale=10.0 ** (-(last.snr_db - first.snr_db) / 10.0)).is_higher


def _trend_without_floor(levels: tuple[RateAtSnr, ...]) -> Trend:
    if any(difference(levels[-1], level).is_lower for level in levels[:-1]):
        return Trend.FALLING
    return Trend.NO_ERRORS if levels[-1].value == 0.0 else Trend.UNDETERMINED


def _percent(interval: Interval) -> str:
    return f"{100 * interval.low:.3g}–{100 * interval.high:.3g}"
