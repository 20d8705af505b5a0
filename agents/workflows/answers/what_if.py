"""A supposition: the supposed edits are tried in the twin against no change, and the differences are the answer.

No decision of this workflow is a proposal, and the step that follows decisions refuses one in such a run, whoever makes it.
"""

from __future__ import annotations

from typing import Final

from agents.heuristics.draft import Draft
from agents.heuristics.evidence_reader import answer_to, warnings_of
from agents.heuristics.situation import Situation
from agents.planner import Decision, Finish, View
from agents.understanding.result import Supposed
from agents.workflows.answers.difference_table import difference_table
from agents.workflows.answers.kpi_difference import KpiDifference, title_of
from agents.workflows.answers.supposed_intent import supposed_intent
from agents.workflows.calls import call, failure_of, malformed_evidence, pending
from agents.workflows.direct_edits import InvalidEditError, direct_draft
from agents.workflows.gathering import crowd_question, forecast_call
from agents.workflows.proposing import world_notes
from policies.change import ChangeSet
from policies.guardrails.steps import judge_step, step_of
from policies.intent import Intent
from policies.kpi import kpi_definition
from policies.limits.change_text import change_lines
from policies.proposal import Candidate
from tools.calls.tool_call import ToolCall
from tools.ran.candidate_tools import NO_CHANGE, Comparison, compare_candidates
from twins.network import NetworkCard

AS_SUPPOSED: Final = "as supposed"
NOTHING_APPLIED: Final = "this was tried in the twin only: nothing was changed, and this run can apply nothing"
_MAX_EDITS, _MAX_NAMED = 6, 3


def answer_what_if(view: View, supposed: Supposed, seeds: int) -> Decision:
    """Gather what the twin needs, try the supposed edits under `seeds` seeds, and finish with the differences to no change."""
    if unknown := _unknown_cells(supposed, view.card):
        cells = ", ".join(cell.id for cell in view.card.cells)
        return Finish(summary=f"that cannot be told: {', '.join(unknown)} is no cell of this network; there are {cells}")
    intent = supposed_intent(supposed, view.text, view.card)
    # Without step bounds: they say how far one change may go, and nothing is changed.
    situation = Situation(card=view.card, intent=intent, observations=view.observations)
    configuration = call("read_configuration", "the present values of what is supposed to change", cells=edited_cells(supposed))
    calls = [configuration, forecast_call(situation)]
    if decision := pending(view, calls) or failure_of(view, calls[:1]):
        return decision
    if question := crowd_question(view, situation):
        return question
    try:
        draft = direct_draft(supposed.direct, situation).model_copy(update={"name": AS_SUPPOSED})
    except InvalidEditError as error:
        return Finish(summary=f"that cannot be: {error}; the nearest that can: {error.nearest}")
    if not draft.edits:
        return Finish(summary="nothing would change: the network already has all supposed values")
    trial = supposed_trial(intent, draft, seeds)
    return pending(view, [trial]) or failure_of(view, [trial]) or _answer(view, intent, draft, trial)


def edited_cells(supposed: Supposed) -> list[str]:
    """Return the ids of the cells in which something is supposed to change."""
    return list(dict.fromkeys(edit.cell for edit in supposed.direct))


def _unknown_cells(supposed: Supposed, card: NetworkCard) -> list[str]:
    named = dict.fromkeys(cell for edit in supposed.direct for cell in (edit.cell, edit.target_cell) if cell)
    return [cell for cell in named if all(cell != known.id for known in card.cells)]


def supposed_trial(intent: Intent, draft: Draft, seeds: int) -> ToolCall:
    """Return the call that tries what is supposed."""
    return call(
        "compare_candidates",
        "what is supposed against no change, under the same seeds",
        intent=intent.model_dump(mode="json"),
        candidates=[draft.for_tool()],
        seeds=seeds,
        depth="full",
    )


def _answer(view: View, intent: Intent, draft: Draft, trial: ToolCall) -> Decision:
    comparison = answer_to(view.observations, compare_candidates, trial)
    if comparison is None:
        return malformed_evidence(trial)
    edits = _in_words(draft)
    if AS_SUPPOSED in comparison.refused:
        return Finish(summary=f"that cannot be ({edits}): the twin refuses it: {comparison.refused[AS_SUPPOSED]}")
    tried = {candidate.name: candidate for candidate in comparison.candidates}
    if AS_SUPPOSED not in tried or NO_CHANGE not in tried:
        return Finish(summary=f"that cannot be told ({edits}): the twin gave no prediction of it")
    pairs = [*intent.bounds(), *intent.objectives()]
    differences = [KpiDifference.between(tried[AS_SUPPOSED], tried[NO_CHANGE], place, target) for place, target in pairs]
    notes = [
        f"supposed: {edits}",
        *_elsewhere(tried[AS_SUPPOSED], differences, view.card),
        f"95 % intervals of the difference over {len(comparison.seeds)} seeds, with and without under the same ones",
        *world_notes(comparison),
        *_beyond_one_change(view, draft),
        *intent.assumptions,
        *(f"warning: {warning}" for warning in warnings_of(view.observations)),
        NOTHING_APPLIED,
    ]
    table = difference_table("What would change, by the twin", differences, comparison.twin_gap, notes)
    return Finish(summary="; ".join([_summary(edits, differences), *_shown(comparison), NOTHING_APPLIED]), tables=(table,))


def _in_words(draft: Draft) -> str:
    lines = change_lines(ChangeSet(edits=draft.edits))
    more = f" and {len(lines) - _MAX_EDITS} more" if len(lines) > _MAX_EDITS else ""
    return f"{'; '.join(lines[:_MAX_EDITS])}{more}"


def _summary(edits: str, differences: list[KpiDifference]) -> str:
    material = [one.describe() for one in differences if one.is_material]
    certain = [one.describe() for one in differences if one.is_distinguishable and not one.is_material]
    rest = [one.name for one in differences if one.is_compared and not one.is_distinguishable]
    untold = [f"{one.name} ({one.finding})" for one in differences if not one.is_compared]
    parts = [
        f"materially different: {'; '.join(material)}" if material else "nothing is materially different",
        f"different, but not certainly by as much as matters: {_some(certain)}" if certain else "",
        f"not distinguishable from no change: {_some(rest)}" if rest else "",
        f"not comparable: {_some(untold)}" if untold else "",
    ]
    return f"with {edits}, the twin shows: {'; '.join(filter(None, parts))}"


def _some(names: list[str]) -> str:
    """Return a few names, of many only their number: the table has them all."""
    return "; ".join(names) if len(names) <= _MAX_NAMED else f"{len(names)} KPIs"


def _elsewhere(candidate: Candidate, differences: list[KpiDifference], card: NetworkCard) -> list[str]:
    """Return the material effects in the cells where the edits act, of KPIs that were not asked about."""
    asked = {(one.kpi, one.slice) for one in differences}
    ids = {cell.dn: cell.id for cell in card.cells}
    effects = [
        f"also material in {ids.get(effect.cell, effect.cell)}: {title_of(effect.kpi, effect.slice)}, {effect.no_change:.3g}"
        f" {kpi_definition(effect.kpi).unit} without, {effect.effect.low:+.3g}..{effect.effect.high:+.3g} with"
        for effect in candidate.effects or ()
        if (effect.kpi, effect.slice) not in asked and not effect.per_load
    ]
    more = [f"and {len(effects) - _MAX_EDITS} more such effects"] if len(effects) > _MAX_EDITS else []
    return [*effects[:_MAX_EDITS], *more]


def _shown(comparison: Comparison) -> list[str]:
    return world_notes(comparison)[:1] if comparison.part else []


def _beyond_one_change(view: View, draft: Draft) -> list[str]:
    """Return which supposed edits go further than one change may: what was tried is not what could be asked for at once."""
    reasons = [
        judge_step(edit, step, edit.old)
        for edit in ChangeSet(edits=draft.edits).attribute_edits()
        if (step := step_of(view.steps, edit.dn, edit.attribute)) is not None
    ]
    return list(dict.fromkeys(f"more than one change may do: {reason.message}" for reason in reasons if reason is not None))
