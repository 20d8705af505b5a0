"""A specialist: a planner with its own heuristics, tools, prompt and permission scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agents.heuristics.draft import Draft
from agents.heuristics.situation import Situation
from agents.planner import CallTools, Decision, Escalate, Planner, Propose, View
from agents.specialists.scope import Scope
from policies.intent import Intent

Heuristic = Callable[[Situation], list[Draft]]


@dataclass(frozen=True)
class Specialist:
    """`kpis` are the KPI prefixes that call for it; `prompt` is its file for the LLM planner."""

    name: str
    scope: Scope
    kpis: tuple[str, ...]
    heuristics: tuple[Heuristic, ...]
    prompt: str
    planner: Planner | None = None

    def is_called_for(self, intent: Intent) -> bool:
        """Whether one of the intent's targets is its business."""
        return any(target.kpi.startswith(self.kpis) for _, target in (*intent.bounds(), *intent.objectives()))

    def draft_groups(self, situation: Situation) -> list[list[Draft]]:
        """Return its drafts by heuristic; what lies outside its scope is cut away."""
        groups = [[self._inside(draft) for draft in heuristic(situation)] for heuristic in self.heuristics]
        return [kept for group in groups if (kept := [draft for draft in group if draft.edits])]

    def _inside(self, draft: Draft) -> Draft:
        return draft.model_copy(
            update={
                "edits": tuple(edit for edit in draft.edits if self.scope.allows(edit)),
                "knobs": tuple(knob for knob in draft.knobs if knob.dn.split(",")[-1].split("=")[0] in self.scope.classes),
            }
        )

    def decide(self, view: View) -> Decision:
        """Decide inside the scope: with its own planner (an LLM with its prompt, say), or by rules."""
        from agents.rule_planner import RulePlanner

        decision = (self.planner or RulePlanner(specialists=(self,))).decide(self.scope.narrow(view))
        if isinstance(decision, CallTools):
            foreign = [one.tool for one in decision.calls if one.tool not in self.scope.tools]
            if foreign:
                return Escalate(
                    reason=f"cannot, because {self.name} may not call {', '.join(foreign)}", nearest="ask another specialist"
                )
        if isinstance(decision, Propose) and (outside := self.scope.outside(decision.proposal.best.change_set)):
            return Escalate(
                reason=f"cannot, because {self.name} may not change {outside[0]}",
                nearest="ask the specialist in whose scope it lies",
            )
        return decision
