"""From a wideband CQI histogram to the distribution of effective SINR (TS 38.214 clause 5.2.2.1)."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from tools.contract import ToolValue

CQI_COUNT = 16


class SinrQuantile(ToolValue):
    """A quantile of the effective SINR after combining, in dB: known only within its CQI's bin, which may be open."""

    share: float = Field(description="share of reports at or below")
    cqi: int = Field(ge=0, le=15)
    sinr_db: float
    low_db: float | None = Field(description="lower edge of the bin, None for CQI 0")
    high_db: float | None = Field(description="upper edge of the bin, None for CQI 15: the SINR may be any above the lower edge")

    @property
    def is_open(self) -> bool:
        """Whether only one edge of the bin is known."""
        return self.low_db is None or self.high_db is None


def sinr_quantile(counts: Sequence[float], share: float, mcs_table: int = 1) -> SinrQuantile:
    """Return the quantile `share` (0..1, both excluded) of the SINR behind `counts`, reports of CQI 0..15.

    Linear within a bin; in an open bin its edge. Thresholds are those of `twins.radio.link_adaptation` at MCS table `mcs_table`.
    Raises ValueError for other than 16 counts, none at all, or a share out of range.
    """
    from twins.radio.link_adaptation import cqi_thresholds_db

    if len(counts) != CQI_COUNT or min(counts) < 0.0 or sum(counts) <= 0.0:
        raise ValueError(f"counts={list(counts)}: give the reports of CQI 0..15, none negative and not all zero")
    if not 0.0 < share < 1.0:
        raise ValueError(f"share={share} is outside (0, 1): give 0.5 for the median")
    edges: list[float | None] = [None, *(float(edge) for edge in cqi_thresholds_db(mcs_table)), None]
    wanted, below = share * sum(counts), 0.0
    cqi = 0
    while below + counts[cqi] < wanted:
        below += counts[cqi]
        cqi += 1
    low, high = edges[cqi], edges[cqi + 1]
    sinr = _within(low, high, (wanted - below) / counts[cqi])
    return SinrQuantile(share=share, cqi=cqi, sinr_db=sinr, low_db=low, high_db=high)


def _within(low: float | None, high: float | None, part: float) -> float:
    if low is None or high is None:
        edge = high if low is None else low
        assert edge is not None
        return edge
    return low + part * (high - low)
