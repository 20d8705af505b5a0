"""The view in short form: the goal, then each call that was made with its result, in names of which each is one token.

What a later view adds stands behind what was there before, as long as nobody objects and no bound gets its value: a model that
reads the transcript of one decision has little to read for the next. Sizes are left out: code computes with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from agents.heuristics.draft import Draft
from agents.heuristics.evidence_reader import values_of
from agents.heuristics.situation import Situation
from agents.planner import Escalate, Finish
from agents.planning.goal import goal_names
from agents.planning.plan_names import CALLS, CONSULT, END, OTHER, REFERENCES, REFINED, UNCHANGED
from agents.planning.scene import Names, Scene
from agents.readers.language_model.answer_names import ATTRIBUTES
from agents.specialists.phy import PHY
from agents.understanding.result import NeedsMeasurement, Supposed, Understood
from agents.workflows.gathering import CROWD_QUESTION
from agents.workflows.handover_activity import inactive_cells
from agents.workflows.pressure import MAX_GROWTH, is_degrading, value_of
from agents.workflows.trials.trying import only_noise
from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from policies.managed_object import class_of
from policies.proposal import Candidate
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.ran.candidate_tools import Comparison, compare_candidates, refine_candidate
from tools.ran.forecast_tool import forecast_traffic
from tools.ran.kpi_tool import QueryKpi

AFTER_DRAFTING: Final = ("retrieve_3gpp_constraint", "compare_candidates", "refine_candidate")
_PLACES: Final = {"detect_degradation": ("cells", "around", "everywhere")}


@dataclass(frozen=True)
class Entry:
    """A part of a transcript: what a planner said (empty: nothing) after `made` observations, and what followed."""

    said: Names
    result: Names
    made: int = 0


def transcript_of(scene: Scene, *, drafted: bool = False) -> list[Entry]:
    """Return the view in short form; drafted: the specialists have answered after all that was observed."""
    entries = [Entry((), goal_names(scene))]
    is_open, asked_after = True, _asked_after(scene)
    for number, observation in enumerate(scene.view.observations):
        if observation.call.tool in AFTER_DRAFTING and is_open:
            entries.append(Entry((CONSULT,), drafting_names(scene), number))
            is_open = False
        entries.append(Entry(names_of_call(observation.call, scene), _result(observation, number, scene), number))
        if number == asked_after:
            entries.append(Entry(("ask", "crowd"), ("answered",), number + 1))
    if drafted and is_open:
        entries.append(Entry((CONSULT,), drafting_names(scene), len(scene.view.observations)))
    return entries


def has_drafted(entries: Sequence[Entry]) -> bool:
    """Whether the specialists have answered."""
    return any(entry.said == (CONSULT,) for entry in entries)


def _asked_after(scene: Scene) -> int:
    """Return the number of the observation after which the operator was asked about a crowd, -1 if that was not asked."""
    if not any(answer.question.startswith(CROWD_QUESTION) for answer in scene.view.answers):
        return -1
    forecasts = [number for number, one in enumerate(scene.view.observations) if one.call.tool == forecast_traffic.name]
    return max((number for number in forecasts if "unknown" in _forecast(scene.view.observations[number])), default=-1)


def drafting_names(scene: Scene) -> Names:
    """Return what the specialists answer: each draft with who drafted it and what it edits, or why there is none."""
    if isinstance(scene.drafting, Finish):
        return ("same",)
    if isinstance(scene.drafting, Escalate):
        return ("invalid",) if scene.reading_names_edits else ("refused",)
    names: list[str] = []
    for number, draft in enumerate(scene.drafts):
        names += [REFERENCES[number], *_draft(draft, scene)]
    return tuple(names) or ("none",)


def _draft(draft: Draft, scene: Scene) -> Iterator[str]:
    change_set = ChangeSet(edits=draft.edits)
    classes = {class_of(edit.dn) for edit in change_set.attribute_edits()}
    yield "phy" if classes and classes <= PHY.scope.classes else "ran"
    attributes = dict.fromkeys(edit.attribute for edit in draft.edits if isinstance(edit, AttributeEdit))
    yield from (name if name in ATTRIBUTES else OTHER for name in attributes)
    if any(isinstance(edit, PolicyEdit) for edit in draft.edits):
        yield "policy"
    if isinstance(scene.reading, Understood) and scene.trial.refinement_of(draft) is not None:
        yield "knobs"


def names_of_call(call: ToolCall, scene: Scene) -> Names:
    """Return a call in short form; what no plan would say is named "other"."""
    tool, arguments = call.tool, call.arguments
    if tool not in CALLS:
        return (OTHER,)
    if tool == "query_kpi":
        return _query(call, scene)
    return (tool, *_words(tool, arguments, scene))


def _words(tool: str, arguments: dict[str, Any], scene: Scene) -> Names:
    match tool:
        case "forecast_traffic":
            return ()
        case "retrieve_3gpp_constraint":
            name = str(arguments.get("attribute"))
            return (name if name in ATTRIBUTES else OTHER,)
        case "compare_candidates":
            digests = [_digest(draft) for draft in arguments.get("candidates", ())]
            references = dict.fromkeys(scene.reference_of(digest) for digest in digests)
            return (str(arguments.get("depth", "full")), *references, END)
        case "refine_candidate":
            return (scene.reference_of(_digest(arguments["start"])),)
    return (_place(list(arguments.get("cells", ())), tool, scene),)


def _digest(draft: dict[str, object]) -> str:
    return ChangeSet.model_validate({"edits": draft.get("edits", ())}).digest


def _place(cells: list[str], tool: str, scene: Scene) -> str:
    if isinstance(scene.reading, NeedsMeasurement):
        return OTHER
    edited = ("edited",) if isinstance(scene.reading, Supposed) else ()
    places = (*edited, *_PLACES.get(tool, ("around", "cells", "everywhere")))
    return next((place for place in places if scene.cells_at(place) == cells), OTHER)


def _query(call: ToolCall, scene: Scene) -> Names:
    if isinstance(scene.reading, NeedsMeasurement):
        for number in range(len(scene.reading.relative)):
            names = ("query_kpi", "present", REFERENCES[number])
            if scene.call_of(names).arguments == call.arguments:
                return names
        return ("query_kpi", OTHER)
    level = "by slice" if call.arguments.get("slices") else "by cell"
    place = _place(list(call.arguments.get("cells", ())), "query_kpi", scene)
    names = ("query_kpi", level, place, *call.arguments.get("kpis", ()), END)
    if place == OTHER or scene.call_of(names[:-1]).arguments != call.arguments:
        return ("query_kpi", OTHER)
    return names


def _result(observation: Observation, number: int, scene: Scene) -> Names:
    if observation.evidence is None:
        return ("failed",)
    tool = observation.call.tool
    if tool == "query_kpi":
        return ("done", *_measured(observation, number, scene))
    if tool == "detect_degradation":
        return ("degraded" if _so_far(scene, number, is_degrading) else "steady",)
    if tool == forecast_traffic.name:
        return (*_forecast(observation), *(["grows"] if _so_far(scene, number, _grows) else []))
    if tool == compare_candidates.name:
        return _compared(observation, scene)
    return _refined(observation, scene) if tool == refine_candidate.name else ("done",)


def _grows(situation: Situation) -> bool:
    return any(growth > MAX_GROWTH for growth in situation.growth.values())


def _so_far(scene: Scene, number: int, ask: Callable[[Situation], bool]) -> bool:
    """Ask about the situation as it was known after the observation of this number."""
    if scene.intent is None:
        return False
    return ask(replace(scene.situation, observations=scene.view.observations[: number + 1]))


def _measured(observation: Observation, number: int, scene: Scene) -> Iterator[str]:
    """Yield, for each bound that the query measures, whether the newest value and the mean keep it; and idle handovers."""
    if scene.intent is None:
        return
    request = QueryKpi.model_validate(observation.call.arguments)
    now: Situation = replace(scene.situation, observations=scene.view.observations[: number + 1])
    for place, target in scene.intent.bounds():
        if target.kpi in request.kpis and bool(request.slices) == (place.slice is not None):
            for series in (now.newest, now.means):
                value = value_of(now, series, target, place)
                yield "unknown" if value is None else "met" if target.is_met_by(value) else "missed"
    if not request.slices and inactive_cells(now):
        yield "inactive"


def _forecast(observation: Observation) -> list[str]:
    forecast = next(values_of([observation], forecast_traffic), None)
    return ["unknown"] if forecast is not None and forecast.unknown else ["done"]


def _compared(observation: Observation, scene: Scene) -> Names:
    comparison = next(values_of([observation], compare_candidates), None)
    if comparison is None:
        return ("unknown",)
    names: list[str] = []
    for candidate in _in_order(observation, comparison, scene):
        reference = scene.reference_of(candidate.change_set.digest)
        if reference != OTHER:
            names += [reference, *_standing(candidate, comparison, scene)]
    return (*names, *(["refused"] if comparison.refused else []))


def _in_order(observation: Observation, comparison: Comparison, scene: Scene) -> Sequence[Candidate]:
    """Return the candidates best first; of a full comparison, what the safety review refuses comes last."""
    if not isinstance(scene.reading, Understood) or observation.call.arguments.get("depth") == "screen":
        return comparison.candidates
    return scene.trial.ranked(scene.trial.evaluated(comparison))


def _standing(candidate: Candidate, comparison: Comparison, scene: Scene) -> Iterator[str]:
    yield "met" if candidate.feasible else "missed"
    if not isinstance(scene.reading, Understood) or candidate.change_set.is_empty:
        return
    if candidate.change_set.digest in scene.trial.objections.digests:
        yield "refused"
    if scene.trial.unsafe(candidate):
        yield "unsafe"
    if only_noise(candidate) and scene.trial.unchanged_instead(candidate, comparison) is not None:
        yield "like no change"


def _refined(observation: Observation, scene: Scene) -> Names:
    refinement = next(values_of([observation], refine_candidate), None)
    if refinement is None:
        return ("unknown",)
    reference = scene.reference_of(refinement.best.change_set.digest)
    return (reference,) if reference in (REFINED, UNCHANGED) else ("none",)
