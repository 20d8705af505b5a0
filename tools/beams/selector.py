"""`BeamSelector`: which beams to measure at a burst, and which beam to serve until the next. Classical and learned ones stand
behind it.

Time: at burst t a session says what it wants measured, is told the L1-RSRP of these beams, and decides; its decision serves at
burst t + 1 (report and TCI activation take up to a burst period). Beams are measured in two ways with different cost: `common`
ones once for all terminals of the cell, `specific` ones for each terminal by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Choice:
    """What N terminals are to be served with: `ranking` int64[N, B], best beam first; `confidence` float32[N], probability
    that it is the best.
    """

    ranking: NDArray[np.int64]
    confidence: Floats

    @property
    def beam(self) -> NDArray[np.int64]:
        """The beam that serves: int64[N]."""
        return self.ranking[:, 0]


class Session(Protocol):
    """N terminals on their way."""

    def wanted(self) -> NDArray[np.bool_]:
        """Return which beams to measure at this burst: bool[N, B]."""

    def decide(self, measured: Floats) -> Choice:
        """Take float32[N, B] dBm, NaN where not measured, and return what serves at the next burst."""


class BeamSelector(Protocol):
    """A way to keep terminals on their best beam; `common` and `specific` are the beams measured per burst for the cell and
    per terminal.
    """

    @property
    def name(self) -> str:
        """How reports call it."""

    @property
    def common(self) -> int:
        """Beams measured per burst, for all terminals of the cell."""

    @property
    def specific(self) -> int:
        """Beams measured per burst and terminal."""

    def begin(self, terminals: int) -> Session:
        """Return a session for terminals of which nothing is known yet."""


def rotating_set(beams: int, stride: int, burst: int) -> NDArray[np.bool_]:
    """Return the beams of burst `burst` where each beam is sent every `stride` bursts, in turn: bool[beams]."""
    mask: NDArray[np.bool_] = np.arange(beams) % stride == burst % stride
    return mask
