"""Classical selectors: the exhaustive sweep, the staggered sweep, and neighbour tracking.

Their confidence is the probability that the beam with the highest measurement is better than the one with the second highest,
for independent normal measurement errors with standard deviation `ERROR_DB`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.beams.selector import Choice, Floats, Session, rotating_set

ERROR_DB = 1.0
FLOOR_DBM = -140.0


@dataclass(frozen=True)
class Sweep:
    """Each beam is sent every `stride` bursts, in turn; the beam with the highest latest measurement serves.

    `stride` 1 is the exhaustive sweep of the SS burst set (TS 38.213 clause 4.1).
    """

    beams: int
    stride: int = 1

    @property
    def name(self) -> str:
        """Name of the selector in reports."""
        return "sweep" if self.stride == 1 else "staggered sweep"

    @property
    def common(self) -> int:
        """Beams measured per burst for all terminals of the cell."""
        return -(-self.beams // self.stride)

    @property
    def specific(self) -> int:
        """Beams measured per burst and terminal."""
        return 0

    def begin(self, terminals: int) -> Session:
        """Start a session without measurements."""
        return _SweepSession(terminals, self.beams, self.stride, reach=None)


@dataclass(frozen=True)
class NeighbourTracking:
    """A staggered sweep, plus each terminal's serving beam and its neighbours within `reach` at every burst."""

    beams: int
    stride: int = 4
    reach: int = 1

    @property
    def name(self) -> str:
        """Name of the selector in reports."""
        return "neighbour tracking"

    @property
    def common(self) -> int:
        """Beams measured per burst for all terminals of the cell."""
        return -(-self.beams // self.stride)

    @property
    def specific(self) -> int:
        """Beams measured per burst and terminal."""
        return 2 * self.reach + 1

    def begin(self, terminals: int) -> Session:
        """Start a session without measurements."""
        return _SweepSession(terminals, self.beams, self.stride, self.reach)


class _SweepSession:
    """Keeps the latest measurement of each beam."""

    def __init__(self, terminals: int, beams: int, stride: int, reach: int | None) -> None:
        self._latest = np.full((terminals, beams), FLOOR_DBM, dtype=np.float32)
        self._serving = np.zeros(terminals, dtype=np.int64)
        self._stride, self._reach, self._burst = stride, reach, 0

    def beams_to_measure(self) -> NDArray[np.bool_]:
        terminals, beams = self._latest.shape
        mask = np.tile(rotating_set(beams, self._stride, self._burst), (terminals, 1))
        for step in () if self._reach is None else range(-self._reach, self._reach + 1):
            mask[np.arange(terminals), (self._serving + step) % beams] = True
        return mask

    def decide(self, measured: Floats) -> Choice:
        self._burst += 1
        self._latest = np.where(np.isnan(measured), self._latest, measured).astype(np.float32)
        ranking = np.argsort(-self._latest, axis=1, kind="stable")
        self._serving = ranking[:, 0]
        first, second = (np.take_along_axis(self._latest, ranking[:, [place]], axis=1)[:, 0] for place in (0, 1))
        return Choice(ranking, _probability((first - second) / (ERROR_DB * 2.0**0.5)))


def _probability(deviations: Floats) -> Floats:
    from scipy.special import ndtr

    confidence: Floats = ndtr(deviations).astype(np.float32)
    return confidence
