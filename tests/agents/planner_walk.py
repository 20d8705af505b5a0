"""A planner over a real registry and network, without a harness: its tool calls are answered until it ends."""

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

_MAX_DECISIONS = 8


class Walk(NamedTuple):
    """A planner with its tools."""

    planner: Planner
    registry: ToolRegistry

    def offers(self) -> tuple[ToolOffer, ...]:
        """Return the offers of the registry's tools."""
        return offers_of(self.registry)

    def observe(self, context: ToolContext, call: ToolCall) -> Observation:
        """Return the answer to a call, or its error."""
        return Caller(self.registry, read_only(context)).observe(call)

    def view(self, context: ToolContext, text: str, answers: tuple[Answer, ...] = (), tools: int | None = None) -> View:
        """Return the first view, with the first `tools` tools of the registry (default: all)."""
        return View(text=text, card=context.network.describe(), tools=self.offers()[:tools], answers=answers)

    def __call__(
        self, context: ToolContext, text: str, answers: tuple[Answer, ...] = (), tools: int | None = None
    ) -> tuple[Decision, View]:
        """Let the planner decide until it ends; returns the last decision and its view."""
        view = self.view(context, text, answers, tools)
        for _ in range(_MAX_DECISIONS):
            decision = self.planner.decide(view)
            if isinstance(decision, Understand):
                view = view.model_copy(update={"reading": decision.reading})
            elif isinstance(decision, CallTools):
                observations = tuple(self.observe(context, call) for call in decision.calls)
                view = view.model_copy(update={"observations": view.observations + observations})
            else:
                return decision, view
        raise AssertionError(f"no end after {_MAX_DECISIONS} decisions")
