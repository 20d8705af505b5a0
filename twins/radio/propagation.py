"""Path loss, LOS probability and penetration loss of 3GPP TR 38.901 v19.2: urban macro (UMa), urban micro street canyon (UMi).

1. `path_loss_db` is table 7.4.1-1, `los_probability` table 7.4.2-1, `shadow_std_db` the shadow fading column of table 7.4.1-1,
   `shadow_correlation_m` the correlation distances of table 7.5-6, `penetration_loss_db` the low-loss model of clause 7.4.3.1.
2. Public functions take arrays; the scalar functions behind them (`link_path_loss_db`, ...) are compiled by numba and callable
   from other kernels.
3. Terminal heights are limited to 1.5..13 m: above 13 m table 7.4.1-1 note 1 draws the environment height at random.

Units are metres, GHz and dB throughout. Distances below 10 m count as 10 m, the lower end of the tables.
"""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twins.compiled import compiled

Scenario = Literal["UMa", "UMi"]
Floats: TypeAlias = NDArray[np.float64]

SCENARIO_CODES: dict[Scenario, int] = {"UMa": 0, "UMi": 1}
SPEED_OF_LIGHT = 299_792_458.0
MIN_DISTANCE_M = 10.0
TERMINAL_HEIGHTS_M = (1.5, 13.0)
LOS_STATE_CORRELATION_M = 50.0  # table 7.6.3.1-2, UMa and UMi

_SHADOW_STD_DB = {"UMa": (4.0, 6.0, 7.0), "UMi": (4.0, 7.82, 7.0)}
_SHADOW_CORRELATION_M = {"UMa": (37.0, 50.0, 7.0), "UMi": (10.0, 13.0, 7.0)}


@compiled
def link_path_loss_db(
    scenario: int, distance_2d: float, base_height: float, terminal_height: float, carrier_ghz: float, los: bool
) -> float:
    """Path loss of a link in dB, table 7.4.1-1, callable from other numba kernels; `scenario` is 0 for UMa, 1 for UMi."""
    d2 = max(distance_2d, MIN_DISTANCE_M)
    rise = base_height - terminal_height
    log_d3 = 0.5 * math.log10(d2 * d2 + rise * rise)
    log_fc = math.log10(carrier_ghz)
    breakpoint_m = 4.0 * (base_height - 1.0) * (terminal_height - 1.0) * carrier_ghz * 1e9 / SPEED_OF_LIGHT
    if scenario == 0:
        constant, slope, correction = 28.0, 22.0, 9.0
    else:
        constant, slope, correction = 32.4, 21.0, 9.5
    loss = constant + 20.0 * log_fc
    if d2 < breakpoint_m:
        loss += slope * log_d3
    else:
        loss += 40.0 * log_d3 - correction * math.log10(breakpoint_m * breakpoint_m + rise * rise)
    if los:
        return loss
    if scenario == 0:
        return max(loss, 13.54 + 39.08 * log_d3 + 20.0 * log_fc - 0.6 * (terminal_height - 1.5))
    return max(loss, 22.4 + 35.3 * log_d3 + 21.3 * log_fc - 0.3 * (terminal_height - 1.5))


@compiled
def link_los_probability(scenario: int, distance_2d: float) -> float:
    """LOS probability of an outdoor link, table 7.4.2-1, for terminals up to 13 m; callable from other numba kernels."""
    if distance_2d <= 18.0:
        return 1.0
    decay = 63.0 if scenario == 0 else 36.0
    near = 18.0 / distance_2d
    return near + math.exp(-distance_2d / decay) * (1.0 - near)


@compiled
def _path_losses(scenario: int, links: Floats, los: NDArray[np.bool_]) -> Floats:
    out = np.empty(los.shape[0])
    for i in range(los.shape[0]):
        out[i] = link_path_loss_db(scenario, links[0, i], links[1, i], links[2, i], links[3, i], los[i])
    return out


@compiled
def _los_probabilities(scenario: int, distances: Floats) -> Floats:
    out = np.empty(distances.shape[0])
    for i in range(distances.shape[0]):
        out[i] = link_los_probability(scenario, distances[i])
    return out


def path_loss_db(
    scenario: Scenario,
    distance_2d: ArrayLike,
    los: ArrayLike,
    carrier_ghz: ArrayLike,
    base_height: ArrayLike,
    terminal_height: ArrayLike = 1.5,
) -> Floats:
    """Return the path loss in dB, TR 38.901 table 7.4.1-1, broadcast over all arguments.

    `distance_2d` (m, 10..5000 in the table), `los` (bool), `carrier_ghz` (0.5..100), heights in m. Without shadow fading and
    without antenna gains. Raises ValueError for a terminal height outside 1.5..13 m.
    """
    check_terminal_height(np.asarray(terminal_height, dtype=np.float64))
    arrays = np.broadcast_arrays(distance_2d, base_height, terminal_height, carrier_ghz, los)
    links = np.stack([np.asarray(array, dtype=np.float64).ravel() for array in arrays[:4]])
    losses: Floats = _path_losses(SCENARIO_CODES[scenario], links, np.asarray(arrays[4], dtype=np.bool_).ravel())
    return losses.reshape(arrays[0].shape)


def los_probability(scenario: Scenario, distance_2d: ArrayLike) -> Floats:
    """Return the LOS probability (0..1) at outdoor 2D distances in m, TR 38.901 table 7.4.2-1, terminals up to 13 m high."""
    distances = np.asarray(distance_2d, dtype=np.float64)
    probabilities: Floats = _los_probabilities(SCENARIO_CODES[scenario], distances.ravel())
    return probabilities.reshape(distances.shape)


def shadow_std_db(scenario: Scenario) -> tuple[float, float, float]:
    """Return the shadow fading standard deviations in dB (LOS, NLOS, outdoor-to-indoor), TR 38.901 tables 7.4.1-1 and 7.5-6."""
    return _SHADOW_STD_DB[scenario]


def shadow_correlation_m(scenario: Scenario) -> tuple[float, float, float]:
    """Return the horizontal correlation distances of shadow fading in m (LOS, NLOS, outdoor-to-indoor), TR 38.901 table 7.5-6."""
    return _SHADOW_CORRELATION_M[scenario]


def penetration_loss_db(carrier_ghz: ArrayLike, depth_m: ArrayLike, deviation: ArrayLike = 0.0) -> Floats:
    """Return the outdoor-to-indoor loss in dB, low-loss model of TR 38.901 clause 7.4.3.1 (equation 7.4-2, table 7.4.3-2).

    `depth_m` is the 2D distance inside the building (0..25 m), `deviation` the standard normal draw of the terminal that scales
    the model's 4.4 dB.
    """
    carrier, depth = np.asarray(carrier_ghz, dtype=np.float64), np.asarray(depth_m, dtype=np.float64)
    glass, concrete = 2.0 + 0.2 * carrier, 5.0 + 4.0 * carrier
    wall = 5.0 - 10.0 * np.log10(0.3 * 10.0 ** (-glass / 10.0) + 0.7 * 10.0 ** (-concrete / 10.0))
    loss: Floats = wall + 0.5 * depth + 4.4 * np.asarray(deviation, dtype=np.float64)
    return loss


def check_terminal_height(height: float | Floats) -> None:
    """Raise ValueError unless each terminal height is in 1.5..13 m, where table 7.4.1-1 needs no random environment height."""
    low, high = TERMINAL_HEIGHTS_M
    if not np.all((np.asarray(height) >= low) & (np.asarray(height) <= high)):
        raise ValueError(
            f"terminal_height={height} m is outside [{low}, {high}] m (TR 38.901 table 7.4.1-1 note 1): "
            "give a height in that range"
        )
