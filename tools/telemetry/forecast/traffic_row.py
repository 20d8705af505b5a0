"""A row of a traffic forecast."""

from __future__ import annotations

from policies.slices import Slice
from policies.word import Word


class TrafficRow(Word):
    """Forecast for a cell and slice: mean over a time window, with the bounds of a 90 % prediction interval."""

    cell: str
    slice: Slice
    users: float
    users_low: float
    users_high: float
    volume_mbps: float
    volume_mbps_low: float
    volume_mbps_high: float
