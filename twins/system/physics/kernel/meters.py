"""Event counters of the kernels; `twins.system.physics.metering` converts the counts into KPIs at the end of a window."""

from __future__ import annotations

import math

from twins.compiled import compiled
from twins.system.physics.state import DELAY_BINS, DELAY_FIRST_MS, DELAY_RATIO, Records

_LOG_RATIO = math.log(DELAY_RATIO)


@compiled
def record_delay(shares: Records, delays: Records, c: int, s: int, delay_ms: float, sdus: float) -> None:
    """Count `sdus` delivered with a delay of `delay_ms`."""
    share = shares[c, s]
    share.delay_ms += delay_ms * sdus
    share.delivered_sdus += sdus
    index = int(math.log(max(delay_ms, DELAY_FIRST_MS) / DELAY_FIRST_MS) / _LOG_RATIO)
    delays[c, s, min(index, DELAY_BINS - 1)] += sdus


@compiled
def close_throughput(clock: Records, ues: Records, shares: Records, samples: Records, u: int, tti_ms: float) -> None:
    """End a terminal's throughput measurement in its cell: bits over the time in which its buffer held data (TS 28.552,
    5.1.1.3.1)."""
    ue = ues[u]
    if ue.window_ttis > 0 and ue.serving >= 0:
        mbps = ue.window_bits / (ue.window_ttis * tti_ms * 1e3)
        shares[ue.serving, ue.slice].throughput_mbps += mbps
        shares[ue.serving, ue.slice].throughput_ues += 1.0
        if clock[1] < samples.shape[0]:
            sample = samples[clock[1]]
            sample.cell, sample.slice, sample.mbps = ue.serving, ue.slice, mbps
            clock[1] += 1
    ue.window_bits = 0.0
    ue.window_ttis = 0
