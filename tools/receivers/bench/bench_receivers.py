"""`twinpilot bench receivers`: DeepRx against LS, LMMSE and perfect CSI, uncoded and coded, and their latency.

1. Links are those of `cases`: profiles and delay spreads that were never trained on, across the whole declared range.
2. All receivers get the same bits, channels and noise at every SNR; blocks are decoded with the default LDPC decoder.
3. Gains are differences of the SNR at 10 % BLER, with a bootstrap interval over slots. If a receiver does not reach 10 % within
   the range of SNRs, the gain is reported as a bound at the largest SNR.
4. DeepTx is compared by goodput, see `bench_deeptx`.
5. `--out` stores the errors of each slot, the rates and a plot of each link (`curve_cache`), and DeepTx's goodput
   (receivers-goodput.json). Links that are already stored are not measured again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from policies.figure import BenchResult, Figure
from tools.receivers.bench.bench_deeptx import goodput
from tools.receivers.bench.cases import (
    DEEPRX,
    LMMSE,
    LOW_SPEED_MPS,
    LS,
    ONE_DMRS,
    PERFECT,
    QUICK_TWO,
    RECEIVERS,
    TWO_DMRS,
    Case,
)
from tools.receivers.bench.crossing import Gain, gain_of, worse_points
from tools.receivers.bench.curve_cache import CurveCache
from tools.receivers.bench.error_curves import Curves
from tools.receivers.choice import with_receiver
from tools.receivers.latency import paired_ratios
from twins.progress import show_progress

SEED = 1
SLOTS, QUICK_SLOTS = 192, 64
STEP_DB, QUICK_STEP_DB = 2.0, 4.0
GAIN_TARGET_DB, PERFECT_TARGET_DB = 2.0, 1.0

Measured = dict[Case, Curves]


def run(quick: bool, out: Path | None) -> BenchResult:
    """Measure every link on one thread; `quick` uses one link with one DMRS symbol and one with two, fewer slots and SNRs."""
    import torch

    torch.set_num_threads(1)
    cases = (ONE_DMRS[0], QUICK_TWO) if quick else (*ONE_DMRS, *TWO_DMRS)
    step, slots = (QUICK_STEP_DB, QUICK_SLOTS) if quick else (STEP_DB, SLOTS)
    cache = CurveCache(out, seed=SEED, slots=slots)
    measured: Measured = {}
    with show_progress("receivers", "links") as advance:
        for case in cases:
            measured[case] = cache.of(case, case.levels(step))
            advance(len(measured), len(cases))
    goodput_figures, goodput_cases = goodput(quick, SEED)
    if out is not None:
        rows = [case.model_dump(mode="json") for case in goodput_cases]
        (out / "receivers-goodput.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return BenchResult(figures=(*quality(measured), *latency(quick), *goodput_figures), seeds=(SEED,))


def quality(measured: Measured) -> list[Figure]:
    """Return the error rate figures: gains with one DMRS symbol, losses with two, distance to perfect CSI."""
    one_dmrs = {case: curves for case, curves in measured.items() if case.dmrs_symbols == 1}
    two_dmrs = {case: curves for case, curves in measured.items() if case.dmrs_symbols == 2}
    slow = {case: curves for case, curves in two_dmrs.items() if case.speed_mps <= LOW_SPEED_MPS}
    figures = [_gain_figure(case, curves) for case, curves in one_dmrs.items()]
    figures += [_smallest("DeepRx gain over LS+LMMSE, 1 DMRS symbol, 20 to 40 m/s: smallest", one_dmrs, LS, GAIN_TARGET_DB)]
    figures += [_smallest("DeepRx gain over LMMSE+LMMSE, 1 DMRS symbol: smallest", one_dmrs, LMMSE, None)]
    figures += [_smallest("DeepRx gain over LS+LMMSE, 2 DMRS symbols: smallest", two_dmrs, LS, 0.0)]
    figures += [_smallest("DeepRx gain over LMMSE+LMMSE, 2 DMRS symbols: smallest", two_dmrs, LMMSE, None)]
    inside = {case: curves for case, curves in two_dmrs.items() if case.covered}
    outside = {case: curves for case, curves in two_dmrs.items() if case not in inside}
    figures += [_worse("inside its card", inside, binding=True), _worse("outside its card", outside, binding=False)]
    figures += [_from_perfect(slow)]
    return figures


def latency(quick: bool) -> list[Figure]:
    """Return the ratio of each receiver's time per slot to that of LS+LMMSE, measured in alternating pairs."""
    case, pairs, slots = TWO_DMRS[0], 7 if quick else 60, 16
    channel = case.channel.model_copy(update={"snr_db": 10.0})
    reference = with_receiver(case.configuration, RECEIVERS[LS])
    figures = []
    for name in RECEIVERS[1:]:
        ratios, seconds = paired_ratios((with_receiver(case.configuration, name), reference), channel, slots, pairs)
        low, middle, high = np.quantile(ratios, (0.25, 0.5, 0.75))
        note = (
            f"median of {pairs} pairs, quartiles {low:.2f} to {high:.2f}; {1e3 * seconds:.2f} ms per slot, {slots} slots per call"
        )
        figures.append(Figure(name=f"latency of {name} over LS+LMMSE", value=float(middle), unit="ratio", note=note))
    return figures


def _gain_figure(case: Case, curves: Curves) -> Figure:
    gain = gain_of(curves, DEEPRX, LS)
    note = f"{gain.describe()}; {_reached(gain, curves)}; LMMSE+LMMSE gains {gain_of(curves, LMMSE, LS).describe()}"
    return Figure(
        name=f"DeepRx gain over LS+LMMSE: {case.name}",
        value=_finite(gain.value),
        unit="dB",
        target=f"≥ {GAIN_TARGET_DB:g}",
        met=bool(gain.value >= GAIN_TARGET_DB),
        note=note,
    )


def _reached(gain: Gain, curves: Curves) -> str:
    last = f"{curves.levels_db[-1]:g} dB, the largest SNR"
    if gain.bound == "≥":
        return f"LS+LMMSE does not reach 10 % BLER up to {last}"
    if gain.bound == "≤":
        return f"DeepRx does not reach 10 % BLER up to {last}"
    return f"neither reaches 10 % BLER up to {last}" if np.isnan(gain.value) else "both reach 10 % BLER"


def _smallest(name: str, measured: Measured, against: int, target: float | None) -> Figure:
    """The smallest gain over all links. A target of zero is met if no link is significantly worse: it counts by its interval."""
    all_gains = {case: gain_of(curves, DEEPRX, against) for case, curves in measured.items()}
    gains = {case: gain for case, gain in all_gains.items() if not np.isnan(gain.value)}
    if not gains:
        return Figure(name=name, value=None, unit="dB", met=None if target is None else False, note="no link reaches 10 % BLER")
    worst = min(gains, key=lambda case: gains[case].value)
    reached = [gain.high if target == 0.0 else gain.value for gain in gains.values()]
    return Figure(
        name=name,
        value=_finite(gains[worst].value),
        unit="dB",
        target="" if target is None else f"≥ {target:g}" + (" within the interval" if target == 0.0 else ""),
        met=None if target is None else bool(min(reached) >= target),
        note=f"{gains[worst].describe()} at {worst.name}; {len(gains)} of {len(measured)} links reach 10 % BLER",
    )


def _worse(where: str, measured: Measured, binding: bool) -> Figure:
    """SNR points at which DeepRx is significantly worse than LS+LMMSE; the target applies inside its data card only."""
    counts = {case: worse_points(curves, DEEPRX, LS) for case, curves in measured.items()}
    worse, points = (sum(count[index] for count in counts.values()) for index in (0, 1))
    lost = [f"{case.name} ({count[0]})" for case, count in counts.items() if count[0]]
    return Figure(
        name=f"SNR points with 2 DMRS symbols {where} at which DeepRx is significantly worse than LS+LMMSE",
        value=float(worse) if points else None,
        unit="points",
        target="0" if binding else "",
        met=worse == 0 and points > 0 if binding else None,
        note=f"of {points} on {len(counts)} links; uncoded BER or BLER, by more than 3 standard errors"
        + (": " + "; ".join(lost) if lost else ""),
    )


def _from_perfect(measured: Measured) -> Figure:
    gains: Sequence[tuple[Case, Gain]] = [(case, gain_of(curves, DEEPRX, PERFECT)) for case, curves in measured.items()]
    losses = [(-gain.value if np.isfinite(gain.value) else np.inf, gain, case) for case, gain in gains]
    largest, gain, case = max(losses, key=lambda loss: loss[0])
    return Figure(
        name=f"DeepRx behind perfect knowledge at 10 % BLER, 2 DMRS symbols, to {LOW_SPEED_MPS:g} m/s: largest",
        value=_finite(largest),
        unit="dB",
        target=f"≤ {PERFECT_TARGET_DB:g}",
        met=bool(largest <= PERFECT_TARGET_DB),
        note=f"{gain.describe()} gained at {case.name}; {len(losses)} links",
    )


def _finite(value: float) -> float | None:
    return float(value) + 0.0 if np.isfinite(value) else None
