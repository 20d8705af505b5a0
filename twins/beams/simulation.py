"""`simulate_beams`: trajectories through a sector, and the RSRP of every beam at every burst.

1. Draw tracks (`trajectories`), line of sight and shadowing as fields over the ground, scatterers from Sionna's drop (`clusters`)
   and moving screens (`blockage`).
2. At every burst compute each path's power, length (phase) and departure angle by geometry, and weight it by each beam's gain
   (`codebook.beam_gains`). Paths add as complex amplitudes at `TONES` frequencies over the reference signal's 20 PRB; RSRP is the
   mean power over them.
3. The measured RSRP has thermal noise over the signal's 127 elements, the terminal's measurement error and 1 dB steps.

Not modelled: terminal beams, interference from other cells, multiple bounces, the terminal's polarization.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twins.beams.blockage import TERMINAL_HEIGHT_M, blockage_loss_db, draw_screens
from twins.beams.clusters import CLUSTER_CORRELATION_M, CLUSTER_SHADOW_DB, K_FACTOR_DB, SPEED_OF_LIGHT, Clusters, draw_clusters
from twins.beams.codebook import beam_gains
from twins.beams.scenario import BeamScenario
from twins.beams.shadow_fields import draw_field
from twins.beams.traces import BeamTraces
from twins.beams.trajectories import draw_trajectories
from twins.radio.propagation import LOS_STATE_CORRELATION_M, los_probability, path_loss_db, shadow_correlation_m, shadow_std_db

TONES = 4
SIGNAL_SUBCARRIERS = 240  # 20 PRB of an SS/PBCH block, TS 38.211 clause 7.4.3.1
SIGNAL_ELEMENTS = 127  # of the secondary synchronization signal, TS 38.211 clause 7.4.2.3
REPORT_DBM = (-140.0, -40.0)  # reporting range of L1-RSRP, TS 38.133 table 10.1.6.1-1
_CHUNK = 128
Floats = NDArray[np.float64]


def simulate_beams(scenario: BeamScenario, trajectories: int, seed: int) -> BeamTraces:
    """Return the traces of `trajectories` (1..20000) terminals; the same scenario, number and seed give identical traces.

    Raises ValueError for a number outside that range, or if trajectories do not fit into the sector.
    """
    if not 1 <= trajectories <= 20_000:
        raise ValueError(f"trajectories={trajectories} is outside [1, 20000]: simulate more in several calls with other seeds")
    parts = [
        _simulate(scenario, min(_CHUNK, trajectories - start), np.random.default_rng([seed, start]))
        for start in range(0, trajectories, _CHUNK)
    ]
    arrays = {name: np.concatenate([part[name] for part in parts]).astype(np.float32) for name in parts[0]}
    return BeamTraces(scenario=scenario, seed=seed, **arrays)


def _simulate(scenario: BeamScenario, count: int, rng: np.random.Generator) -> dict[str, Floats]:
    positions, velocities = draw_trajectories(scenario, count, rng)
    state = _los_state(scenario, positions, rng)
    clusters = draw_clusters(
        scenario, positions[:, scenario.bursts // 2], state[:, scenario.bursts // 2] > 0.5, int(rng.integers(2**31))
    )
    direct_loss, cluster_loss = _blockage(scenario, positions, velocities, clusters, rng)
    direct, diffuse = _powers(scenario, positions, state, rng)
    direct = direct * 10.0 ** (-direct_loss / 10.0)
    diffuse = (
        diffuse[..., None] * clusters.power[:, None] * _cluster_shadow(scenario, positions, rng) * 10.0 ** (-cluster_loss / 10.0)
    )
    received = _received(scenario, positions, clusters, direct, diffuse, rng)
    rsrp = scenario.element_power_dbm + 10.0 * np.log10(np.maximum(received, 1e-30))
    return {
        "rsrp_dbm": rsrp,
        "measured_dbm": _measure(scenario, rsrp, rng),
        "positions_m": positions,
        "speed_mps": np.linalg.norm(velocities[:, 0], axis=-1),
        "line_of_sight": state,
        "blockage_db": direct_loss,
    }


def _los_state(scenario: BeamScenario, positions: Floats, rng: np.random.Generator) -> Floats:
    """Soft line-of-sight state 0..1, float64[N, T]: TR 38.901 equation 7.6-19 over a field correlated over 50 m."""
    from scipy.special import erf

    field = draw_field(rng, positions, LOS_STATE_CORRELATION_M)[..., 0]
    uniform = 0.5 * (1.0 + erf(field / 2.0**0.5))
    probability = los_probability(scenario.propagation, np.hypot(positions[..., 0], positions[..., 1]))
    sharpness = (20.0 / scenario.wavelength_m) ** 0.5
    soft: Floats = 0.5 + np.arctan(sharpness * (probability - uniform)) / np.pi
    return soft


def _powers(scenario: BeamScenario, positions: Floats, state: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Path gain with shadowing of the direct path and of all clusters together, both float64[N, T]."""
    distance = np.hypot(positions[..., 0], positions[..., 1])
    std, correlation = shadow_std_db(scenario.propagation), shadow_correlation_m(scenario.propagation)
    gain = []
    for number, los in enumerate((True, False)):
        shadow = std[number] * draw_field(rng, positions, correlation[number])[..., 0]
        loss = path_loss_db(scenario.propagation, distance, los, scenario.carrier_ghz, scenario.base_height_m)
        gain.append(10.0 ** ((shadow - loss) / 10.0))
    mean, deviation = K_FACTOR_DB[scenario.propagation]
    ratio = 10.0 ** (rng.normal(mean, deviation, len(positions)) / 10.0)[:, None]
    visible = state**2  # the soft state weights amplitudes
    return visible * gain[0] * ratio / (1.0 + ratio), visible * gain[0] / (1.0 + ratio) + (1.0 - visible) * gain[1]


def _cluster_shadow(scenario: BeamScenario, positions: Floats, rng: np.random.Generator) -> Floats:
    """Per-cluster shadowing float64[N, T, C], relative to the drop's position: clusters vary over the correlation distance."""
    from twins.beams.clusters import CLUSTERS

    field = draw_field(rng, positions, CLUSTER_CORRELATION_M[scenario.propagation], CLUSTERS)
    relative = field - field[:, scenario.bursts // 2, None]
    shadow: Floats = 10.0 ** (CLUSTER_SHADOW_DB * relative / 10.0)
    return shadow


def _blockage(
    scenario: BeamScenario, positions: Floats, velocities: Floats, clusters: Clusters, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Losses in dB of the direct path float64[N, T] and of the clusters float64[N, T, C]."""
    screens = draw_screens(rng, positions, velocities, scenario.blockers, scenario.burst_period_ms * 1e-3)
    rise = np.full((*positions.shape[:2], 1), scenario.base_height_m - TERMINAL_HEIGHT_M)
    direct = blockage_loss_db(screens, -positions[:, :, None], rise, scenario.wavelength_m, far_side=True)[..., 0]
    targets = clusters.scatterer_m[:, None] - positions[:, :, None]
    rises = clusters.arrival_slope[:, None] * np.linalg.norm(targets, axis=-1)
    return direct, blockage_loss_db(screens, targets, rises, scenario.wavelength_m, far_side=False)


def _received(
    scenario: BeamScenario, positions: Floats, clusters: Clusters, direct: Floats, diffuse: Floats, rng: np.random.Generator
) -> Floats:
    """Ratio of received to transmitted power of each beam, mean over the tones: float64[N, T, B]."""
    number, steps, count = diffuse.shape
    rays = clusters.departure_deg.shape[-1]
    ground = np.linalg.norm(positions, axis=-1)
    drop = scenario.base_height_m - TERMINAL_HEIGHT_M
    elevation = -np.degrees(np.arctan2(drop, ground))
    direct_gain = beam_gains(scenario.array, np.degrees(np.arctan2(positions[..., 1], positions[..., 0])), elevation)
    ray_gain = beam_gains(scenario.array, clusters.departure_deg, clusters.elevation_deg).reshape(number, count * rays, -1)
    last_leg = np.linalg.norm(clusters.scatterer_m[:, None] - positions[:, :, None], axis=-1)
    length = np.linalg.norm(clusters.scatterer_m, axis=-1)[:, None] + last_leg
    phase = rng.uniform(0.0, 2.0 * np.pi, (number, 1, count, rays))
    amplitude = np.sqrt(diffuse / rays)[..., None]
    total = np.zeros((number, steps, scenario.array.beams))
    for tone in range(TONES):
        wavenumber = 2.0 * np.pi * _tone_hz(scenario, tone) / SPEED_OF_LIGHT
        ray = amplitude * np.exp(-1j * (wavenumber * length[..., None] + phase))
        field = ray.reshape(number, steps, -1).astype(np.complex64) @ ray_gain
        field = field + (np.sqrt(direct) * np.exp(-1j * wavenumber * np.hypot(ground, drop)))[..., None] * direct_gain
        total += np.abs(field) ** 2 / TONES
    return total


def _tone_hz(scenario: BeamScenario, tone: int) -> float:
    spacing = SIGNAL_SUBCARRIERS * scenario.subcarrier_khz * 1e3 / TONES
    return scenario.carrier_ghz * 1e9 + (tone - (TONES - 1) / 2.0) * spacing


def _measure(scenario: BeamScenario, rsrp_dbm: Floats, rng: np.random.Generator) -> Floats:
    """Reported L1-RSRP in dBm: an unbiased estimate over 127 elements in noise, the terminal's measurement error, 1 dB steps."""
    true, noise = 10.0 ** (rsrp_dbm / 10.0), 10.0 ** (scenario.noise_dbm / 10.0)
    spread = np.sqrt((2.0 * true * noise + noise**2) / SIGNAL_ELEMENTS)
    estimate = np.maximum(true + spread * rng.standard_normal(true.shape), noise / SIGNAL_ELEMENTS)
    reported = 10.0 * np.log10(estimate) + rng.normal(0.0, scenario.measurement_error_db, true.shape)
    rounded: Floats = np.clip(np.round(reported), *REPORT_DBM)
    return rounded
