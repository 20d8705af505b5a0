"""Step `act`: calls the tools that the planner requested; a call that fails or is refused does not stop the others.

A tool that mutates is never run here, whatever the planner says: the answer is a refusal that crosses the boundary "permission".
What a tool returns becomes an observation: data, quoted and typed. Calls that were answered before a crash are not made again.
"""

from __future__ import annotations

import time

from agents.planner import CallTools
from harness.engine.desk import Desk
from harness.engine.state import RunState, decision_number
from harness.runtime.tracing import tool_attributes
from policies.effect import Effect
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.contract import ToolError


def act(desk: Desk, state: RunState) -> RunState:
    """Run the calls of the last decision and note what came of each."""
    decision = desk.artifacts.load(state["decision"], CallTools)
    names = []
    for number, call in enumerate(decision.calls):
        name = f"observation-{decision_number(state):03d}-{number:02d}"
        if not desk.artifacts.has(name):
            desk.artifacts.save(name, observe(desk, call, state["calls"] + number))
        names.append(name)
    return RunState(next="plan", observations=[*state["observations"], *names], calls=state["calls"] + len(decision.calls))


def observe(desk: Desk, call: ToolCall, spent: int) -> Observation:
    """Make one call; every failure is an observation with the boundary that it crossed."""
    started = time.perf_counter()
    desk.emit("tool.started", call=call)
    try:
        evidence = _call(desk, call, spent)
        observation = Observation(call=call, evidence=evidence)
    except ToolError as error:
        observation = Observation(call=call, error=str(error), boundary=error.boundary)
    seconds = time.perf_counter() - started
    summary = observation.evidence["summary"] if observation.evidence else observation.error
    desk.record("tool.called", tool=call.tool, arguments=call.arguments, reason=call.reason, summary=summary,
                boundary=observation.boundary, seconds=round(seconds, 4))  # fmt: skip
    desk.emit("tool.ended", call=call, observation=observation, seconds=seconds)
    return observation


def _call(desk: Desk, call: ToolCall, spent: int) -> dict[str, object]:
    if spent >= desk.settings.limits.tool_calls:
        raise ToolError("refused", f"the run has used its {spent} tool calls (limits.tool_calls): decide on what is known")
    tool = desk.registry.get(call.tool)
    if tool.effect is Effect.CONFIGURE:
        raise ToolError("permission", f"{tool.name} changes the network: propose the change, the gate and a human decide")
    with desk.tracer.span(f"execute_tool {tool.name}", tool_attributes(tool.name, desk.run_id)):
        return tool.call(desk.context, call.arguments).model_dump(mode="json")
