"""Makes the Experiment Model from traces: samples, fit, calibration, file and record."""

from __future__ import annotations

import platform
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from policies.artefact import Artefact, write_record
from training.gym.model.card import model_card
from training.gym.model.evaluation import Predictions, coverage, predict
from training.gym.model.fitting import OnEpoch, Plan, fit
from training.gym.model.samples import samples
from training.gym.traces.row import TraceRow
from twins.learned.arrays import Floats
from twins.learned.ensemble import Ensemble

COVERAGE, REMAKE = 0.9, "twinpilot train experiment-model"
_SCALES = (0.4, 4.0)  # range of the calibration factor


def make_model(rows: list[TraceRow], plan: Plan, out: Path, on_epoch: OnEpoch) -> Artefact:
    """Fit, calibrate on the held-out seeds, and write `out` with its record; raises ValueError for too few topologies."""
    plan = plan if plan.held_out else replace(plan, held_out=last_tenth(rows))
    data = samples(rows)
    arrays = fit(data, plan, on_epoch)
    held_out = [row for row in rows if row.seed in plan.held_out]
    arrays["scale"] = calibrate(arrays, held_out)
    packed: dict[str, Any] = {name: values.astype(np.float32) for name, values in arrays.items()}
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as file:
        np.savez_compressed(file, **packed)
    versions = {name: version(name) for name in ("torch", "numpy", "numba")}
    card = model_card(plan, [row.seed for row in rows], len(rows), len(data.x))
    return write_record(out, card, REMAKE, f"{platform.machine()}, one CPU thread", versions)


def last_tenth(rows: list[TraceRow]) -> tuple[int, ...]:
    """Return the default held-out topologies: the last tenth, at least two; raises ValueError for fewer than four."""
    seeds = sorted({row.seed for row in rows})
    if len(seeds) < 4:
        raise ValueError(f"traces of {len(seeds)} topologies are too few to hold some out: record at least four")
    return tuple(seeds[-max(round(len(seeds) / 10), 2) :])


def calibrate(arrays: dict[str, Floats], held_out: list[TraceRow]) -> Floats:
    """Return the factor of each target, [4], with which 90 % of held-out states lie in their intervals; by bisection."""
    low, high = np.full(4, _SCALES[0]), np.full(4, _SCALES[1])
    for _ in range(8):
        middle = np.sqrt(low * high)
        shares = coverage(_roll_out(arrays, held_out, middle))[:4]
        low, high = np.where(shares < COVERAGE, middle, low), np.where(shares < COVERAGE, high, middle)
    return np.asarray(np.sqrt(low * high))


def _roll_out(arrays: dict[str, Floats], rows: list[TraceRow], scale: Floats) -> Predictions:
    return predict(rows, Ensemble({**arrays, "scale": scale}))
