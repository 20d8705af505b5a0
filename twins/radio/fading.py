"""Small-scale fading as a pool of power traces: the power of a terminal's subbands over time, relative to the large-scale gain.

1. A trace is a realization of a tapped delay line (TDL) of TR 38.901 clause 7.7.2, scaled to a delay spread (equation 7.7-1), so
   the delays determine the correlation between subbands.
2. Each tap has the Jakes Doppler spectrum of terminal speed and carrier, as a sum of sinusoids at the harmonics of the trace's
   length: a trace is periodic and can be repeated without a jump. The line-of-sight tap of TDL-D has 0.7 of the maximum Doppler
   shift (clause 7.7.2).
3. A subband's value is the mean power over its tones. Each trace has unit mean power over time and frequency, because the
   large-scale gain is defined as mean power (RSRP).

The same arguments give identical traces. Building 64 x 512 x 8 takes some tens of milliseconds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from twins.radio.propagation import SPEED_OF_LIGHT, Floats

Profile = Literal["TDL-A", "TDL-C", "TDL-D"]
PROFILES_PATH = Path(__file__).parent / "data" / "tdl_profiles.json"
LINE_OF_SIGHT_DOPPLER = 0.7


@dataclass(frozen=True)
class Fading:
    """Parameters of a pool of traces.

    `profile`; `delay_spread_ns` (0..10000); `speed_mps` of the terminal and `carrier_ghz`; `sample_s`: time between samples, at
    most half of the Doppler period; `subband_hz` width of a subband; `tones` per subband.
    The default is the normal-delay profile of UMa outdoor-to-indoor links, the most common ones (TR 38.901 table 7.7.3-2), with
    one tone per subband: with it, system throughput is closest to that over Sionna's cluster-level channel
    (`twins.system.bench.fidelity`).
    """

    profile: Profile = "TDL-A"
    delay_spread_ns: float = 242.0
    speed_mps: float = 3.0 / 3.6
    carrier_ghz: float = 3.5
    sample_s: float = 5e-3
    subband_hz: float = 12 * 30e3
    tones: int = 1

    def __post_init__(self) -> None:
        if not 0.0 <= self.delay_spread_ns <= 10_000.0:
            raise ValueError(f"delay_spread_ns={self.delay_spread_ns} is outside [0, 10000] ns: see TR 38.901 table 7.7.3-2")
        if self.tones < 1:
            raise ValueError(f"tones={self.tones} is below 1: give at least one tone per subband")
        if not 0.0 < 2.0 * self.doppler_hz * self.sample_s <= 1.0:
            raise ValueError(
                f"sample_s={self.sample_s} s with a Doppler shift of {self.doppler_hz:.1f} Hz aliases (sampling theorem): "
                f"give a positive speed and at most {0.5 / max(self.doppler_hz, 1e-9):.4g} s"
            )

    @property
    def doppler_hz(self) -> float:
        """Maximum Doppler shift in Hz."""
        return self.speed_mps * self.carrier_ghz * 1e9 / SPEED_OF_LIGHT


def fading_pool(fading: Fading, traces: int, samples: int, subbands: int, seed: int) -> NDArray[np.float32]:
    """Return power traces float32[traces, samples, subbands], linear, unit mean per trace, periodic in samples.

    Raises ValueError if a trace is shorter than one Doppler period, over which it would hardly vary.
    """
    if samples * fading.sample_s * fading.doppler_hz < 1.0:
        raise ValueError(
            f"samples={samples} of {fading.sample_s} s are shorter than a Doppler period of {1.0 / fading.doppler_hz:.3g} s: "
            "give more samples"
        )
    delays, powers, line_of_sight = _taps(fading.profile)
    generator = np.random.default_rng(seed)
    taps = _tap_gains(fading, powers, traces, samples, generator)
    if line_of_sight:
        taps[:, :, 0] = _line_of_sight(fading, powers[0], traces, samples, generator)
    count = subbands * fading.tones
    frequencies = (np.arange(count) - 0.5 * (count - 1)) * fading.subband_hz / fading.tones
    steering = np.exp(-2j * np.pi * frequencies[None, :] * delays[:, None] * fading.delay_spread_ns * 1e-9)
    response = taps.reshape(traces * samples, -1) @ steering.astype(np.complex64)
    power = response.real**2 + response.imag**2
    pool: NDArray[np.float32] = power.reshape(traces, samples, subbands, fading.tones).mean(axis=3, dtype=np.float32)
    pool /= pool.mean(axis=(1, 2), keepdims=True, dtype=np.float64)
    return pool


@lru_cache(maxsize=1)
def _profiles() -> dict[str, Any]:
    profiles: dict[str, Any] = json.loads(PROFILES_PATH.read_text(encoding="utf-8"))
    return profiles


def _taps(profile: Profile) -> tuple[Floats, Floats, bool]:
    """Delays (in delay spreads) and linear powers that sum to one, float64[L] each, and whether tap 0 is line of sight."""
    taps = _profiles()[profile]
    powers = 10.0 ** (np.array(taps["powers_db"]) / 10.0)
    return np.array(taps["delays"]), powers / powers.sum(), bool(taps["line_of_sight"])


def _tap_gains(
    fading: Fading, powers: Floats, traces: int, samples: int, generator: np.random.Generator
) -> NDArray[np.complex64]:
    """Rayleigh taps complex64[traces, samples, L]: complex Gaussians on the harmonics within the Jakes spectrum."""
    reach = samples * fading.sample_s * fading.doppler_hz
    harmonics = np.arange(-int(reach + 0.5), int(reach + 0.5) + 1)
    edges = np.clip(np.append(harmonics - 0.5, harmonics[-1] + 0.5) / reach, -1.0, 1.0)
    weights = np.diff(np.arcsin(edges)) / np.pi
    shape = (traces, len(harmonics), len(powers))
    draws = generator.standard_normal((*shape, 2), dtype=np.float32).view(np.complex64)[..., 0]
    spectrum = np.zeros((traces, samples, len(powers)), dtype=np.complex64)
    spectrum[:, harmonics % samples] = draws * np.sqrt(0.5 * weights[:, None] * powers).astype(np.float32)
    gains: NDArray[np.complex64] = fft.ifft(spectrum, axis=1, norm="forward", overwrite_x=True)
    return gains


def _line_of_sight(
    fading: Fading, power: float, traces: int, samples: int, generator: np.random.Generator
) -> NDArray[np.complex64]:
    """The line-of-sight tap complex64[traces, samples]: one harmonic with a random phase."""
    harmonic = round(LINE_OF_SIGHT_DOPPLER * fading.doppler_hz * fading.sample_s * samples)
    turns = generator.random((traces, 1)) + harmonic * np.arange(samples) / samples
    gains: NDArray[np.complex64] = (np.sqrt(power) * np.exp(2j * np.pi * turns)).astype(np.complex64)
    return gains
