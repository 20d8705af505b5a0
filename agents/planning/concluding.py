"""The conclusions of a plan: each is a claim, which the evidence bears out, or the plan fails its check.

A model says what follows; the words, figures, risks and rollback conditions are written from the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from agents.llm.checking import refused_beforehand
from agents.planner import Ask, Decision, Escalate, Finish, Propose
from agents.planning.plan_names import UNCHANGED
from agents.planning.scene import Names, PlanError, Scene
from agents.understanding.relative import unmeasured
from agents.understanding.result import NeedsMeasurement, Supposed, Understood
from agents.workflows.answers.what_if import answer_what_if
from agents.workflows.calls import failure_of
from agents.workflows.configuration import tunes_handover
from agents.workflows.gathering import crowd_question
from agents.workflows.handover_activity import CHECK_EVENT, inactive_cells, inactive_reason
from agents.workflows.measured.measuring import measured_values, unmeasurable
from agents.workflows.pressure import reason_for_no_change
from agents.workflows.proposing import indistinguishable
from agents.workflows.trials.situating import NO_CELLS
from policies.change import ChangeSet
from policies.managed_object import class_of
from policies.proposal import Candidate
from tools.calls.tool_call import ToolCall
from tools.ran.candidate_tools import Comparison
from tools.ran.constraint_tools import retrieve_3gpp_constraint

_CONFIGURATION: Final = "read_configuration"
_NEEDED: Final = (_CONFIGURATION, "query_kpi", "compare_candidates")
_PRESSURE: Final = ("query_kpi", "detect_degradation", "forecast_traffic")


def conclusion_of(names: Names, scene: Scene) -> Decision:
    """Return the decision that ends a plan; raises PlanError where the evidence does not bear out its claim."""
    kind, words = names[0], names[1:]
    if kind == "propose":
        return _propose(scene, words[0])
    if (kind, *words) not in _CLAIMS:
        raise PlanError(f"{' '.join(names)} concludes nothing")
    decision = _CLAIMS[kind, words[0]](scene)
    if decision is None:
        raise PlanError(f"{' '.join(names)}: the evidence does not say so")
    return decision


def bears_out(claim: Names, scene: Scene) -> bool:
    """Whether the evidence bears out a claim other than a proposal."""
    try:
        return _CLAIMS[claim[0], claim[1]](scene) is not None
    except PlanError:
        return False


def _is_tried(scene: Scene, *tools: str) -> bool:
    """Whether each of the tools that are offered was called: what was not looked at bears out nothing."""
    called = {observation.call.tool for observation in scene.view.observations}
    return all(offer.name in called for offer in scene.view.tools if offer.name in tools)


def _is_read(scene: Scene) -> bool:
    """Whether the configuration is read in which something would be edited: what was not read is no reason for anything."""
    edits = scene.reading.direct if isinstance(scene.reading, Understood | Supposed) else ()
    wanted = {edit.cell for edit in edits} or {cell.id for cell in scene.situation.cells}
    answered = (one.call for one in scene.view.observations if one.evidence is not None)
    read = {cell for made in answered if made.tool == _CONFIGURATION for cell in made.arguments.get("cells", ())}
    return wanted <= read


def _crowd(scene: Scene) -> Ask | None:
    return None if scene.intent is None else crowd_question(scene.view, scene.situation)


def _holds(scene: Scene) -> Finish | None:
    if not isinstance(scene.reading, Understood) or not _is_tried(scene, *_PRESSURE):
        return None
    reason = reason_for_no_change(scene.situation)
    return Finish(summary=f"no change: {reason}") if reason else None


def _same(scene: Scene) -> Finish | None:
    if not _is_read(scene):
        return None
    return scene.drafting if isinstance(scene.drafting, Finish) else None


def _full(scene: Scene) -> Comparison:
    """Return the newest comparison with confidence intervals; raises PlanError if there is none."""
    for request, comparison in scene.comparisons():
        if request.depth == "full":
            return comparison
    raise PlanError("no candidates were compared with confidence intervals")


def _no_better(scene: Scene) -> Finish | None:
    trial, comparison = scene.trial, _full(scene)
    ranked = [] if trial.reading.direct and trial.refusal(comparison) else trial.proposable(comparison)
    if not ranked or not ranked[0].change_set.is_empty or not ranked[0].feasible:
        return None
    return trial.no_change(ranked[0], comparison)


def _noise(scene: Scene) -> Finish | None:
    trial, comparison = scene.trial, _full(scene)
    ranked = trial.proposable(comparison)
    if not ranked or not ranked[0].feasible or ranked[0].change_set.is_empty:
        return None
    unchanged = trial.unchanged_instead(ranked[0], comparison)
    reason = f"the best candidate, {ranked[0].name}: {'; '.join(indistinguishable(ranked[0]))}"
    return None if unchanged is None else trial.no_change(unchanged, comparison, reason)


def _differences(scene: Scene) -> Finish | None:
    if not isinstance(scene.reading, Supposed) or not scene.drafts:
        return None
    answer = answer_what_if(scene.view, scene.reading, scene.effort.supposed_seeds)
    return answer if isinstance(answer, Finish) else None


def _cannot_be(scene: Scene) -> Finish | None:
    if not isinstance(scene.reading, Supposed) or scene.drafts:
        return None
    answer = answer_what_if(scene.view, scene.reading, scene.effort.supposed_seeds)
    return answer if isinstance(answer, Finish) else None


def _failed(scene: Scene) -> Escalate | None:
    made: list[ToolCall] = []
    for observation in scene.view.observations:
        if observation.call.tool in _NEEDED and all(observation.call.arguments != call.arguments for call in made):
            made.append(observation.call)
    settled = [call for call in made if failure_of(scene.view, [call]) is None or _attempts(scene, call) > 1]
    return failure_of(scene.view, settled)


def _attempts(scene: Scene, call: ToolCall) -> int:
    observations = scene.view.observations
    return sum(one.call.tool == call.tool and one.call.arguments == call.arguments for one in observations)


def _inactive(scene: Scene) -> Escalate | None:
    cells = inactive_cells(scene.situation) if tunes_handover(scene.situation) else []
    return Escalate(reason=f"cannot, because {inactive_reason(cells)}", nearest=CHECK_EVENT) if cells else None


def _refused(scene: Scene) -> Escalate | None:
    if isinstance(scene.drafting, Escalate):
        return None if scene.reading_names_edits or not _is_read(scene) else scene.drafting
    trial, comparison = scene.trial, _full(scene)
    if trial.reading.direct:
        return trial.refusal(comparison)
    return None if trial.proposable(comparison) else trial.all_refused()


def _unreachable(scene: Scene) -> Escalate | None:
    trial, comparison = scene.trial, _full(scene)
    ranked = trial.proposable(comparison)
    if not ranked or ranked[0].feasible or (trial.reading.direct and trial.refusal(comparison)):
        return None
    return trial.unreachable(ranked[0], comparison)


def _invalid(scene: Scene) -> Escalate | None:
    is_asked = isinstance(scene.reading, Understood) and scene.reading_names_edits and _is_read(scene)
    return scene.drafting if is_asked and isinstance(scene.drafting, Escalate) else None


def _nowhere(scene: Scene) -> Escalate | None:
    return NO_CELLS if isinstance(scene.reading, Understood) and not scene.situation.cells else None


def _unknown(scene: Scene) -> Escalate | None:
    if not isinstance(scene.reading, NeedsMeasurement):
        return None
    missing = unmeasured(scene.reading, measured_values(scene.view, scene.reading)[0])
    return unmeasurable(scene.view, missing) if missing and scene.view.observations else None


_CLAIMS: Final[dict[Names, Callable[[Scene], Ask | Finish | Escalate | None]]] = {
    ("ask", "crowd"): _crowd,
    ("finish", "holds"): _holds,
    ("finish", "same"): _same,
    ("finish", "no better"): _no_better,
    ("finish", "noise"): _noise,
    ("finish", "differences"): _differences,
    ("finish", "invalid"): _cannot_be,
    ("escalate", "failed"): _failed,
    ("escalate", "inactive"): _inactive,
    ("escalate", "refused"): _refused,
    ("escalate", "unreachable"): _unreachable,
    ("escalate", "invalid"): _invalid,
    ("escalate", "nowhere"): _nowhere,
    ("escalate", "unknown"): _unknown,
}


def _propose(scene: Scene, reference: str) -> Propose:
    trial, comparison = scene.trial, _full(scene)
    if reference == UNCHANGED:
        raise PlanError("no change is no proposal: finish instead")
    digest = scene.draft_of(reference).digest
    ranked = trial.proposable(comparison)
    chosen = next((one for one in ranked if one.change_set.digest == digest), None)
    if chosen is None:
        raise PlanError(f"{reference} was refused, or was not compared with confidence intervals")
    if problems := list(_problems(scene, chosen)):
        raise PlanError(f"{reference}: {problems[0]}")
    if trial.reading.direct and (refusal := trial.refusal(comparison)):
        raise PlanError(refusal.reason)
    return trial.proposal([chosen, *(one for one in ranked if one is not chosen)], comparison)


def _problems(scene: Scene, chosen: Candidate) -> Iterator[str]:
    """Yield why the candidate should not be proposed: another does better, or the gate would not let it pass."""
    best = scene.trial.proposable(_full(scene))[0]
    if best.change_set.digest != chosen.change_set.digest:
        yield f"{scene.reference_of(best.change_set.digest)} does better in the twin"
    if not chosen.feasible:
        yield "it misses a bound in the twin"
    yield from scene.trial.unsafe(chosen)
    yield from refused_beforehand(ChangeSet(edits=chosen.change_set.edits), scene.view)
    asked = {
        (one.call.arguments.get("class_name"), one.call.arguments.get("attribute"))
        for one in scene.view.observations
        if one.call.tool == retrieve_3gpp_constraint.name
    }
    for edit in chosen.change_set.attribute_edits():
        if (class_of(edit.dn), edit.attribute) not in asked:
            yield f"the limit of {edit.attribute} was not looked up"
            return
