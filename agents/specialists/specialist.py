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
    """A specialist is responsible for targets on KPIs with the prefixes `kpis`."""

    name: str
    scope: Scope
    kpis: tuple[str, ...]
    heuristics: tuple[Heuristic, ...]

    def is_responsible_for(self, intent: Intent) -> bool:
        """Whether the intent has a target on one of its KPIs."""
        return any(target.kpi.startswith(self.kpis) for _, target in (*intent.bounds(), *intent.objectives()))

    def draft_groups(self, situation: Situation) -> list[list[Draft]]:
        """Return its drafts by heuristic, without edits that are outside its scope or forbidden.

        Empty drafts and groups are left out.
        """
        groups = [[self._allowed(situation, draft) for draft in heuristic(situation)] for heuristic in self.heuristics]
        groups = [[draft for draft in group if draft.edits] for group in groups]
        return [group for group in groups if group]

    def _allowed(self, situation: Situation, draft: Draft) -> Draft:
        edits = tuple(edit for edit in draft.edits if self.scope.allows(edit) and not situation.forbids(edit))
        knobs = tuple(knob for knob in draft.knobs if class_of(knob.dn) in self.scope.classes)
        return draft.model_copy(update={"edits": edits, "knobs": knobs})
