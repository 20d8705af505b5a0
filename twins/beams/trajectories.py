"""Terminals on their way through the sector: constant speed, a heading that wanders."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twins.beams.scenario import BeamScenario

SECTOR_DEG = 60.0
TURN_MEMORY_S = 2.0
_MOST_DRAWS = 400

Floats = NDArray[np.float64]


def draw_trajectories(scenario: BeamScenario, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return positions float64[N, T, 2] in m (gNB at the origin, boresight along x) and velocities float64[N, T, 2] in m/s.

    Each way lies within the sector's ±60 degrees and between `nearest_m` and `farthest_m`: ways that leave it are drawn again.
    Raises ValueError where hardly any way fits.
    """
    kept: list[tuple[Floats, Floats]] = []
    found = 0
    for _ in range(_MOST_DRAWS):
        positions, velocities = _candidates(scenario, 2 * count, rng)
        inside = _inside(scenario, positions)
        kept.append((positions[inside], velocities[inside]))
        found += int(inside.sum())
        if found >= count:
            return np.concatenate([one for one, _ in kept])[:count], np.concatenate([one for _, one in kept])[:count]
    raise ValueError(
        f"mobility: of {_MOST_DRAWS * 2 * count} ways at {scenario.mobility.low_mps:g}..{scenario.mobility.high_mps:g} m/s over"
        f" {scenario.duration_s:g} s only {found} stay in the sector: give fewer bursts, slower terminals or a larger farthest_m"
    )


def _candidates(scenario: BeamScenario, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    steps, period = scenario.bursts, scenario.burst_period_ms * 1e-3
    speed = rng.uniform(scenario.mobility.low_mps, scenario.mobility.high_mps, count)
    heading = rng.uniform(0.0, 2.0 * np.pi, count)[:, None] + np.cumsum(_turning(scenario, count, rng), axis=1) * period
    velocities = speed[:, None, None] * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    way = np.concatenate([np.zeros((count, 1, 2)), np.cumsum(velocities[:, :-1], axis=1) * period], axis=1)
    distance = np.sqrt(rng.uniform(scenario.nearest_m**2, scenario.farthest_m**2, count))
    azimuth = np.radians(rng.uniform(-SECTOR_DEG, SECTOR_DEG, count))
    middle = distance[:, None] * np.stack([np.cos(azimuth), np.sin(azimuth)], axis=-1)
    return way - way[:, steps // 2, None] + middle[:, None], velocities


def _turning(scenario: BeamScenario, count: int, rng: np.random.Generator) -> Floats:
    """Heading rates in rad/s, a Gauss-Markov process: float64[N, T]."""
    keep = np.exp(-scenario.burst_period_ms * 1e-3 / TURN_MEMORY_S)
    rates = np.empty((count, scenario.bursts))
    draws = rng.standard_normal((count, scenario.bursts))
    rates[:, 0] = draws[:, 0]
    for step in range(1, scenario.bursts):
        rates[:, step] = keep * rates[:, step - 1] + np.sqrt(1.0 - keep**2) * draws[:, step]
    turning: Floats = rates * np.radians(scenario.mobility.turn_deg_s)
    return turning


def _inside(scenario: BeamScenario, positions: Floats) -> NDArray[np.bool_]:
    distance = np.hypot(positions[..., 0], positions[..., 1])
    azimuth = np.degrees(np.arctan2(positions[..., 1], positions[..., 0]))
    ok = (distance >= scenario.nearest_m) & (distance <= scenario.farthest_m) & (np.abs(azimuth) <= SECTOR_DEG)
    return np.asarray(ok.all(axis=1), dtype=np.bool_)
