"""A specialist: heuristics that draft candidates for the KPIs of one part of the radio network, within a permission scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.heuristics.draft import Draft
from agents.heuristics.situation import Situation
from agents.specialists.scope import Scope
from policies.intent import Intent
from policies.managed_object import class_of

Heuristic = Callable[[Situation], list[Draft]]


@dataclass(frozen=True)
class Specialist:
    """`kpis` are the KPI prefixes that call for it."""

    name: str
    scope: Scope
    kpis: tuple[str, ...]
    heuristics: tuple[Heuristic, ...]

    def is_called_for(self, intent: Intent) -> bool:
        """Whether one of the intent's targets is its business."""
        return any(target.kpi.startswith(self.kpis) for _, target in (*intent.bounds(), *intent.objectives()))

    def draft_groups(self, situation: Situation) -> list[list[Draft]]:
        """Return its drafts by heuristic; what lies outside its scope is cut away."""
        groups = [[self._inside(draft) for draft in heuristic(situation)] for heuristic in self.heuristics]
        return [kept for group in groups if (kept := [draft for draft in group if draft.edits])]

    def _inside(self, draft: Draft) -> Draft:
        edits = tuple(edit for edit in draft.edits if self.scope.allows(edit))
        knobs = tuple(knob for knob in draft.knobs if class_of(knob.dn) in self.scope.classes)
        return draft.model_copy(update={"edits": edits, "knobs": knobs})
