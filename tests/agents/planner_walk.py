"""A planner over a real registry and network, without a harness: its tool calls are answered until it comes to an end."""

from __future__ import annotations

from typing import NamedTuple

from agents.answer import Answer
from agents.planner import CallTools, Decision, Planner, Understand, View
from tools.calls.access import read_only
from tools.calls.caller import Caller
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.calls.tool_offer import ToolOffer, offers_of
from tools.context import ToolContext
from tools.registry import ToolRegistry

_MOST_DECISIONS = 8


class Walk(NamedTuple):
    """Who decides, with which tools."""

    planner: Planner
    registry: ToolRegistry

    def offers(self) -> tuple[ToolOffer, ...]:
        """The registry's tools as a planner is offered them."""
        return offers_of(self.registry)

    def observe(self, context: ToolContext, call: ToolCall) -> Observation:
        """Answer a call, or say why not."""
        return Caller(self.registry, read_only(context)).observe(call)

    def view(self, context: ToolContext, text: str, answers: tuple[Answer, ...] = (), tools: int | None = None) -> View:
        """The first view, with the first `tools` of the registry (all unless given)."""
        return View(text=text, card=context.network.describe(), tools=self.offers()[:tools], answers=answers)

    def __call__(
        self, context: ToolContext, text: str, answers: tuple[Answer, ...] = (), tools: int | None = None
    ) -> tuple[Decision, View]:
        """Decide until neither tools nor understanding are asked for; returns the last decision and what was seen."""
        view = self.view(context, text, answers, tools)
        for _ in range(_MOST_DECISIONS):
            decision = self.planner.decide(view)
            if isinstance(decision, Understand):
                view = view.model_copy(update={"reading": decision.reading})
            elif isinstance(decision, CallTools):
                seen = tuple(self.observe(context, call) for call in decision.calls)
                view = view.model_copy(update={"observations": view.observations + seen})
            else:
                return decision, view
        raise AssertionError("it never came to an end")
