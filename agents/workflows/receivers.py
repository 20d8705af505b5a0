"""Channel-estimator selection (seed 002, D.3): retrieve, compare under the matched configuration, recommend or fall back.

The estimator is chosen for one cell, configuration and speed, never globally. The network's model has no attribute that selects
an estimator, so the run ends with a recommendation and its evidence, and changes nothing.
"""

from __future__ import annotations

from typing import Final

from agents.heuristics.evidence_reader import latest
from agents.heuristics.situation import Situation
from agents.planner import Decision, Escalate, Finish, View
from agents.understanding.conditions import LinkConditions, Motion
from agents.workflows.calls import call, failure_of, malformed_evidence, pending
from agents.workflows.pilot_trial import answered_floor, better_pilots, floor_call, pilots_of
from agents.workflows.receiver_judgement import Outcome, judge
from agents.workflows.receiver_summary import recommendation_of, summary_of
from agents.workflows.receiver_trials import answered_trials, trials_of
from agents.workflows.speed import Comparison, motion_for
from tools.ran.link_conditions import CellConditions, link_conditions
from tools.receivers.floor.finding import FloorFinding

_KPIS: Final = ["CARR.AverageBlerDl", "RRU.PrbTotDl", "MM.RlfRate"]
_WINDOWS: Final = 24
_MAX_PRBS: Final = 8  # of a simulated link: the simulation time grows with them
_COMPARISON: Final = Comparison(subject="channel estimators", twin="link twin", max_mps=140.0, fallback="the estimator in use")


def select_estimator(view: View, situation: Situation, link: LinkConditions, slots: int) -> Decision:
    """Gather the evidence, compare the estimators for the worst cell over `slots` slots, and end with a recommendation."""
    cells = [cell.id for cell in situation.cells]
    conditions = {"windows": _WINDOWS, "most_prbs": _MAX_PRBS, **link.terms}
    evidence = [
        call("read_configuration", "carrier configuration", cells=cells, classes=["NRCellDU", "NRSectorCarrier"]),
        call("query_kpi", "block errors, load and link failures", kpis=_KPIS, cells=cells, windows=_WINDOWS),
        call("detect_degradation", "KPIs that degraded recently", cells=cells),
        call("link_conditions", "SINR, MCS and block errors, and conditions that no counter reports", cells=cells, **conditions),
    ]
    required = [query for query in evidence if query.tool != "detect_degradation"]
    decision: Decision | None = pending(view, evidence) or failure_of(view, required)
    if decision is not None:
        return decision
    motion = motion_for(_COMPARISON, view, link)
    if not isinstance(motion, Motion):
        return motion
    cell = _worst_cell(view)
    if cell is None:
        return Escalate(
            reason=f"cannot compare channel estimators, because no CQI was reported in {', '.join(cells)}: the SINR is unknown",
            nearest="keep the estimator in use, and try again when terminals are connected",
        )
    return _compare(view, situation, cell, motion, slots)


def _worst_cell(view: View) -> CellConditions | None:
    """Return the conditions of the cell with the most block errors among those whose SINR is known."""
    newest = latest(view.observations, link_conditions)
    cells = [cell for cell in (newest.cells if newest else ()) if cell.levels]
    return max(cells, key=lambda cell: cell.block_errors.mean or 0.0, default=None)


def _compare(view: View, situation: Situation, cell: CellConditions, motion: Motion, slots: int) -> Decision:
    trials = trials_of(cell, motion, slots)
    calls = [trial.call for trial in trials]
    decision: Decision | None = pending(view, calls) or failure_of(view, calls)
    if decision is not None:
        return decision
    comparisons = answered_trials(view, trials)
    if len(comparisons) < len(trials):
        return malformed_evidence(calls[0])
    outcome = judge(comparisons, cell)
    if outcome is None:
        return Escalate(
            reason=f"cannot recommend a channel estimator for {cell.cell}, because no classical receiver supports this link",
            nearest="keep the estimator in use, or give a link that it supports",
        )
    examination = floor_call(view, outcome, cell)
    if examination is not None and (decision := pending(view, [examination]) or failure_of(view, [examination])):
        return decision
    floor = None if examination is None else answered_floor(view, examination)
    return _recommend(outcome, cell, floor, summary_of(outcome, cell, situation, motion, view), motion)


def _recommend(outcome: Outcome, cell: CellConditions, floor: FloorFinding | None, summary: str, motion: Motion) -> Finish:
    """Finish with the estimator, or with more pilots if they remove an error floor of the receiver in use."""
    pilots = better_pilots(floor)
    recommendation = recommendation_of(outcome, cell, motion) if pilots is None else pilots_of(pilots, cell.cell)
    examined = [f"recommended first: {recommendation}"] if pilots else []
    examined += floor.sentences() if floor else []
    return Finish(summary=". ".join([*examined, summary] if pilots else [summary, *examined]), recommendation=recommendation)
