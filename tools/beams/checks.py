"""Conditions for recommending the learned predictor; each check reports its value and its bound."""

from __future__ import annotations

from collections.abc import Sequence

from policies.statistics.difference import difference
from tools.beams.comparison import ScenarioScores
from tools.beams.predictor import BeamPredictor
from tools.beams.scoring import SelectorScore
from tools.contract import ToolValue

MIN_NEARBY_GAIN = -0.01  # tolerated loss of spectral efficiency in nearby scenarios
LOSS_MARGIN_DB = 1.0
MAX_CALIBRATION_ERROR, MIN_CONFIDENCE = 0.10, 0.5
LATENCY_SHARE = 0.25  # of a burst period


class Check(ToolValue):
    """One condition for recommending the learned predictor: `told` states its value and its bound."""

    name: str
    passed: bool
    told: str


def checks_of(cases: Sequence[ScenarioScores]) -> tuple[Check, ...]:
    """Check whether the predictor can be recommended, over all scenarios; the first case is the matched scenario."""
    matched, learned = cases[0], BeamPredictor.name
    card = Check(
        name="card",
        passed=matched.coverage.covered,
        told="; ".join(matched.coverage.reasons) or "the data card covers the mobility",
    )
    scored = [(case, ours) for case in cases if (ours := case.of(learned)) is not None and case.gain is not None]
    if len(scored) < len(cases):
        return (
            card,
            Check(name="codebook", passed=False, told=f"the predictor was not trained for {matched.scenario.array.codebook}"),
        )
    return (card, *_gain_checks(cases), *_score_checks(scored))


def _gain_checks(cases: Sequence[ScenarioScores]) -> tuple[Check, Check]:
    matched, worst = cases[0].gain, min(cases[1:], key=lambda case: case.gain.interval.low if case.gain else 0.0)
    assert matched is not None
    assert worst.gain is not None
    return (
        Check(
            name="gain", passed=matched.interval.low > 0.0,
            told=f"{100 * matched.value:+.2f} % of the genie's spectral efficiency over {cases[0].best_classical} (95 %:"
            f" {100 * matched.interval.low:+.2f} to {100 * matched.interval.high:+.2f}); must be above 0",
        ),
        Check(
            name="nearby", passed=worst.gain.interval.low > MIN_NEARBY_GAIN,
            told=f"worst nearby scenario is {worst.name!r}: {100 * worst.gain.value:+.2f} % (95 %: from"
            f" {100 * worst.gain.interval.low:+.2f}); must stay above {100 * MIN_NEARBY_GAIN:+.0f} %",
        ),
    )  # fmt: skip


def _score_checks(scored: Sequence[tuple[ScenarioScores, SelectorScore]]) -> tuple[Check, Check, Check, Check]:
    tails = [
        (difference(ours.loss_p95_db, theirs.loss_p95_db), case.name)
        for case, ours in scored
        if (theirs := case.of(case.best_classical)) is not None
    ]
    excess, worst_case = max(tails, key=lambda tail: tail[0].interval.high)
    calibration_error = max(ours.calibration_error for _, ours in scored)
    confidence = min(ours.confidence for _, ours in scored)
    latency, max_latency = scored[0][1].latency_ms, LATENCY_SHARE * scored[0][0].scenario.burst_period_ms
    return (
        Check(
            name="loss", passed=excess.interval.high <= LOSS_MARGIN_DB,
            told=f"95th percentile of the RSRP loss is {excess.value:+.1f} dB against the best classical selector in"
            f" {worst_case!r} (95 %: up to {excess.interval.high:+.1f}); at most {LOSS_MARGIN_DB:+.0f} dB",
        ),
        Check(
            name="calibration", passed=calibration_error <= MAX_CALIBRATION_ERROR,
            told=f"expected calibration error {calibration_error:.3f}; at most {MAX_CALIBRATION_ERROR:.2f}",
        ),
        Check(
            name="confidence", passed=confidence >= MIN_CONFIDENCE,
            told=f"mean confidence {confidence:.2f}; at least {MIN_CONFIDENCE:.2f}",
        ),
        Check(name="latency", passed=latency <= max_latency, told=f"{latency:.2f} ms per decision; at most {max_latency:g} ms"),
    )  # fmt: skip
