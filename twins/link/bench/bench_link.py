"""`twinpilot bench link`: fidelity to Sionna's own tables, repeatability, speed, and the delay model against measured run times.

Each part is a function `(quick) -> (figures, raw samples)` in its own module; raw samples go to `out`/link-PART.json.
Held-out links that are already in `out` are not simulated again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from policies.figure import BenchResult, Figure
from policies.word import Word
from twins.link.bench import bench_delay, bench_gap, bench_speed, bench_table

Part = Callable[[bool], tuple[list[Figure], Sequence[Word]]]

SEEDS = (1,)


def run(quick: bool, out: Path | None) -> BenchResult:
    """Measure every part on one thread; `quick` uses fewer slots, pairs and cases."""
    import torch

    torch.set_num_threads(1)
    parts: dict[str, Part] = {
        "gap": bench_gap.figures,
        "table": partial(bench_table.figures, out=out),
        "speed": bench_speed.figures,
        "delay": bench_delay.figures,
    }
    figures: list[Figure] = []
    for name, part in parts.items():
        part_figures, samples = part(quick)
        figures += part_figures
        if out is not None:
            _write(out / f"link-{name}.json", samples)
    return BenchResult(figures=tuple(figures), seeds=SEEDS)


def _write(path: Path, samples: Sequence[Word]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([sample.model_dump(mode="json") for sample in samples], indent=1), encoding="utf-8")
