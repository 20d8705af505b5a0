"""Beam management under mobility (seed 002, section 5): retrieve, compare in the beam twin, recommend a beam model or the sweep.

The network's model has no attribute that selects the beam model of an xApp, so the run ends with a recommendation and its
evidence, and changes nothing.
"""

from __future__ import annotations

from typing import Final

from agents.heuristics.evidence_reader import answer_to, warnings_of
from agents.heuristics.situation import Situation
from agents.planner import Decision, Finish, View
from agents.understanding.conditions import LinkConditions, Motion
from agents.workflows.calls import call, failure_of, malformed_evidence, pending
from agents.workflows.degradation_summary import degradation_summary
from agents.workflows.speed import Comparison, motion_for
from tools.beams.compare_tool import BeamComparison, compare_beam_selectors
from tools.calls.tool_call import ToolCall

LEARNED: Final = "learned predictor"
_KPIS: Final = ["MM.RlfRate", "RRC.ConnMean", "CARR.AverageBlerDl"]
_COMPARISON: Final = Comparison(subject="beam selectors", twin="beam twin", max_mps=100.0, fallback="the beam sweep")


def select_beams(view: View, situation: Situation, link: LinkConditions) -> Decision:
    """Gather the evidence, compare the beam selectors for the worst cell, and end with a recommendation."""
    cells = [cell.id for cell in situation.cells]
    evidence = [
        call("read_configuration", "carrier configuration", cells=cells, classes=["NRCellDU", "NRSectorCarrier"]),
        call("query_kpi", "link failures, block errors and connected users", kpis=_KPIS, cells=cells, windows=12),
        call("detect_degradation", "KPIs that degraded recently", cells=cells),
    ]
    decision: Decision | None = pending(view, evidence) or failure_of(view, evidence[:2])
    if decision is not None:
        return decision
    motion = motion_for(_COMPARISON, view, link)
    if not isinstance(motion, Motion):
        return motion
    trial = _comparison_call(situation, motion)
    decision = pending(view, [trial]) or failure_of(view, [trial])
    if decision is not None:
        return decision
    comparison = answer_to(view.observations, compare_beam_selectors, trial)
    if comparison is None:
        return malformed_evidence(trial)
    return _recommend(view, situation, motion, comparison)


def _comparison_call(situation: Situation, motion: Motion) -> ToolCall:
    cell = _worst_cell(situation)
    users = situation.kpi("RRC.ConnMean", cell)
    terminals = {} if users is None else {"terminals": min(max(round(users), 1), 500)}
    return call(
        "compare_beam_selectors", "sweep, tracking and the learned predictor under this mobility and similar ones",
        cell=cell, slowest_mps=motion.low_mps, fastest_mps=motion.high_mps, **terminals,
    )  # fmt: skip


def _worst_cell(situation: Situation) -> str:
    """Return the cell with the highest rate of radio link failures, the first cell if none were counted."""
    return max(situation.cells, key=lambda cell: situation.kpi("MM.RlfRate", cell.id) or 0.0).id


def _recommend(view: View, situation: Situation, motion: Motion, comparison: BeamComparison) -> Finish:
    switch = ""
    if comparison.recommended == LEARNED:
        switch = f"switch the beam-management xApp of {comparison.cell} to the learned predictor"
    parts = [
        *_conclusion(comparison, switch),
        _scores(comparison),
        _observed(situation, comparison.cell),
        _assumptions(view, motion),
    ]
    return Finish(summary=". ".join(parts), recommendation=switch)


def _conclusion(comparison: BeamComparison, switch: str) -> tuple[str, str]:
    """Return the recommendation with its reasons, and what should be done next."""
    passed = [check.told for check in comparison.checks if check.passed]
    failed = "; ".join(f"{check.name}: {check.told}" for check in comparison.checks if not check.passed)
    if switch:
        return (
            f"recommended: {switch}. {'; '.join(passed)}",
            "Run it in shadow mode first; return to the sweep if MM.RlfRate rises, or if the mobility is no longer covered by its"
            " data card",
        )
    if any(check.name in ("card", "codebook") and not check.passed for check in comparison.checks):
        return (
            f"keep the beam sweep in {comparison.cell}: the learned predictor's data card does not cover this case. {failed}",
            "More data is needed: L1-RSRP traces at this mobility, and training on them",
        )
    return (
        f"keep the classical beam selection ({comparison.recommended}) in {comparison.cell}: {failed}",
        "The learned predictor is covered by its data card, but brings no gain here",
    )


def _scores(comparison: BeamComparison) -> str:
    rows = [
        f"{score.selector} top-1 {100 * score.top1.value:.0f} %, RSRP loss {score.loss_mean_db.value:.2f} dB"
        f" (95th percentile {score.loss_p95_db.value:.1f} dB), overhead {100 * score.overhead:.2f} %,"
        f" confidence {score.confidence:.2f}, {score.latency_ms:.2f} ms per decision"
        for score in comparison.scenarios[0].scores
    ]
    return "In the beam twin: " + "; ".join(rows)


def _observed(situation: Situation, cell: str) -> str:
    failure_rate = situation.kpi("MM.RlfRate", cell)
    failures = "no radio link failures were counted" if failure_rate is None else f"MM.RlfRate {failure_rate:.3g} %"
    return f"Observed on the network: {failures}; {degradation_summary(situation.observations, cell)}"


def _assumptions(view: View, motion: Motion) -> str:
    speeds = f"terminals at {motion.low_mps:g} to {motion.high_mps:g} m/s, from {motion.words!r}"
    return "Assumed for lack of data: " + "; ".join([speeds, *warnings_of(view.observations)])
