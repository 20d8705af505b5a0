"""Blockage model B of TR 38.901 clause 7.6.4.2: moving screens around the terminal, knife-edge diffraction at four edges.

As in the clause, a screen is vertical and perpendicular to each arriving path, and losses of several screens add in dB. Sionna's
own model B is static, so screens that move along a trajectory are computed here. The clause's vehicle (4.8 m x 1.4 m) is lower
than a terminal at 1.5 m and blocks no path from a rooftop; the screens here have the size of vans and lorries, as stated in the
data card.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SCREEN_WIDTH_M, SCREEN_HEIGHT_M = 6.0, 3.2
TERMINAL_HEIGHT_M = 1.5
_LANES_M = (3.0, 14.0)
_AHEAD_M = 40.0
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Screens:
    """Centres of the screens relative to the terminal: float64[N, T, K, 2], m."""

    centres: Floats


def draw_screens(rng: np.random.Generator, positions: Floats, velocities: Floats, count: int, period_s: float) -> Screens:
    """Draw `count` screens around each terminal: on lanes beside its track, parked, or moving with or against the traffic.

    `positions` and `velocities` float64[N, T, 2] in m and m/s; screens move at 10 ± 5 m/s.
    """
    number, steps = positions.shape[:2]
    speed = np.linalg.norm(velocities, axis=-1).mean(axis=1)
    along = velocities.mean(axis=1) / np.maximum(np.linalg.norm(velocities.mean(axis=1), axis=-1, keepdims=True), 1e-9)
    along = np.where(speed[:, None] > 0.0, along, np.array([1.0, 0.0]))
    across = np.stack([-along[:, 1], along[:, 0]], axis=-1)
    side = rng.uniform(*_LANES_M, (number, count)) * rng.choice([-1.0, 1.0], (number, count))
    ahead = rng.uniform(-_AHEAD_M, _AHEAD_M, (number, count))
    pace = rng.choice([-1.0, 0.0, 1.0], (number, count)) * np.maximum(rng.normal(10.0, 5.0, (number, count)), 0.0)
    times = (np.arange(steps) - steps // 2) * period_s
    run = ahead[:, None] + pace[:, None] * times[None, :, None]
    centres = (
        positions[:, steps // 2, None, None]
        + run[..., None] * along[:, None, None]
        + (side[..., None] * across[:, None])[:, None]
    )
    return Screens(centres - positions[:, :, None])


def blockage_loss_db(screens: Screens, targets: Floats, target_rise: Floats, wavelength_m: float, far_side: bool) -> Floats:
    """Return the loss in dB, float64[N, T, P], of paths arriving from `targets` float64[N, T, P, 2], in m from the terminal.

    `target_rise` float64[N, T, P]: height of the target above the terminal, m. With `far_side` the distance from screen to target
    counts too (direct path), otherwise only the terminal's side (equation 7.6-30 and the text below it).
    """
    loss = np.zeros(targets.shape[:3])
    distance = np.maximum(np.linalg.norm(targets, axis=-1), 1e-3)
    direction = targets / distance[..., None]
    for index in range(screens.centres.shape[2]):
        centre = screens.centres[:, :, None, index]
        ahead = (centre * direction).sum(axis=-1)
        offset = centre[..., 0] * direction[..., 1] - centre[..., 1] * direction[..., 0]
        between = (ahead > 0.5) & (ahead < distance)
        near = np.where(between, ahead, 1.0)
        far = np.maximum(distance - near, 1e-3) if far_side else None
        above = TERMINAL_HEIGHT_M + target_rise * near / distance  # height of the path above ground at the screen
        width = _edge(offset + SCREEN_WIDTH_M / 2, near, far, wavelength_m) + _edge(
            SCREEN_WIDTH_M / 2 - offset, near, far, wavelength_m
        )
        height = _edge(SCREEN_HEIGHT_M - above, near, far, wavelength_m) + _edge(above, near, far, wavelength_m)
        loss += np.where(between, -20.0 * np.log10(np.clip(1.0 - width * height, 1e-3, 1.0)), 0.0)
    return loss


def _edge(inside: Floats, near: Floats, far: Floats | None, wavelength_m: float) -> Floats:
    """F of equation 7.6-30; `inside` is the distance in m from the path to the edge, negative if the path passes outside it."""
    excess = np.hypot(near, inside) - near
    if far is not None:
        excess = excess + np.hypot(far, inside) - far
    value: Floats = np.arctan(np.sign(inside) * 0.5 * np.pi * np.sqrt(np.pi / wavelength_m * np.maximum(excess, 0.0))) / np.pi
    return value
