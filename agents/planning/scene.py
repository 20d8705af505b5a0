"""The scene of a plan: what the view holds for a reading, and the calls that the names of a plan stand for.

A plan names what is to be done; the arguments that only code can get right (ids of cells, windows, edits with old values, the
intent) are filled in here, the same for every planner of these workflows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from agents.heuristics.draft import Draft
from agents.heuristics.evidence_reader import answers_of
from agents.heuristics.situation import Situation
from agents.planner import Escalate, Finish, View
from agents.planning.plan_names import MOST_REFERENCES, OTHER, REFERENCES, REFINED, UNCHANGED
from agents.understanding.result import NeedsMeasurement, Supposed, Understood
from agents.workflows.answers.supposed_intent import supposed_intent
from agents.workflows.answers.what_if import AS_SUPPOSED, edited_cells, supposed_trial
from agents.workflows.calls import call
from agents.workflows.configuration import drafts_for
from agents.workflows.direct_edits import InvalidEditError, direct_draft
from agents.workflows.gathering import constraint_call, forecast_call, query_call
from agents.workflows.measured.measuring import query_of
from agents.workflows.objections import objections_of
from agents.workflows.trials.situating import situation_for
from agents.workflows.trials.trying import Effort, Trial
from policies.change import AttributeEdit, ChangeSet
from policies.intent import Intent
from policies.managed_object import class_of
from tools.calls.tool_call import ToolCall
from tools.ran.candidate_tools import CompareCandidates, Comparison, compare_candidates

Plannable = Understood | Supposed | NeedsMeasurement
Names = tuple[str, ...]


class PlanError(ValueError):
    """A plan fails a check; the message says why."""


def is_plannable(reading: object) -> bool:
    """Whether the workflow of a reading is planned here: changes of the configuration, suppositions and measurements for them."""
    if isinstance(reading, Understood):
        return reading.workflow not in ("channel-estimator", "beam-management")
    return isinstance(reading, Supposed | NeedsMeasurement)


@dataclass(frozen=True)
class Scene:
    """A view with a reading whose workflow is planned."""

    view: View
    effort: Effort

    @cached_property
    def reading(self) -> Plannable:
        """The reading; raises PlanError for one whose workflow is not planned here."""
        reading = self.view.reading
        if not is_plannable(reading):
            raise PlanError(f"a {type(reading).__name__} is not planned here")
        assert isinstance(reading, Plannable)
        return reading

    @cached_property
    def intent(self) -> Intent | None:
        """The intent, that of a supposition included; None while a bound has no value yet."""
        match self.reading:
            case Understood():
                return self.reading.intent
            case Supposed():
                return supposed_intent(self.reading, self.view.text, self.view.card)
        return None

    @cached_property
    def situation(self) -> Situation:
        """The situation of the intent; raises PlanError while there is none."""
        if isinstance(self.reading, Understood):
            return situation_for(self.view, self.reading)
        if self.intent is None:
            raise PlanError("the bounds have no values yet: measure first")
        return Situation(card=self.view.card, intent=self.intent, observations=self.view.observations)

    @cached_property
    def trial(self) -> Trial:
        """The twin's part of a plan for an intent; raises PlanError for a supposition, which is tried in its own way."""
        if not isinstance(self.reading, Understood):
            raise PlanError("nothing can be proposed for a question")
        return Trial(self.view, self.situation, self.reading, objections_of(self.view), self.effort, self.drafts)

    @cached_property
    def drafting(self) -> list[Draft] | Escalate | Finish:
        """What the specialists draft from the evidence, or why they draft nothing."""
        if isinstance(self.reading, Understood):
            drafts = drafts_for(self.situation, self.reading, objections_of(self.view))
            return drafts[:MOST_REFERENCES] if isinstance(drafts, list) else drafts
        if not isinstance(self.reading, Supposed):
            return []
        try:
            draft = direct_draft(self.reading.direct, self.situation).model_copy(update={"name": AS_SUPPOSED})
        except InvalidEditError as error:
            return Escalate(reason=f"that cannot be: {error}", nearest=error.nearest)
        return [draft] if draft.edits else Finish(summary="nothing would change: the network already has all supposed values")

    @cached_property
    def drafts(self) -> list[Draft]:
        """The drafts, empty if there are none."""
        return self.drafting if isinstance(self.drafting, list) else []

    @property
    def reading_names_edits(self) -> bool:
        """Whether the operator named the edits."""
        return not isinstance(self.reading, Understood) or bool(self.reading.direct)

    @cached_property
    def refined(self) -> Draft | None:
        """The draft of the newest refinement of one of the drafts that found something new."""
        if not isinstance(self.reading, Understood):
            return None
        calls = [self.trial.refinement_of(draft) for draft in self.drafts]
        made = [found for one in calls if one is not None and (found := self.trial.refined(one)) is not None]
        return made[-1] if made else None

    @cached_property
    def attributes(self) -> dict[str, str]:
        """The class of each attribute that a draft edits, in the order of the limits that are looked up."""
        edits = [edit for draft in self.drafts for edit in draft.edits if isinstance(edit, AttributeEdit)]
        pairs = sorted({(class_of(edit.dn), edit.attribute) for edit in edits})
        return {attribute: class_name for class_name, attribute in pairs}

    def comparisons(self) -> Iterator[tuple[CompareCandidates, Comparison]]:
        """Yield the comparisons that were made for this intent, the newest first."""
        for request, comparison in reversed(list(answers_of(self.view.observations, compare_candidates))):
            if self.intent is None:
                return
            if (request.intent.expectations, request.intent.contexts) == (self.intent.expectations, self.intent.contexts):
                yield request, comparison

    def reference_of(self, digest: str) -> str:
        """Return the name of a change set: of "no change", of a draft, of what a refinement found, or of something else."""
        if digest == ChangeSet().digest:
            return UNCHANGED
        for number, draft in enumerate(self.drafts):
            if draft.digest == digest:
                return REFERENCES[number]
        return REFINED if self.refined is not None and self.refined.digest == digest else OTHER

    def draft_of(self, reference: str) -> Draft:
        """Return the draft of this name; raises PlanError."""
        if reference == REFINED and self.refined is not None:
            return self.refined
        number = REFERENCES.index(reference) if reference in REFERENCES else len(self.drafts)
        if number >= len(self.drafts):
            raise PlanError(f"{reference} is no draft: there are {len(self.drafts)}")
        return self.drafts[number]

    def cells_at(self, place: str) -> list[str]:
        """Return the ids of the cells of a place."""
        if place == "everywhere":
            return [cell.id for cell in self.view.card.cells]
        if place == "edited":
            return edited_cells(self.reading) if isinstance(self.reading, Supposed) else []
        cells = [cell.id for cell in self.situation.cells]
        return cells if place == "cells" else cells + [cell.id for cell in self.situation.neighbours]

    def call_of(self, names: Sequence[str]) -> ToolCall:
        """Return the call that the names stand for; raises PlanError."""
        tool, words = names[0], list(names[1:])
        makers: dict[str, Callable[[list[str]], ToolCall | None]] = {
            "read_configuration": lambda words: call(
                tool, "current values of the attributes that may be edited", cells=self.cells_at(words[0])
            ),
            "read_topology": lambda words: call(tool, "neighbours and areas", cells=self.cells_at(words[0])),
            "detect_degradation": lambda words: call(tool, "KPIs that degraded recently", cells=self.cells_at(words[0])),
            "forecast_traffic": lambda words: forecast_call(self.situation),
            "query_kpi": self._query,
            "retrieve_3gpp_constraint": lambda words: constraint_call(self._class_of(words[0]), words[0]),
            "compare_candidates": lambda words: self._comparison(words[0], [self.draft_of(word) for word in words[1:]]),
            "refine_candidate": lambda words: self.trial.refinement_of(self.draft_of(words[0])),
        }
        if tool not in makers:
            raise PlanError(f"{tool} is no tool of a plan")
        try:
            made = makers[tool](words)
        except (IndexError, KeyError) as error:
            raise PlanError(f"{tool}: {' '.join(words)} are no arguments of it") from error
        if made is None:
            raise PlanError(f"{tool}: there is nothing to tune in {' '.join(words)}")
        return made

    def _class_of(self, attribute: str) -> str:
        if attribute not in self.attributes:
            raise PlanError(f"{attribute} is edited by no draft")
        return self.attributes[attribute]

    def _query(self, words: list[str]) -> ToolCall:
        if words[0] == "present":
            if not isinstance(self.reading, NeedsMeasurement):
                raise PlanError("no bound is relative")
            relative, number = self.reading.relative, REFERENCES.index(words[1])
            if number >= len(relative):
                raise PlanError(f"{words[1]} is no relative bound: there are {len(relative)}")
            return query_of(self.view, self.reading, relative[number])
        slices = [slice_.value for slice_ in self.view.card.slices] if words[0] == "by slice" else []
        return query_call(self.cells_at(words[1]), sorted(words[2:]), slices)

    def _comparison(self, depth: str, drafts: list[Draft]) -> ToolCall:
        if isinstance(self.reading, Supposed) and self.intent is not None:
            return supposed_trial(self.intent, drafts[0], self.effort.supposed_seeds)
        return self.trial.comparison_of(drafts, depth)
