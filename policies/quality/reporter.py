"""What is known about the network whose measurements are checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# Peak rate of a DL carrier per MHz, Mbit/s: 8 layers (TS 38.211 clause 7.3.1.3) of 10 bits x 948/1024 (1024QAM, TS 38.214 clause
# 5.1.3.1).
_PEAK_MBPS_PER_MHZ = 8 * 10 * 948 / 1024


@dataclass(frozen=True, slots=True)
class Carrier:
    """The carrier of a cell: bandwidth in MHz, number of PRBs."""

    bandwidth_mhz: float
    prbs: int

    @property
    def peak_mbps(self) -> float:
        """No throughput of the cell can be above it, Mbit/s."""
        return self.bandwidth_mhz * _PEAK_MBPS_PER_MHZ


@dataclass(frozen=True, slots=True)
class Reporter:
    """The reporting network: its time, granularity period in seconds, and carriers by the cell's DN; None or empty if unknown."""

    now: datetime | None = None
    granularity_s: float | None = None
    carriers: Mapping[str, Carrier] = field(default_factory=dict)
