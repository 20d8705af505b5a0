"""`twinpilot bench reading-speed`: how long loading both readers and a first reading take, texts per second, and memory.

Each sample is a process of its own with one thread, as `twinpilot understand` and `twinpilot run` begin. Wall seconds count
against the targets; the CPU seconds beside them tell what they would be on a core that nothing else uses.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

from policies.figure import BenchResult, Figure
from policies.word import Word

TEXT: Final = "Keep URLLC delay below 10 ms in S4C2"
_LOAD_S: Final = 5.0
_READING_S: Final = 3.0
_MEMORY_GB: Final = 1.5
_TIMEOUT_S: Final = 1800


class Elapsed(Word):
    """What something took: wall and CPU time, seconds."""

    wall: float
    cpu: float


class SpeedSample(Word):
    """What one process took: to load the readers, for its first text, for `texts` more; peak: memory in bytes."""

    load: Elapsed
    first: Elapsed
    batch: Elapsed
    texts: int
    peak: int


def run(quick: bool, out: Path | None) -> BenchResult:
    """Measure; `quick` takes one sample instead of three. Samples are written to the folder `out`.

    Raises RuntimeError if a process fails, such as without the base model.
    """
    samples = [_sample() for _ in range(1 if quick else 3)]
    if out is not None:
        dump = json.dumps([sample.model_dump() for sample in samples], indent=2)
        (out / "reading-speed-samples.json").write_text(dump, encoding="utf-8")
    return BenchResult(figures=figures_of(samples), seeds=())


def _sample() -> SpeedSample:
    command = [sys.executable, "-m", "training.llm.understanding.speed_process"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise RuntimeError(f"the readers could not be measured: {reason}")
    return SpeedSample.model_validate_json(done.stdout)


def figures_of(samples: Sequence[SpeedSample]) -> tuple[Figure, ...]:
    """Return the figures: medians of the samples, the largest peak."""
    peak = max(sample.peak for sample in samples)
    rates = [sample.texts / sample.batch.wall for sample in samples]
    cpu_rate = median(sample.texts / sample.batch.cpu for sample in samples)
    return (
        _seconds("load", [sample.load for sample in samples], _LOAD_S),
        _seconds("first reading", [sample.first for sample in samples], _READING_S),
        Figure(
            name="readings in batches",
            value=round(median(rates), 2),
            unit="1/s",
            note=f"{samples[0].texts} texts, one thread; {cpu_rate:.2f} in a CPU second",
        ),
        Figure(
            name="peak memory",
            value=round(peak / 2**20, 1),
            unit="MiB",
            target=f"≤ {_MEMORY_GB:g} GB",
            met=peak <= _MEMORY_GB * 1e9,
            note="of the whole process",
        ),
    )


def _seconds(name: str, took: Sequence[Elapsed], target: float) -> Figure:
    walls = [one.wall for one in took]
    note = f"median of {len(took)}, {min(walls):.2f}..{max(walls):.2f}; {median(one.cpu for one in took):.2f} s of CPU"
    value = round(median(walls), 2)
    return Figure(name=name, value=value, unit="s", target=f"≤ {target:g}", met=value <= target, note=note)
