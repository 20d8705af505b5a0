"""Training data of the beam predictor: trajectories drawn from declared ranges, which also define the data card's validity."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twins.beams.scenario import BeamArray, BeamScenario, Mobility, Propagation
from twins.beams.simulation import simulate_beams
from twins.beams.typical import typical_scenario

GROUP = 128


@dataclass(frozen=True)
class Ranges:
    """The ranges that training draws from: one scenario per group of 128 trajectories.

    `carriers_ghz` a pool (n78 and n257, TS 38.101); `propagation` TR 38.901; speeds uniform in [0, `fastest_mps`]; turning rate
    and number of blockers uniform from 0 to `turn_deg_s` and `blockers`; the sector's far end uniform in `farthest_m`.
    """

    carriers_ghz: tuple[float, ...] = (3.5, 28.0, 28.0)
    propagation: tuple[Propagation, ...] = ("UMi", "UMa")
    fastest_mps: float = 40.0
    turn_deg_s: float = 20.0
    blockers: int = 8
    nearest_m: float = 15.0
    farthest_m: tuple[float, float] = (100.0, 250.0)
    bursts: int = 80
    burst_period_ms: int = 20
    array: BeamArray = field(default_factory=BeamArray)


class Experience(NamedTuple):
    """`measured` int16[N, T, B], reported L1-RSRP in dBm; `best` int16[N, T], the genie's beam."""

    measured: NDArray[np.int16]
    best: NDArray[np.int16]


def draw_scenario(ranges: Ranges, seed: int) -> BeamScenario:
    """Draw the scenario of `seed`."""
    rng = random.Random(seed)
    return typical_scenario(
        rng.choice(ranges.carriers_ghz),
        rng.choice(ranges.propagation),
        array=ranges.array,
        mobility=Mobility(low_mps=0.0, high_mps=ranges.fastest_mps, turn_deg_s=rng.uniform(0.0, ranges.turn_deg_s)),
        blockers=rng.randint(0, ranges.blockers),
        nearest_m=ranges.nearest_m,
        farthest_m=rng.uniform(*ranges.farthest_m),
        burst_period_ms=ranges.burst_period_ms,
        bursts=ranges.bursts,
    )


def gather(ranges: Ranges, groups: int, seed: int, work: Path, report: Callable[[int, int], None]) -> Experience:
    """Return `groups` groups of trajectories; groups are stored in `work`, and only missing ones are simulated.

    Calls `report(done, total)` after each group. Raises ValueError if a stored group was drawn from other ranges.
    """
    work.mkdir(parents=True, exist_ok=True)
    parts = []
    for number in range(groups):
        parts.append(_group(ranges, seed * 100_000 + number, work / f"group-{seed}-{number:04d}.npz"))
        report(number + 1, groups)
    return Experience(np.concatenate([part.measured for part in parts]), np.concatenate([part.best for part in parts]))


def _group(ranges: Ranges, seed: int, path: Path) -> Experience:
    if not path.exists():
        scenario = draw_scenario(ranges, seed)
        traces = simulate_beams(scenario, GROUP, seed)
        temporary = path.with_suffix(".part.npz")
        np.savez(
            temporary,
            scenario=scenario.model_dump_json(),
            measured=traces.measured_dbm.astype(np.int16),
            best=traces.best.astype(np.int16),
        )
        temporary.replace(path)
    with np.load(path) as stored:
        if str(stored["scenario"]) != draw_scenario(ranges, seed).model_dump_json():
            raise ValueError(f"{path} was drawn from other ranges: use another work folder")
        return Experience(stored["measured"], stored["best"])
