"""`twinpilot bench network`: speed, memory and snapshots of the system twin, and its fidelity to Sionna's slot-level chain."""

from __future__ import annotations

import json
import pickle
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from policies.figure import BenchResult, Figure

SEEDS = (1, 2, 3)
MEMORY_LIMIT_MB = 1500.0
SPEED_TARGET = 20.0


def run(quick: bool, out: Path | None) -> BenchResult:
    """Measure the twin; `quick` uses one seed and short runs; raw samples are written to `out`/network.json."""
    seeds = SEEDS[:1] if quick else SEEDS
    samples = [_in_own_process(seed, quick) for seed in seeds]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "network.json").write_text(json.dumps(samples, indent=1), encoding="utf-8")
    # Fidelity imports torch and sionna, which would distort the memory figure: measured last, in this process.
    from twins.system.bench import fidelity

    return BenchResult(figures=(*_figures(samples), *fidelity.figures(quick, out)), seeds=seeds)


def _in_own_process(seed: int, quick: bool) -> dict[str, float]:
    """Measure in a fresh process, so that memory and caches are those of the twin alone."""
    command = [sys.executable, "-m", "twins.system.bench.bench_network", str(seed), "quick" if quick else "full"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    measured: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return measured


def measure(seed: int, quick: bool) -> dict[str, float]:
    """Build the stadium (21 macro and 2 capacity cells, 210 terminals) during its event and advance it; seconds, MB, ratios."""
    from twins.system.scenario.presets import stadium_scenario
    from twins.system.system_network import SystemNetwork

    scenario = stadium_scenario(start=datetime(2026, 6, 6, 20, 30, tzinfo=UTC), time_lapse=1.0, granularity_s=1.0)
    SystemNetwork(scenario, seed).advance(1.0)  # compiles the kernels or loads them from the cache
    begun = time.perf_counter()
    network = SystemNetwork(scenario, seed)
    built = time.perf_counter() - begun
    network.advance(3.0)
    simulated = 5.0 if quick else 30.0
    wall, cpu = time.perf_counter(), time.process_time()
    network.advance(simulated)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    begun = time.perf_counter()
    state = network.snapshot()
    saved = time.perf_counter() - begun
    begun = time.perf_counter()
    network.restore(state)
    restored = time.perf_counter() - begun
    return {
        "simulated_s": simulated,
        "wall_s": wall,
        "cpu_s": cpu,
        "built_s": built,
        "snapshot_ms": 1e3 * saved,
        "restore_ms": 1e3 * restored,
        "snapshot_mb": len(pickle.dumps(state)) / 1e6,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _figures(samples: list[dict[str, float]]) -> list[Figure]:
    def median_of(measure: Any) -> float:
        return float(median(measure(sample) for sample in samples))

    wall = median_of(lambda sample: sample["simulated_s"] / sample["wall_s"])
    cpu = median_of(lambda sample: sample["simulated_s"] / sample["cpu_s"])
    memory = max(sample["memory_mb"] for sample in samples)
    note = "stadium in its event: 23 cells, 210 terminals, one process; median over seeds"
    return [
        Figure(name="speed (CPU)", value=cpu, unit="s/s", target=f"≥ {SPEED_TARGET:g}", met=cpu >= SPEED_TARGET, note=note),
        Figure(name="speed (wall)", value=wall, unit="s/s", note=note + "; depends on what else the machine does"),
        Figure(name="peak memory", value=memory, unit="MB", target=f"< {MEMORY_LIMIT_MB:g}", met=memory < MEMORY_LIMIT_MB),
        Figure(name="construction", value=median_of(lambda sample: sample["built_s"]), unit="s"),
        Figure(name="snapshot", value=median_of(lambda sample: sample["snapshot_ms"]), unit="ms"),
        Figure(name="restore", value=median_of(lambda sample: sample["restore_ms"]), unit="ms"),
        Figure(name="snapshot size", value=median_of(lambda sample: sample["snapshot_mb"]), unit="MB"),
    ]


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), sys.argv[2] == "quick")))
