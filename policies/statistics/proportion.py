"""An event rate estimated from counts, with its Wilson interval (Wilson 1927)."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from policies.evidence import Interval
from policies.word import Word

CONFIDENCE = 0.95


class Proportion(Word):
    """A rate 0..1 with its interval, which has a width even if no event, or only events, were counted."""

    value: float
    interval: Interval


def proportion(events: int, trials: int, confidence: float = CONFIDENCE) -> Proportion:
    """Estimate a rate from `events` of `trials` independent trials; raises ValueError unless 0 ≤ events ≤ trials, trials ≥ 1."""
    if trials < 1 or not 0 <= events <= trials:
        raise ValueError(f"events={events} of trials={trials}: allowed 0 ≤ events ≤ trials and trials ≥ 1")
    z, rate = NormalDist().inv_cdf(0.5 + 0.5 * confidence), events / trials
    centre = (rate + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    low, high = max(0.0, min(centre - half, rate)), min(1.0, max(centre + half, rate))
    return Proportion(value=rate, interval=Interval(low=low, high=high, confidence=confidence))
