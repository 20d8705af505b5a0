"""Channel-estimator selection (seed 002, D.3): retrieve, compare under the matched configuration, recommend or fall back.

The estimator is chosen for one cell, configuration and speed, never globally. The network's model has no attribute that selects
an estimator: the run ends with a recommendation and its evidence, and changes nothing.
"""

from __future__ import annotations

from typing import Final

from agents.heuristics.evidence_reader import latest
from agents.heuristics.situation import Situation
from agents.planner import Decision, Escalate, Finish, View
from agents.understanding.conditions import LinkConditions, Motion
from agents.workflows.calls import ask_for, call, failure_of, malformed
from agents.workflows.receiver_judgement import judge
from agents.workflows.receiver_summary import recommendation_of, summary_of
from agents.workflows.receiver_trials import compared, trials_of
from agents.workflows.speed import Trial, known_motion
from tools.ran.link_conditions import CellConditions, link_conditions

_KPIS: Final = ["CARR.AverageBlerDl", "RRU.PrbTotDl", "MM.RlfRate"]
_WINDOWS: Final = 24
_MOST_PRBS: Final = 8  # of a link that is simulated: time grows with them
_FASTEST_MPS: Final = 140.0
_TRIAL: Final = Trial(of="channel estimators", twin="link twin", kept="the estimator in use")


def select_estimator(view: View, situation: Situation, link: LinkConditions, slots: int) -> Decision:
    """Gather what the choice needs, compare the estimators for the worst cell over `slots` slots, end with a recommendation."""
    cells = [cell.id for cell in situation.cells]
    known = {"windows": _WINDOWS, "most_prbs": _MOST_PRBS, **link.terms}
    retrieved = [
        call("read_configuration", "carrier configuration", cells=cells, classes=["NRCellDU", "NRSectorCarrier"]),
        call("query_kpi", "block errors, load and link failures", kpis=_KPIS, cells=cells, windows=_WINDOWS),
        call("detect_degradation", "what got worse lately", cells=cells),
        call("link_conditions", "SINR, MCS, block errors, and what no counter tells", cells=cells, **known),
    ]
    needed = [one for one in retrieved if one.tool != "detect_degradation"]
    decision: Decision | None = ask_for(view, retrieved) or failure_of(view, needed)
    if decision is not None:
        return decision
    motion = known_motion(view, link, _FASTEST_MPS, _TRIAL)
    if not isinstance(motion, Motion):
        return motion
    cell = _worst_cell(view)
    if cell is None:
        return Escalate(
            reason=f"cannot compare channel estimators, because no CQI was reported in {', '.join(cells)}: the SINR is not known",
            nearest="keep the estimator in use; try again when terminals are connected",
        )
    return _compare(view, situation, cell, motion, slots)


def _worst_cell(view: View) -> CellConditions | None:
    """The conditions of the cell with most block errors, of those whose SINR is known."""
    newest = latest(view.observations, link_conditions)
    cells = [one for one in (newest.cells if newest else ()) if one.levels]
    return max(cells, key=lambda one: one.block_errors.mean or 0.0, default=None)


def _compare(view: View, situation: Situation, cell: CellConditions, motion: Motion, slots: int) -> Decision:
    trials = trials_of(cell, motion, slots)
    calls = [one.call for one in trials]
    decision: Decision | None = ask_for(view, calls) or failure_of(view, calls)
    if decision is not None:
        return decision
    comparisons = compared(view, trials)
    if len(comparisons) < len(trials):
        return malformed(calls[0])
    outcome = judge(comparisons, cell)
    if outcome is None:
        return Escalate(
            reason=f"cannot recommend a channel estimator for {cell.cell}: no classical receiver can receive this link",
            nearest="keep the estimator in use; give a link that it can receive",
        )
    return Finish(
        summary=summary_of(outcome, cell, situation, motion, view), recommendation=recommendation_of(outcome, cell, motion)
    )
