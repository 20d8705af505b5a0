"""Distribution of effective SINR from a wideband CQI histogram (TS 38.214 clause 5.2.2.1)."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from tools.contract import ToolValue

CQI_COUNT = 16


class SinrQuantile(ToolValue):
    """A quantile of the effective SINR after combining, dB; its accuracy is that of the CQI's bin, which may be open."""

    share: float = Field(description="share of reports at or below")
    cqi: int = Field(ge=0, le=15)
    sinr_db: float
    low_db: float | None = Field(description="lower edge of the bin, None for CQI 0")
    high_db: float | None = Field(description="upper edge of the bin, None for CQI 15: any SINR above the lower edge")

    @property
    def is_open(self) -> bool:
        """Whether the bin has only one edge."""
        return self.low_db is None or self.high_db is None


def sinr_quantile(counts: Sequence[float], share: float, mcs_table: int = 1) -> SinrQuantile:
    """Return the SINR quantile at `share` (0..1, both excluded) from `counts`, the number of reports of CQI 0..15.

    Interpolated linearly within a bin; an open bin gives its edge. The bin edges are the CQI thresholds of
    `twins.radio.link_adaptation` for `mcs_table`. Raises ValueError unless there are 16 counts, not negative and not all zero,
    and for a share out of range.
    """
    from twins.radio.link_adaptation import cqi_thresholds_db

    if len(counts) != CQI_COUNT or min(counts) < 0.0 or sum(counts) <= 0.0:
        raise ValueError(f"counts={list(counts)}: give the reports of CQI 0..15, none negative and not all zero")
    if not 0.0 < share < 1.0:
        raise ValueError(f"share={share} is outside (0, 1): give 0.5 for the median")
    edges: list[float | None] = [None, *(float(edge) for edge in cqi_thresholds_db(mcs_table)), None]
    rank, below = share * sum(counts), 0.0
    cqi = 0
    while below + counts[cqi] < rank:
        below += counts[cqi]
        cqi += 1
    low, high = edges[cqi], edges[cqi + 1]
    sinr = _interpolate(low, high, (rank - below) / counts[cqi])
    return SinrQuantile(share=share, cqi=cqi, sinr_db=sinr, low_db=low, high_db=high)


def _interpolate(low: float | None, high: float | None, part: float) -> float:
    if low is None or high is None:
        edge = high if low is None else low
        assert edge is not None
        return edge
    return low + part * (high - low)
