"""Output of the beam twin: true and measured RSRP of every beam over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twins.beams.scenario import BeamScenario

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class BeamTraces:
    """N trajectories of T bursts over B beams.

    `rsrp_dbm`, `measured_dbm` float32[N, T, B], dBm per resource element: true (over the SSB's 20 PRB) and L1-RSRP as reported
    (TS 38.215 clause 5.1.1, TS 38.133 clause 10.1.6: 1 dB steps from -140 to -40 dBm); `positions_m` float32[N, T, 2] from the
    gNB, x along boresight; `speed_mps` float32[N]; `line_of_sight` float32[N, T], 0..1; `blockage_db` float32[N, T] of the
    direct path.
    """

    scenario: BeamScenario
    seed: int
    rsrp_dbm: Floats
    measured_dbm: Floats
    positions_m: Floats
    speed_mps: Floats
    line_of_sight: Floats
    blockage_db: Floats

    @property
    def best(self) -> NDArray[np.int64]:
        """Index of the beam with the highest true RSRP, int64[N, T]."""
        best: NDArray[np.int64] = self.rsrp_dbm.argmax(axis=-1)
        return best

    @property
    def azimuth_deg(self) -> Floats:
        """Direction of the terminal from boresight, counter-clockwise: float32[N, T]."""
        angles: Floats = np.degrees(np.arctan2(self.positions_m[..., 1], self.positions_m[..., 0])).astype(np.float32)
        return angles
