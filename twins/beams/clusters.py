"""Scatterers around each trajectory, from Sionna's UMi and UMa (TR 38.901 clause 7.5), fixed to the ground.

Sionna draws a drop at the middle of each trajectory. Each cluster becomes a scatterer at the intersection of its departure angle
with the ellipse of its delay (single bounce), and stays there while the terminal moves: angles and path lengths follow from the
geometry. TR 38.901's own spatial consistency (clause 7.6.3.1, implemented in Sionna) is not used, because departure angles of a
cluster jump between positions a metre apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twins.beams.scenario import BeamScenario

if TYPE_CHECKING:
    from sionna.phy.channel.tr38901 import Rays

CLUSTERS, RAYS = 10, 6
CLUSTER_SHADOW_DB = 3.0  # per-cluster shadowing, TR 38.901 table 7.5-6
CLUSTER_CORRELATION_M = {"UMi": 15.0, "UMa": 50.0}  # NLOS, TR 38.901 table 7.6.3.1-2
K_FACTOR_DB = {"UMi": (9.0, 5.0), "UMa": (9.0, 3.5)}  # mean and standard deviation, table 7.5-6
SPEED_OF_LIGHT = 299_792_458.0
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Clusters:
    """The strongest clusters of each trajectory's drop, C of them with R rays each.

    `power` float64[N, C], sums to 1; `departure_deg`, `elevation_deg` float64[N, C, R] at the gNB; `scatterer_m`
    float64[N, C, 2]; `arrival_slope` float64[N, C], tangent of the cluster's elevation of arrival.
    """

    power: Floats
    departure_deg: Floats
    elevation_deg: Floats
    scatterer_m: Floats
    arrival_slope: Floats


def draw_clusters(scenario: BeamScenario, middle: Floats, line_of_sight: NDArray[np.bool_], seed: int) -> Clusters:
    """Draw one drop per position `middle` float64[N, 2] in m with its state `line_of_sight` bool[N]."""
    rays = _drop(scenario, middle, line_of_sight, seed)
    power = rays.powers[:, 0, 0].double().numpy()
    order = np.argsort(-power, axis=1)[:, :CLUSTERS]
    rows = np.arange(len(order))[:, None]
    strongest = power[rows, order]
    departure = np.degrees(rays.aod[:, 0, 0].double().numpy())[rows, order]
    zenith = np.degrees(rays.zod[:, 0, 0].double().numpy())[rows, order]
    arrival = np.degrees(rays.zoa[:, 0, 0].double().numpy())[rows, order].mean(axis=-1)
    delay = rays.delays[:, 0, 0].double().numpy()[rows, order]
    return Clusters(
        power=strongest / strongest.sum(axis=1, keepdims=True),
        departure_deg=departure[..., :RAYS],
        elevation_deg=90.0 - zenith[..., :RAYS],
        scatterer_m=_scatterers(middle, _mean_angle(departure), delay),
        arrival_slope=np.tan(np.radians(np.clip(90.0 - arrival, -60.0, 60.0))),
    )


def _drop(scenario: BeamScenario, middle: Floats, line_of_sight: NDArray[np.bool_], seed: int) -> Rays:
    import torch
    from sionna.phy import config
    from sionna.phy.channel.tr38901 import AntennaArray, UMa, UMi

    config.seed = seed
    carrier = scenario.carrier_ghz * 1e9
    isotropic = AntennaArray(
        num_rows=1, num_cols=1, polarization="single", polarization_type="V", antenna_pattern="omni", carrier_frequency=carrier
    )
    model = {"UMi": UMi, "UMa": UMa}[scenario.propagation](
        carrier_frequency=carrier, o2i_model="low", ut_array=isotropic, bs_array=isotropic, direction="downlink",
        enable_pathloss=False, enable_shadow_fading=False,
    )  # fmt: skip
    model.return_rays = True
    number = len(middle)
    terminals = torch.tensor(np.concatenate([middle, np.full((number, 1), 1.5)], axis=1), dtype=torch.float32)[:, None]
    base = torch.tensor([0.0, 0.0, scenario.base_height_m]).expand(number, 1, 3).clone()
    still = torch.zeros(number, 1, 3)
    model.set_topology(
        terminals, base, still, still.clone(), still.clone(), torch.zeros(number, 1, dtype=torch.bool),
        los=torch.tensor(line_of_sight)[:, None, None],
    )  # fmt: skip
    return model(1, 1.0)[2]


def _mean_angle(degrees: Floats) -> Floats:
    """Mean direction of each cluster's rays, degrees."""
    angles: Floats = np.degrees(np.angle(np.exp(1j * np.radians(degrees)).sum(axis=-1)))
    return angles


def _scatterers(middle: Floats, departure_deg: Floats, delay_s: Floats) -> Floats:
    """Intersection of a ray in direction `departure_deg` with the ellipse of equal excess delay, in m: float64[N, C, 2]."""
    distance = np.linalg.norm(middle, axis=-1)[:, None]
    length = distance + np.maximum(delay_s * SPEED_OF_LIGHT, 0.5)
    azimuth = np.degrees(np.arctan2(middle[:, 1], middle[:, 0]))[:, None]
    cosine = np.cos(np.radians(departure_deg - azimuth))
    radius = (length**2 - distance**2) / (2.0 * (length - distance * cosine))
    angle = np.radians(departure_deg)
    scatterers: Floats = radius[..., None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    return scatterers
