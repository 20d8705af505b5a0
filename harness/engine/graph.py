"""The run graph: understand → plan → act ⇄ tools → validate → judge → await approval → apply → verify → report.

A change for a later time awaits its start before `apply` goes on, and its end before it is restored.

1. Each node is a function of the desk and the state in `harness/engine/nodes/`; it returns which node comes `next`, and the graph
   allows only the edges that are listed here.
2. The graph of shadow mode has no node that could change a network.
3. Checkpoints are written synchronously after each node: after a kill only the node that was running runs again, and each node is
   safe to run again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from langgraph.graph import END, START, StateGraph

from harness.engine.desk import Desk
from harness.engine.nodes.acting import act
from harness.engine.nodes.applying import apply
from harness.engine.nodes.asking import ask
from harness.engine.nodes.awaiting import await_approval
from harness.engine.nodes.awaiting_time import await_end, await_start
from harness.engine.nodes.consulting import consult
from harness.engine.nodes.deciding import decide
from harness.engine.nodes.judging import judge
from harness.engine.nodes.reporting import report
from harness.engine.nodes.restoring import restore
from harness.engine.nodes.reverting import roll_back
from harness.engine.nodes.validating import validate
from harness.engine.nodes.verifying import verify
from harness.engine.state import RunState, Step

Node = Callable[[Desk, RunState], RunState]
_DECIDED: tuple[Step, ...] = ("plan", "act", "validate", "ask", "report")

# Each node with its function and the nodes that may follow.
SHADOW_NODES: dict[Step, tuple[Node, tuple[Step, ...]]] = {
    "understand": (decide, _DECIDED),
    "plan": (decide, _DECIDED),
    "act": (act, ("plan",)),
    "ask": (ask, ("understand", "plan", "report")),
    "validate": (validate, ("judge", "report")),
    "judge": (judge, ("plan", "report")),
    "report": (report, ()),
}
ACTIVE_NODES: dict[Step, tuple[Node, tuple[Step, ...]]] = {
    **SHADOW_NODES,
    "judge": (judge, ("plan", "await_approval", "apply", "report")),
    "await_approval": (await_approval, ("apply", "validate", "plan", "report")),
    "apply": (apply, ("verify", "await_start", "validate", "plan", "roll_back", "report")),
    "await_start": (await_start, ("apply",)),
    "verify": (verify, ("consult", "await_end", "roll_back", "report")),
    "consult": (consult, ("verify", "await_end", "roll_back", "report")),
    "await_end": (await_end, ("restore",)),
    "restore": (restore, ("report",)),
    "roll_back": (roll_back, ("report",)),
}


def build_graph(desk: Desk, checkpointer: Any) -> Any:
    """Return the compiled graph of a run; in shadow mode it has no node that acts on the network."""
    nodes = SHADOW_NODES if desk.mode == "shadow" else ACTIVE_NODES
    graph: Any = StateGraph(RunState)
    for name, (function, targets) in nodes.items():
        graph.add_node(name, _step(desk, name, function))
        if targets:
            graph.add_conditional_edges(name, _next, {target: target for target in targets})
        else:
            graph.add_edge(name, END)
    graph.add_edge(START, "understand")
    return graph.compile(checkpointer=checkpointer)


def _next(state: RunState) -> Step:
    return state["next"]


def _step(desk: Desk, name: str, function: Node) -> Callable[[RunState], RunState]:
    def run(state: RunState) -> RunState:
        started = time.perf_counter()
        desk.emit("step.started", name)
        with desk.tracer.span(f"step {name}", {"twinpilot.step": name, "gen_ai.conversation.id": desk.run_id}):
            update = function(desk, state)
        seconds = time.perf_counter() - started
        durations = dict(state["durations"])
        durations[name] = durations.get(name, 0.0) + seconds
        desk.emit("step.ended", name, seconds=seconds, next=update["next"])
        return RunState(**{**update, "durations": durations})

    return run
