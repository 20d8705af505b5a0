"""The array response and the gain of each codebook beam in a direction.

Angles in degrees: azimuth from boresight, counter-clockwise; elevation above the horizon.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twins.beams.scenario import BeamArray

ELEMENT_GAIN_DBI, BEAMWIDTH_DEG, MAX_ATTENUATION_DB = 8.0, 65.0, 30.0  # TR 38.901 table 7.3-1
Complexes = NDArray[np.complex64]


def beam_directions(array: BeamArray) -> NDArray[np.float64]:
    """Return u = sin(azimuth) of each beam's peak at the horizon, float64[B], ascending in [-1, 1)."""
    beams = array.beams
    return 2.0 * (np.arange(beams) - beams // 2) / beams


def codebook_weights(array: BeamArray) -> Complexes:
    """Return the DFT codebook complex64[columns, B], each beam of unit power (TS 38.214 clause 5.2.2.2.1)."""
    phases = np.pi * np.arange(array.columns)[:, None] * beam_directions(array)[None, :]
    weights: Complexes = (np.exp(1j * phases) / np.sqrt(array.columns)).astype(np.complex64)
    return weights


def beam_gains(array: BeamArray, azimuth: ArrayLike, elevation: ArrayLike) -> Complexes:
    """Return each beam's complex field gain, complex64[..., B], towards directions of any shape.

    |gain|² is the gain over isotropic; at a beam's peak on boresight it is 8 dBi + 10 log10(columns · rows).
    """
    azimuths, elevations = np.broadcast_arrays(np.asarray(azimuth, np.float64), np.asarray(elevation, np.float64))
    u = np.sin(np.radians(azimuths)) * np.cos(np.radians(elevations))
    element = np.exp(1j * np.pi * np.arange(array.columns) * u[..., None]).astype(np.complex64)
    amplitude = _element_amplitude(azimuths, elevations) * _column_amplitude(array, elevations)
    gains: Complexes = (element.conj() @ codebook_weights(array)) * amplitude[..., None].astype(np.float32)
    return gains


def _element_amplitude(azimuth: NDArray[np.float64], elevation: NDArray[np.float64]) -> NDArray[np.float64]:
    wrapped = (azimuth + 180.0) % 360.0 - 180.0
    loss = np.minimum(12.0 * (elevation / BEAMWIDTH_DEG) ** 2, MAX_ATTENUATION_DB) + np.minimum(
        12.0 * (wrapped / BEAMWIDTH_DEG) ** 2, MAX_ATTENUATION_DB
    )
    amplitude: NDArray[np.float64] = 10.0 ** ((ELEMENT_GAIN_DBI - np.minimum(loss, MAX_ATTENUATION_DB)) / 20.0)
    return amplitude


def _column_amplitude(array: BeamArray, elevation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Field gain of the vertical column, steered to the downtilt."""
    difference = np.sin(np.radians(elevation)) - np.sin(np.radians(-array.downtilt_deg))
    phases = np.pi * difference[..., None] * np.arange(array.rows)
    response: NDArray[np.float64] = np.abs(np.exp(1j * phases).sum(axis=-1)) / np.sqrt(array.rows)
    return response
