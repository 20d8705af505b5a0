"""Spatially consistent random fields over the ground, as sums of sinusoids.

The autocorrelation is Gaussian and falls to 1/e at the correlation distance. Each trajectory has its own independent field, so a
model trained on them cannot memorize a site.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WAVES = 24


def draw_field(
    rng: np.random.Generator, positions: NDArray[np.float64], correlation_m: float, layers: int = 1
) -> NDArray[np.float64]:
    """Return standard normal fields float64[N, T, layers] at `positions` float64[N, T, 2] in m, one set per trajectory."""
    count = positions.shape[0]
    vectors = rng.standard_normal((count, layers, WAVES, 2)) * (2.0**0.5 / correlation_m)
    phases = rng.uniform(0.0, 2.0 * np.pi, (count, layers, WAVES))
    arguments = np.einsum("ntd,nlwd->ntlw", positions, vectors) + phases[:, None]
    field: NDArray[np.float64] = np.cos(arguments).sum(axis=-1) * (2.0 / WAVES) ** 0.5
    return field
