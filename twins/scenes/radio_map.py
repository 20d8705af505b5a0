"""A radio map: the path gain from each transmitter to each cell, and the quantities derived from it.

A cell without a path has -inf dB (a gain of zero), never NaN. Arrays are indexed [transmitter, row, column] or [row, column]; row
0 is at the lowest y, column 0 at the lowest x.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from policies.provenance import Provenance
from twins.scenes.request import SceneRequest

Floats: TypeAlias = NDArray[np.float32]
Flags: TypeAlias = NDArray[np.bool_]

NO_SERVER = -1


@dataclass(frozen=True)
class RadioMap:
    """The map of `request`.

    `path_gain_db` float32[T, R, C]: mean over the cell of the squared channel coefficient to an isotropic receiver, transmit
    antenna included; `line_of_sight` bool[T, R, C]: nothing between cell centre and transmitter; `open_sky` bool[R, C]: nothing
    above the cell centre (False inside buildings, under roofs and bridges); `ground_m` float32[R, C]: z of the ground that the
    receiver height counts from; `surface_m` float32[r, c]: z of the scene's top surface over the map's rectangle, at its own
    resolution; number of `objects` in the scene; `seconds` of wall time of tracing.
    """

    request: SceneRequest
    path_gain_db: Floats
    line_of_sight: Flags
    open_sky: Flags
    ground_m: Floats
    surface_m: Floats
    objects: int
    seconds: float
    provenance: Provenance

    @cached_property
    def best_gain_db(self) -> Floats:
        """Largest path gain over the transmitters, float32[R, C] in dB."""
        gains: Floats = self.path_gain_db.max(axis=0)
        return gains

    @cached_property
    def rss_dbm(self) -> Floats:
        """Received power over the whole carrier, float32[T, R, C] in dBm."""
        powers = np.array([transmitter.power_dbm for transmitter in self.request.transmitters], dtype=np.float32)
        received: Floats = self.path_gain_db + powers[:, None, None]
        return received

    @cached_property
    def best_server(self) -> NDArray[np.int16]:
        """Index of the transmitter with the highest received power, int16[R, C]; -1 for cells without a path."""
        strongest = self.rss_dbm.argmax(axis=0).astype(np.int16)
        return np.where(np.isfinite(self.best_gain_db), strongest, np.int16(NO_SERVER))

    @cached_property
    def sinr_db(self) -> Floats:
        """SINR of the best server in dB, float32[R, C], with all transmitters at full power on the same carrier."""
        power_mw = 10.0 ** (self.rss_dbm.astype(np.float64) / 10.0)
        signal = power_mw.max(axis=0)
        interference_and_noise = power_mw.sum(axis=0) - signal + 10.0 ** (self.request.noise_dbm / 10.0)
        with np.errstate(divide="ignore"):
            ratio: Floats = (10.0 * np.log10(signal / interference_and_noise)).astype(np.float32)
        return ratio

    @property
    def x_m(self) -> NDArray[np.float64]:
        """Centres of the columns, m."""
        x_min, size = self.request.rectangle[0], self.request.cell_size_m
        centres = x_min + size * (np.arange(self.request.shape[1], dtype=np.float64) + 0.5)
        return np.asarray(centres, dtype=np.float64)

    @property
    def y_m(self) -> NDArray[np.float64]:
        """Centres of the rows, m."""
        y_min, size = self.request.rectangle[1], self.request.cell_size_m
        centres = y_min + size * (np.arange(self.request.shape[0], dtype=np.float64) + 0.5)
        return np.asarray(centres, dtype=np.float64)
