"""Random fields over the plane with exponential correlation: they make shadowing and LOS state vary smoothly with position.

1. A field is Gaussian with zero mean, unit variance and correlation exp(-d / D) at distance d (TR 38.901 equation 7.4-5).
2. It is drawn once, by FFT, on a periodic grid with spacing D / 6; the grid is in units of D, so fields with different
   correlation distances use the same spectrum. The period is 42 D (1.6 km for 37 m, 2.1 km for 50 m).
3. Between grid points it is interpolated bilinearly and scaled so that the variance is one everywhere.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from twins.compiled import compiled

GRID_POINTS = 256
POINTS_PER_CORRELATION = 6
_SIDE = math.exp(-1.0 / POINTS_PER_CORRELATION)
_DIAGONAL = math.exp(-math.sqrt(2.0) / POINTS_PER_CORRELATION)


def draw_fields(count: int, seed: int | np.random.SeedSequence) -> NDArray[np.float32]:
    """Return `count` independent fields, float32[count, 256, 256]; the same seed gives identical fields."""
    generator = np.random.default_rng(seed)
    pairs = (count + 1) // 2
    noise = generator.standard_normal((pairs, GRID_POINTS, GRID_POINTS, 2), dtype=np.float32).view(np.complex64)[..., 0]
    # The transform of complex white noise carries two independent real fields: its real and its imaginary part.
    waves = fft.ifft2(noise * _amplitudes(), axes=(1, 2), overwrite_x=True) * np.float32(GRID_POINTS)
    fields: NDArray[np.float32] = np.concatenate([waves.real, waves.imag])[:count]
    return fields


@lru_cache(maxsize=1)
def _amplitudes() -> NDArray[np.float32]:
    steps = np.minimum(np.arange(GRID_POINTS), GRID_POINTS - np.arange(GRID_POINTS)) / POINTS_PER_CORRELATION
    correlation = np.exp(-np.hypot(steps[:, None], steps[None, :]))
    spectrum = np.maximum(fft.fft2(correlation).real, 0.0)
    amplitudes: NDArray[np.float32] = np.sqrt(spectrum / spectrum.mean()).astype(np.float32)
    return amplitudes


@compiled
def field_at(field: NDArray[np.float32], x: float, y: float, correlation_m: float) -> float:
    """Value (standard normal) of a field at (x, y) in m, with correlation distance `correlation_m`; for numba kernels."""
    scale = POINTS_PER_CORRELATION / correlation_m
    column, row = x * scale, y * scale
    left, low = math.floor(column), math.floor(row)
    a, b = column - left, row - low
    i, j = int(left) % GRID_POINTS, int(low) % GRID_POINTS
    i2, j2 = (i + 1) % GRID_POINTS, (j + 1) % GRID_POINTS
    w00, w10, w01, w11 = (1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b
    value: float = w00 * field[j, i] + w10 * field[j, i2] + w01 * field[j2, i] + w11 * field[j2, i2]
    squares = w00 * w00 + w10 * w10 + w01 * w01 + w11 * w11
    sides = w00 * w10 + w00 * w01 + w11 * w10 + w11 * w01
    diagonals = w00 * w11 + w10 * w01
    return value / math.sqrt(squares + 2.0 * (_SIDE * sides + _DIAGONAL * diagonals))
