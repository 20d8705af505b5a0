"""Step `act`: calls the tools that the planner requested; a call that fails or is refused does not stop the others.

A CONFIGURE tool is never run here, whatever the planner requests: the call is refused with the boundary "permission".
A tool's result becomes an observation: data, quoted and typed. Calls that were completed before a crash are not repeated.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from agents.planner import CallTools
from harness.engine.desk import Desk
from harness.engine.state import RunState, decision_number
from harness.runtime.tracing import tool_attributes
from policies.evidence import Evidence
from tools.calls.access import read_only
from tools.calls.caller import Caller
from tools.calls.limit import Limit
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.contract import Tool
from twins.network import NetworkError


def act(desk: Desk, state: RunState) -> RunState:
    """Execute the calls of the last decision and save their observations."""
    decision = desk.artifacts.load(state["decision"], CallTools)
    names = []
    for number, call in enumerate(decision.calls):
        name = f"observation-{decision_number(state):03d}-{number:02d}"
        if not desk.artifacts.has(name):
            desk.artifacts.save(name, observe(desk, call, state["calls"] + number))
        names.append(name)
    return RunState(next="plan", observations=[*state["observations"], *names], calls=state["calls"] + len(decision.calls))


def observe(desk: Desk, call: ToolCall, used: int) -> Observation:
    """Execute a call after `used` earlier calls of the run; a failure is an observation with its boundary."""
    _start_network(desk, call)
    started = time.perf_counter()
    desk.emit("tool.started", call=call)
    observation = _caller(desk).observe(call, used=used)
    seconds = time.perf_counter() - started
    summary = observation.evidence["summary"] if observation.evidence else observation.error
    desk.record("tool.called", tool=call.tool, arguments=call.arguments, reason=call.reason, summary=summary,
                boundary=observation.boundary, seconds=round(seconds, 4))  # fmt: skip
    desk.emit("tool.ended", call=call, observation=observation, seconds=seconds)
    return observation


def _start_network(desk: Desk, call: ToolCall) -> None:
    """Start a network that starts at its first use before a tool reads it: starting may take longer than the tool may."""
    if call.tool in desk.registry and any(issubclass(kind, NetworkError) for kind in desk.registry.get(call.tool).raises):
        desk.clock.start()


def _caller(desk: Desk) -> Caller:
    limit = Limit("limits.tool_calls", desk.settings.limits.tool_calls, "tool calls", "decide on what is known")
    return Caller(desk.registry, read_only(desk.context), partial(_in_span, desk), limit)


def _in_span(desk: Desk, tool: Tool[Any, Any], context: object, arguments: dict[str, Any]) -> Evidence[Any]:
    with desk.tracer.span(f"execute_tool {tool.name}", tool_attributes(tool.name, desk.run_id)):
        return tool.call(context, arguments)
