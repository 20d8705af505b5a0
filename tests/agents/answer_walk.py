"""A planner's way from a reading to its end over real tools on a small real network."""

from agents.planner import CallTools, Understand, View
from agents.rule_planner import RulePlanner
from agents.workflows.trials.trying import Effort
from policies.guardrails.loading import load_guardrails
from tools.calls.access import read_only
from tools.calls.caller import Caller
from tools.calls.tool_offer import offers_of
from tools.registry import default_registry

REGISTRY = default_registry()


def end_of(context, reading, planner=None, text="as scripted"):
    """The last decision of a planner that was given this reading, and the view that it saw."""
    planner = planner or RulePlanner(Effort(supposed_seeds=3))
    steps = load_guardrails().rules.step
    view = View(text=text, card=context.network.describe(), tools=offers_of(REGISTRY), reading=reading, steps=steps)
    caller = Caller(REGISTRY, read_only(context))
    for _ in range(8):
        decision = planner.decide(view)
        assert not isinstance(decision, Understand)
        if not isinstance(decision, CallTools):
            return decision, view
        answers = tuple(caller.observe(call) for call in decision.calls)
        view = view.model_copy(update={"observations": view.observations + answers})
    raise AssertionError("the planner did not end")


def rows_of(decision):
    """The rows of the only table of an answer."""
    (table,) = decision.tables
    return table.rows
