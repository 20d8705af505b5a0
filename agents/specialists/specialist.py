"""A specialist: heuristics that draft for the KPIs of one part of the radio network, within a scope and with tools of its own.

It speaks in messages alone: what it needs from its tools, and what it offers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from agents.heuristics.draft import Draft
from agents.heuristics.situation import Situation
from agents.specialists.message import Name, Need, Offer, Want
from agents.specialists.scope import Scope
from policies.intent import Intent
from policies.kpi import kpi_definition
from policies.managed_object import class_of

_KPIS: Final = "query_kpi"
_HANDOVERS: Final = "MM.HoExeIntraReq"
_READ: Final[tuple[tuple[str, Literal["cells", "around"]], ...]] = (
    ("read_configuration", "around"),
    ("read_topology", "around"),
    ("detect_degradation", "cells"),
    ("forecast_traffic", "around"),
)
Heuristic = Callable[[Situation], list[Draft]]


@dataclass(frozen=True)
class Specialist:
    """A specialist is responsible for targets on KPIs with the prefixes `kpis`.

    tools: those that it may have called. of_cells, of_slices: the KPIs that it looks at whatever the targets are.
    """

    name: Name
    scope: Scope
    kpis: tuple[str, ...]
    heuristics: tuple[Heuristic, ...]
    tools: frozenset[str]
    of_cells: tuple[str, ...] = ()
    of_slices: tuple[str, ...] = ()

    def is_responsible_for(self, intent: Intent) -> bool:
        """Whether the intent has a target on one of its KPIs."""
        return any(target.kpi.startswith(self.kpis) for _, target in (*intent.bounds(), *intent.objectives()))

    def need(self, situation: Situation) -> Need:
        """Return what it wants to know before it drafts, or objects."""
        wants = [Want(tool=tool, place=place) for tool, place in _READ if tool in self.tools]
        wants += [self._query(situation, "cell", self.of_cells), self._query(situation, "slice", self.of_slices)]
        return Need(sender=self.name, wants=tuple(wants))

    def _query(self, situation: Situation, level: Literal["cell", "slice"], standing: tuple[str, ...]) -> Want:
        return Want(tool=_KPIS, level=level, kpis=tuple(sorted({*standing, *self._targeted(situation.intent, level)})))

    def _targeted(self, intent: Intent, level: Literal["cell", "slice"]) -> set[str]:
        """Return the targeted KPIs that it is responsible for, and how many handovers there are behind rates of them."""
        targeted = {target.kpi for _, target in (*intent.bounds(), *intent.objectives()) if target.kpi.startswith(self.kpis)}
        behind = {_HANDOVERS} if any(kpi.startswith("MM.") for kpi in targeted) else set()
        return {kpi for kpi in {*targeted, *behind} if level in kpi_definition(kpi).levels}

    def offer(self, situation: Situation) -> Offer:
        """Return its drafts, and what keeps edits out of them."""
        groups = tuple(tuple(group) for group in self.draft_groups(situation))
        return Offer(sender=self.name, groups=groups, held=tuple(self._held(situation)))

    def _held(self, situation: Situation) -> list[str]:
        if not situation.forbidden:
            return []
        drafts = [draft for heuristic in self.heuristics for draft in heuristic(replace(situation, forbidden=()))]
        hit = {one for draft in drafts for edit in draft.edits if self.scope.allows(edit) and (one := situation.forbids(edit))}
        return [one.describe() for one in situation.forbidden if one in hit]

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
