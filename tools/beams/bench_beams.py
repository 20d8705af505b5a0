"""`twinpilot bench beams`: accuracy, RSRP loss, overhead, latency and calibration of beam selectors over terminal speed.

The speeds include some beyond the predictor's training range.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from policies.figure import BenchResult, Figure
from tools.beams.comparison import classical_selectors, decision_latency_ms
from tools.beams.predictor import BeamPredictor, card_conditions, load_predictor, predictor_card
from tools.beams.scoring import efficiency_gain, score
from tools.beams.selector import BeamSelector
from tools.beams.trial import run_trial
from twins.beams.scenario import BeamScenario, Mobility, Propagation
from twins.beams.typical import typical_scenario

SEED = 11
SPEEDS_MPS = (1.0, 5.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0)
TERMINALS = 10
Row = dict[str, Any]


def run(quick: bool, out: Path | None) -> BenchResult:
    """Score every selector at every speed, at 28 GHz and 3.5 GHz; `quick` uses three speeds and fewer trajectories.

    Writes beams.samples.json (all scores) and a plot per carrier to `out`, if set.
    """
    predictor = load_predictor()
    speeds, count = ((5.0, 20.0, 50.0), 64) if quick else (SPEEDS_MPS, 512)
    selectors = (*classical_selectors(predictor.beams), predictor)
    latencies = {selector.name: decision_latency_ms(selector, predictor.beams, 200) for selector in selectors}
    rows = [
        row
        for carrier, propagation in ((28.0, "UMi"), (3.5, "UMa"))
        for speed in speeds
        for row in _at_speed(carrier, propagation, speed, count, selectors, latencies)  # type: ignore[arg-type]
    ]
    figures = [*_twin_speed(count), *_figures(rows)]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "beams.samples.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
        for carrier in sorted({row["carrier_ghz"] for row in rows}):
            _plot([row for row in rows if row["carrier_ghz"] == carrier], out / f"beams-{carrier:g}GHz.png")
    return BenchResult(figures=tuple(figures), seeds=(SEED,))


def scenario_at(carrier_ghz: float, propagation: Propagation, speed_mps: float) -> BeamScenario:
    """Return the benchmark's sector at one speed (± 10 %)."""
    mobility = Mobility(low_mps=0.9 * speed_mps, high_mps=1.1 * speed_mps, turn_deg_s=5.0)
    return typical_scenario(carrier_ghz, propagation, mobility=mobility)


def _at_speed(
    carrier: float,
    propagation: Propagation,
    speed: float,
    count: int,
    selectors: tuple[BeamSelector, ...],
    latencies: dict[str, float],
) -> list[Row]:
    from twins.beams.simulation import simulate_beams

    scenario = scenario_at(carrier, propagation, speed)
    traces = simulate_beams(scenario, count, SEED)
    covered = predictor_card().covers(card_conditions(scenario)).covered
    trials = {selector.name: run_trial(selector, traces) for selector in selectors}
    scores = {
        selector.name: score(trials[selector.name], selector, scenario, TERMINALS, latencies[selector.name])
        for selector in selectors
    }
    sweep, learned = scores["sweep"], scores[BeamPredictor.name]
    gain = efficiency_gain(trials[learned.selector], learned.overhead, trials["sweep"], sweep.overhead, scenario)
    common = {
        "carrier_ghz": carrier,
        "propagation": propagation,
        "speed_mps": speed,
        "covered": covered,
        "gain_over_sweep": gain.value,
    }
    return [
        {**common, "gain_low": gain.interval.low, **selector_score.model_dump(mode="json")} for selector_score in scores.values()
    ]


def _twin_speed(count: int) -> list[Figure]:
    from twins.beams.simulation import simulate_beams

    scenario = scenario_at(28.0, "UMi", 20.0)
    start = time.process_time()
    simulate_beams(scenario, count, SEED)
    rate = count / (time.process_time() - start)
    return [Figure(name="beam twin", value=rate, unit="trajectories/CPU-s", note=f"{scenario.duration_s:.2f} s of 32 beams each")]


def _figures(rows: list[Row]) -> list[Figure]:
    figures = []
    for point in dict.fromkeys((row["carrier_ghz"], row["speed_mps"]) for row in rows):
        figures += _figures_at([row for row in rows if (row["carrier_ghz"], row["speed_mps"]) == point])
    for carrier, name in dict.fromkeys((row["carrier_ghz"], row["selector"]) for row in rows):
        share = next(row["overhead"] for row in rows if (row["carrier_ghz"], row["selector"]) == (carrier, name))
        note = f"{TERMINALS} terminals"
        figures.append(Figure(name=f"overhead, {carrier:g} GHz, {name}", value=100 * share, unit="%", note=note))
    latency = {row["selector"]: row["latency_ms"] for row in rows}
    figures += [Figure(name=f"latency, {name}", value=value, unit="ms", note="one terminal") for name, value in latency.items()]
    return figures


def _figures_at(rows: list[Row]) -> list[Figure]:
    """Figures of the predictor at one carrier and speed, with those of the other selectors in the notes."""
    ours = next(row for row in rows if row["selector"] == BeamPredictor.name)
    others = [row for row in rows if row is not ours]
    where = f"{ours['carrier_ghz']:g} GHz, {ours['speed_mps']:g} m/s"
    outside = "" if ours["covered"] else "outside the card; "
    measures = (
        ("top1", "top-1", ""),
        ("top3", "top-3", ""),
        ("loss_mean_db", "RSRP loss", "dB"),
        ("loss_p95_db", "RSRP loss p95", "dB"),
    )
    figures = [
        Figure(
            name=f"{label}, {where}", value=ours[field]["value"], unit=unit,
            note=outside + ", ".join(f"{row['selector']} {row[field]['value']:.3g}" for row in others),
        )
        for field, label, unit in measures
    ]  # fmt: skip
    calibration = outside + ", ".join(f"{row['selector']} {row['calibration_error']:.3f}" for row in others)
    figures.append(Figure(name=f"ECE, {where}", value=ours["calibration_error"], unit="", note=calibration))
    gain = f"{outside}spectral efficiency, from {100 * ours['gain_low']:+.2f}"
    figures.append(Figure(name=f"gain over sweep, {where}", value=100 * ours["gain_over_sweep"], unit="% of genie", note=gain))
    return figures


def _plot(rows: list[Row], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    panels = (
        ("top1", "top-1 accuracy"),
        ("loss_mean_db", "mean RSRP loss, dB"),
        ("loss_p95_db", "RSRP loss p95, dB"),
        ("efficiency", "net efficiency"),
    )
    figure, axes = plt.subplots(1, len(panels), figsize=(17, 4), constrained_layout=True)
    trained = max((row["speed_mps"] for row in rows if row["covered"]), default=None)
    for axis, (field, label) in zip(axes, panels, strict=True):
        for name in dict.fromkeys(row["selector"] for row in rows):
            curve = [row for row in rows if row["selector"] == name]
            speeds, values = [row["speed_mps"] for row in curve], [row[field]["value"] for row in curve]
            errors = [[abs(row[field]["interval"][end] - row[field]["value"]) for row in curve] for end in ("low", "high")]
            axis.errorbar(speeds, values, yerr=errors, label=name, marker="o", markersize=3, capsize=2)
        if trained is not None:
            axis.axvline(trained, color="grey", linestyle=":", linewidth=1)
        axis.set(xlabel="speed, m/s", ylabel=label)
        axis.grid(alpha=0.3)
    axes[0].legend()
    figure.suptitle(f"{rows[0]['carrier_ghz']:g} GHz {rows[0]['propagation']}; dotted: highest speed covered by the card")
    figure.savefig(path, dpi=110)
    plt.close(figure)
