"""Beam management under mobility (seed 002, section 5): retrieve, compare in the beam twin, recommend an xApp's model or keep
the sweep.

The network's model has no attribute that selects an xApp's beam model: the run ends with a recommendation and its evidence,
and changes nothing.
"""

from __future__ import annotations

from typing import Final

from agents.heuristics.evidence_reader import answer_to, warnings_of
from agents.heuristics.situation import Situation
from agents.planner import Decision, Finish, View
from agents.understanding.conditions import LinkConditions, Motion
from agents.workflows.calls import ask_for, call, failure_of, malformed
from agents.workflows.degradation_summary import degradation_words
from agents.workflows.speed import Trial, known_motion
from tools.beams.compare_tool import BeamComparison, compare_beam_selectors
from tools.calls.tool_call import ToolCall

LEARNED: Final = "learned predictor"
_KPIS: Final = ["MM.RlfRate", "RRC.ConnMean", "CARR.AverageBlerDl"]
_FASTEST_MPS: Final = 100.0
_TRIAL: Final = Trial(of="beam selectors", twin="beam twin", kept="the beam sweep")


def select_beams(view: View, situation: Situation, link: LinkConditions) -> Decision:
    """Gather what the choice needs, compare the selectors for the worst cell, and end with a recommendation."""
    cells = [cell.id for cell in situation.cells]
    retrieved = [
        call("read_configuration", "carrier configuration", cells=cells, classes=["NRCellDU", "NRSectorCarrier"]),
        call("query_kpi", "link failures, block errors and connected users", kpis=_KPIS, cells=cells, windows=12),
        call("detect_degradation", "what got worse lately", cells=cells),
    ]
    decision: Decision | None = ask_for(view, retrieved) or failure_of(view, retrieved[:2])
    if decision is not None:
        return decision
    motion = known_motion(view, link, _FASTEST_MPS, _TRIAL)
    if not isinstance(motion, Motion):
        return motion
    wanted = _comparison_call(situation, motion)
    decision = ask_for(view, [wanted]) or failure_of(view, [wanted])
    if decision is not None:
        return decision
    comparison = answer_to(view.observations, compare_beam_selectors, wanted)
    if comparison is None:
        return malformed(wanted)
    return _recommend(view, situation, motion, comparison)


def _comparison_call(situation: Situation, motion: Motion) -> ToolCall:
    cell = _worst_cell(situation)
    users = situation.kpi("RRC.ConnMean", cell)
    known = {} if users is None else {"terminals": min(max(round(users), 1), 500)}
    return call(
        "compare_beam_selectors", "sweep, tracking and the learned predictor under this mobility and nearby ones",
        cell=cell, slowest_mps=motion.low_mps, fastest_mps=motion.high_mps, **known,
    )  # fmt: skip


def _worst_cell(situation: Situation) -> str:
    """The cell with most radio link failures; the first where none was counted."""
    return max(situation.cells, key=lambda cell: situation.kpi("MM.RlfRate", cell.id) or 0.0).id


def _recommend(view: View, situation: Situation, motion: Motion, comparison: BeamComparison) -> Finish:
    passed = [one.told for one in comparison.checks if one.passed]
    failed = [f"{one.name}: {one.told}" for one in comparison.checks if not one.passed]
    uncovered = any(one.name in ("card", "codebook") and not one.passed for one in comparison.checks)
    switch = ""
    if comparison.recommended == LEARNED:
        switch = f"switch the beam-management xApp of {comparison.cell} to the learned predictor"
        said = f"recommended: {switch}. {'; '.join(passed)}"
        after = (
            "Run it in shadow mode first; back to the sweep when MM.RlfRate rises, or when terminals move otherwise than in its"
            " data card"
        )
    elif uncovered:
        reasons = "; ".join(failed)
        said = f"keep the beam sweep in {comparison.cell}: the learned predictor's data card does not cover this. {reasons}"
        after = "More data is needed: traces of L1-RSRP at this mobility, and a training on them"
    else:
        said = f"keep the classical beam selection ({comparison.recommended}) in {comparison.cell}: {'; '.join(failed)}"
        after = "The learned predictor is covered by its data card, but does not pay here"
    parts = [said, after, _told_scores(comparison), _told_network(situation, comparison.cell), _told_assumptions(view, motion)]
    return Finish(summary=". ".join(part for part in parts if part), recommendation=switch)


def _told_scores(comparison: BeamComparison) -> str:
    rows = [
        f"{one.selector} top-1 {100 * one.top1.value:.0f} %, RSRP loss {one.loss_mean_db.value:.2f} dB"
        f" (95th percentile {one.loss_p95_db.value:.1f}), overhead {100 * one.overhead:.2f} %,"
        f" confidence {one.confidence:.2f}, {one.latency_ms:.2f} ms a decision"
        for one in comparison.scenarios[0].scores
    ]
    return "In the beam twin: " + "; ".join(rows)


def _told_network(situation: Situation, cell: str) -> str:
    failures = situation.kpi("MM.RlfRate", cell)
    seen = "no radio link failures were counted" if failures is None else f"MM.RlfRate {failures:.3g} %"
    return f"Seen on the network: {seen}; {degradation_words(situation.observations, cell)}"


def _told_assumptions(view: View, motion: Motion) -> str:
    speeds = f"terminals at {motion.low_mps:g} to {motion.high_mps:g} m/s, from {motion.words!r}"
    return "Assumed, for want of data: " + "; ".join([speeds, *warnings_of(view.observations)])
