"""`BeamSelector`: the contract of classical and learned selectors: which beams to measure at a burst, and which beam serves next.

At burst t a session returns the beams to measure, receives their L1-RSRP and decides; its decision serves at burst t + 1 (report
and TCI activation take up to a burst period). Beams are measured in two ways with different cost: `common` beams once for all
terminals of the cell, `specific` beams for each terminal separately.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Choice:
    """Decision for N terminals: `ranking` int64[N, B], best beam first; `confidence` float32[N], probability that it is best."""

    ranking: NDArray[np.int64]
    confidence: Floats

    @property
    def beam(self) -> NDArray[np.int64]:
        """The serving beam, int64[N]."""
        return self.ranking[:, 0]


class Session(Protocol):
    """State of a selector for N terminals."""

    def beams_to_measure(self) -> NDArray[np.bool_]:
        """Return the beams to measure at this burst, bool[N, B]."""

    def decide(self, measured: Floats) -> Choice:
        """Return the choice for the next burst; `measured` float32[N, B] in dBm, NaN for beams that were not measured."""


class BeamSelector(Protocol):
    """Keeps terminals on their best beam; measures `common` beams per burst for the cell and `specific` beams per terminal."""

    @property
    def name(self) -> str:
        """Name of the selector in reports."""

    @property
    def common(self) -> int:
        """Beams measured per burst for all terminals of the cell."""

    @property
    def specific(self) -> int:
        """Beams measured per burst and terminal."""

    def begin(self, terminals: int) -> Session:
        """Start a session for terminals without measurements."""


def rotating_set(beams: int, stride: int, burst: int) -> NDArray[np.bool_]:
    """Return the beams of burst `burst`, bool[beams], if each beam is sent every `stride` bursts in turn."""
    mask: NDArray[np.bool_] = np.arange(beams) % stride == burst % stride
    return mask
