"""The goal of a plan in short form: the workflow, its targets or edits, its time, and what was objected to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from agents.planning.scene import Names, Scene
from agents.readers.language_model.answer_names import ATTRIBUTES
from agents.understanding.result import DirectEdit, NeedsMeasurement, RelativeBound, Supposed, Understood
from agents.workflows.objections import objections_of
from policies.intent import Condition, IntentExpectation
from policies.slices import Slice
from tools.twinning.world import NO_TIME_GIVEN

_COMPARISON: Final = {
    Condition.LESS: "below",
    Condition.AT_MOST: "at most",
    Condition.GREATER: "above",
    Condition.AT_LEAST: "at least",
    Condition.MINIMIZE: "least",
    Condition.MAXIMIZE: "most",
}


def goal_names(scene: Scene) -> Names:
    """Return the goal in short form."""
    reading = scene.reading
    names = ["goal"]
    match reading:
        case Understood():
            names += [reading.workflow, *_edits(reading.direct), *_targets(reading.intent.expectations)]
        case Supposed():
            names += ["what-if", *_edits(reading.direct), *_targets(reading.expectations)]
        case NeedsMeasurement():
            names += ["measure first", *_edits(reading.direct), *_targets(reading.relative)]
    if scene.intent is not None:
        names.append("later" if _is_later(scene) else "now")
    names += ["forbidden"] if scene.view.forbidden else []
    return (*names, *_objections(scene))


def _targets(expectations: Iterable[IntentExpectation | RelativeBound]) -> Iterator[str]:
    for expectation in expectations:
        targets = (expectation,) if isinstance(expectation, RelativeBound) else expectation.targets
        for target in targets:
            yield target.kpi
            yield _slice(expectation.object.slice)
            yield _COMPARISON[target.condition]


def _slice(slice_: Slice | None) -> str:
    return str(slice_) if slice_ else "any cell"


def _edits(edits: Iterable[DirectEdit]) -> list[str]:
    attributes = dict.fromkeys(edit.attribute for edit in edits)
    return ["act", *(name if name in ATTRIBUTES else "other" for name in attributes)] if attributes else []


def _is_later(scene: Scene) -> bool:
    """Whether measurements of the present cannot tell: the time goes beyond the coming hour, or an event begins in it."""
    world, now = scene.situation.world, scene.view.card.now
    begins = any(event.included and event.start > now for event in world.events)
    return begins or world.window.end > now + NO_TIME_GIVEN


def _objections(scene: Scene) -> list[str]:
    if not isinstance(scene.reading, Understood):
        return []
    objections = objections_of(scene.view)
    if not objections.messages and not objections.digests:
        return []
    named = sorted({*objections.barred, *objections.ceilings, *objections.floors})
    return ["objection", *(name for name in named if name in ATTRIBUTES)]
