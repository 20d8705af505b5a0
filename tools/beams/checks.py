"""What must hold before the learned predictor may be recommended; each check tells its value and its bound."""

from __future__ import annotations

from collections.abc import Sequence

from tools.beams.comparison import ScenarioScores
from tools.beams.predictor import BeamPredictor
from tools.beams.scoring import SelectorScore
from tools.contract import ToolValue

HARM = -0.01  # a loss of spectral efficiency nearby that is still tolerated
LOSS_MARGIN_DB = 1.0
CALIBRATED, CONFIDENT = 0.10, 0.5
LATENCY_SHARE = 0.25  # of a burst period


class Check(ToolValue):
    """Something that must hold before the learned predictor may be recommended."""

    name: str
    passed: bool
    told: str


def checks_of(cases: Sequence[ScenarioScores]) -> tuple[Check, ...]:
    """Return what must hold for the predictor to be recommended, judged over all scenarios; the first case is the matched one."""
    matched, learned = cases[0], BeamPredictor.name
    covered = Check(
        name="card",
        passed=matched.coverage.covered,
        told="; ".join(matched.coverage.reasons) or "the data card covers the mobility",
    )
    scored = [(case, ours) for case in cases if (ours := case.of(learned)) is not None and case.gain is not None]
    if len(scored) < len(cases):
        return (
            covered,
            Check(name="codebook", passed=False, told=f"the predictor was not trained for {matched.scenario.array.codebook}"),
        )
    return (covered, *_gain_checks(cases), *_score_checks(scored))


def _gain_checks(cases: Sequence[ScenarioScores]) -> tuple[Check, Check]:
    first, worst = cases[0].gain, min(cases[1:], key=lambda case: case.gain.interval.low if case.gain else 0.0)
    assert first is not None
    assert worst.gain is not None
    return (
        Check(
            name="gain", passed=first.interval.low > 0.0,
            told=f"{100 * first.value:+.2f} % of the genie's spectral efficiency over {cases[0].best_classical} (95 %:"
            f" {100 * first.interval.low:+.2f} to {100 * first.interval.high:+.2f}); must lie above 0",
        ),
        Check(
            name="nearby", passed=worst.gain.interval.low > HARM,
            told=f"worst nearby scenario is {worst.name!r}: {100 * worst.gain.value:+.2f} % (95 %: from"
            f" {100 * worst.gain.interval.low:+.2f}); must stay above {100 * HARM:+.0f} %",
        ),
    )  # fmt: skip


def _score_checks(scored: Sequence[tuple[ScenarioScores, SelectorScore]]) -> tuple[Check, Check, Check, Check]:
    tails = [
        (ours.loss_p95_db.value - theirs.loss_p95_db.value, case.name)
        for case, ours in scored
        if (theirs := case.of(case.best_classical)) is not None
    ]
    excess, where = max(tails)
    off = max(ours.calibration_error for _, ours in scored)
    trust = min(ours.confidence for _, ours in scored)
    latency, allowed = scored[0][1].latency_ms, LATENCY_SHARE * scored[0][0].scenario.burst_period_ms
    return (
        Check(
            name="loss", passed=excess <= LOSS_MARGIN_DB,
            told=f"95th percentile of the RSRP loss is {excess:+.1f} dB against the best classical selector in {where!r}; at most"
            f" {LOSS_MARGIN_DB:+.0f} dB",
        ),
        Check(name="calibration", passed=off <= CALIBRATED, told=f"expected error {off:.3f}; at most {CALIBRATED:.2f}"),
        Check(name="confidence", passed=trust >= CONFIDENT, told=f"mean confidence {trust:.2f}; at least {CONFIDENT:.2f}"),
        Check(name="latency", passed=latency <= allowed, told=f"{latency:.2f} ms a decision; at most {allowed:g} ms"),
    )  # fmt: skip
