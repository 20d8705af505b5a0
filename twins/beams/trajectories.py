"""Terminal tracks through the sector: constant speed, randomly turning heading."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twins.beams.scenario import BeamScenario

SECTOR_DEG = 60.0
TURN_MEMORY_S = 2.0  # correlation time of the turning rate
_MAX_DRAWS = 400

Floats = NDArray[np.float64]


def draw_trajectories(scenario: BeamScenario, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return positions float64[N, T, 2] in m (gNB at the origin, boresight along x) and velocities float64[N, T, 2] in m/s.

    Each track stays within ±60 degrees of boresight and between `nearest_m` and `farthest_m`; tracks that leave are redrawn.
    Raises ValueError if too few tracks fit.
    """
    accepted: list[tuple[Floats, Floats]] = []
    number = 0
    for _ in range(_MAX_DRAWS):
        positions, velocities = _candidates(scenario, 2 * count, rng)
        inside = _inside(scenario, positions)
        accepted.append((positions[inside], velocities[inside]))
        number += int(inside.sum())
        if number >= count:
            all_positions, all_velocities = (np.concatenate(parts)[:count] for parts in zip(*accepted, strict=True))
            return all_positions, all_velocities
    raise ValueError(
        f"mobility: of {_MAX_DRAWS * 2 * count} tracks at {scenario.mobility.low_mps:g}..{scenario.mobility.high_mps:g} m/s over"
        f" {scenario.duration_s:g} s only {number} stay in the sector: use fewer bursts, slower terminals or a larger farthest_m"
    )


def _candidates(scenario: BeamScenario, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    steps, period = scenario.bursts, scenario.burst_period_ms * 1e-3
    speed = rng.uniform(scenario.mobility.low_mps, scenario.mobility.high_mps, count)
    heading = rng.uniform(0.0, 2.0 * np.pi, count)[:, None] + np.cumsum(_turning(scenario, count, rng), axis=1) * period
    velocities = speed[:, None, None] * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    track = np.concatenate([np.zeros((count, 1, 2)), np.cumsum(velocities[:, :-1], axis=1) * period], axis=1)
    distance = np.sqrt(rng.uniform(scenario.nearest_m**2, scenario.farthest_m**2, count))
    azimuth = np.radians(rng.uniform(-SECTOR_DEG, SECTOR_DEG, count))
    middle = distance[:, None] * np.stack([np.cos(azimuth), np.sin(azimuth)], axis=-1)
    return track - track[:, steps // 2, None] + middle[:, None], velocities


def _turning(scenario: BeamScenario, count: int, rng: np.random.Generator) -> Floats:
    """Turning rates in rad/s, a Gauss-Markov process: float64[N, T]."""
    correlation = np.exp(-scenario.burst_period_ms * 1e-3 / TURN_MEMORY_S)
    rates = np.empty((count, scenario.bursts))
    draws = rng.standard_normal((count, scenario.bursts))
    rates[:, 0] = draws[:, 0]
    for step in range(1, scenario.bursts):
        rates[:, step] = correlation * rates[:, step - 1] + np.sqrt(1.0 - correlation**2) * draws[:, step]
    turning: Floats = rates * np.radians(scenario.mobility.turn_deg_s)
    return turning


def _inside(scenario: BeamScenario, positions: Floats) -> NDArray[np.bool_]:
    distance = np.hypot(positions[..., 0], positions[..., 1])
    azimuth = np.degrees(np.arctan2(positions[..., 1], positions[..., 0]))
    inside = (distance >= scenario.nearest_m) & (distance <= scenario.farthest_m) & (np.abs(azimuth) <= SECTOR_DEG)
    return np.asarray(inside.all(axis=1), dtype=np.bool_)
