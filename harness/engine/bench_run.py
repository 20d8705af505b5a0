"""`twinpilot bench run`: from intent to recommendation, where the time goes, and what the harness adds to a tool call.

1. The demo's first intent runs in shadow mode on the embedded stadium network; the clock stops at the recommendation.
2. A planner that only calls an empty tool runs through the whole harness (typed decision, journal with fsync, synchronous
   checkpoint, artefacts); the same loop runs on a bare LangGraph of two nodes. The difference is the harness's cost per call.
3. PM reports are taken in with and without the checks of measurements, pair by pair: the ratio is what the checks cost.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, TypedDict

from agents.planner import CallTools, Decision, Finish, Understand, View
from agents.understanding.result import Understood
from harness.engine.demo_intents import PREPARE_EVENT
from harness.engine.wiring import open_service
from harness.records.events import Event
from harness.runtime.settings import load_settings
from policies.effect import Effect
from policies.evidence import Evidence
from policies.figure import BenchResult, Figure
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation
from policies.provenance import Provenance
from tools.calls.tool_call import ToolCall
from tools.context import ToolContext
from tools.contract import Tool, ToolRequest, ToolValue, tool
from tools.registry import ToolRegistry
from tools.telemetry.intake_cost import intake_cost
from twins.scratch_folder import ScratchFolder
from twins.system.scenario.presets import small_scenario, stadium_scenario

_SEED = 1


class NoArguments(ToolRequest):
    """No arguments."""


class NoValue(ToolValue):
    """No value."""


@tool(effect=Effect.REASON)
def do_nothing(context: ToolContext, request: NoArguments) -> Evidence[NoValue]:
    """Return at once."""
    source = Provenance(source="bench", kind="computation", version="1", observed_at=context.now())
    return Evidence(summary="done", value=NoValue(), provenance=source)


class _EmptyCallPlanner:
    """Calls the empty tool `calls` times, one call in each decision, then finishes."""

    name = "caller"

    def __init__(self, calls: int) -> None:
        self._calls = calls

    def decide(self, view: View) -> Decision:
        """Return the next call."""
        if view.intent is None:
            objective = ExpectationTarget(kpi="PEE.Energy", condition=Condition.MINIMIZE)
            expectation = IntentExpectation(object=ExpectationObject(), targets=(objective,))
            return Understand(reading=Understood(intent=Intent(text=view.text, expectations=(expectation,))))
        if len(view.observations) < self._calls:
            return CallTools(calls=(ToolCall(tool="do_nothing", arguments={}),))
        return Finish(summary="done")


def run(quick: bool, out: Path | None) -> BenchResult:
    """Run the benchmark; `quick` makes one recommendation and fewer calls. Raw samples are written to the folder `out`."""
    recommendations = [_recommend() for _ in range(1 if quick else 3)]
    calls = 20 if quick else 60
    harness_ms, bare_ms = _harness_call_ms(calls), _bare_call_ms(calls)
    intakes = {
        "small": intake_cost(small_scenario(), 40, 4, pairs=3 if quick else 7),
        "stadium": intake_cost(stadium_scenario(), 2 if quick else 8, 10 if quick else 5, pairs=3 if quick else 7),
    }
    if out is not None:
        raw = {
            "recommendations": recommendations,
            "harness_call_ms": harness_ms,
            "bare_call_ms": bare_ms,
            "intake_cpu_s": intakes,
        }
        (out / "run-samples.json").write_text(json.dumps(raw, indent=2), encoding="utf-8")
    figures = (*_figures(recommendations, harness_ms, bare_ms), *_intake_figures(intakes))
    return BenchResult(figures=figures, seeds=(_SEED,))


def _folders(folder: Path) -> dict[str, Any]:
    """Return settings that keep everything below a temporary folder, the second place of the journal's heads included."""
    return {"data_dir": f"{folder}/data", "journal": {"witness_dir": f"{folder}/second"}}


def _recommend() -> dict[str, Any]:
    """Run the intent in shadow mode; return wall seconds of the start-up, in total, by step and by tool."""
    tools: dict[str, float] = defaultdict(float)

    def listen(event: Event) -> None:
        if event.kind == "tool.ended":
            tools[event.data["call"].tool] += event.data["seconds"]

    with ScratchFolder() as folder:
        network = {"scenario": "stadium", "seed": _SEED}
        # Read by rules: what a reading by the 6G-LLM costs is `bench reading-speed`, and it may be a question.
        settings = load_settings(overrides={**_folders(folder), "network": network, "planner": {"kind": "rule"}})
        opened = time.perf_counter()
        with open_service(settings, listen) as service:
            started = time.perf_counter()
            outcome = service.start(PREPARE_EVENT, "shadow")
            seconds = time.perf_counter() - started
    if outcome.status != "shadow":
        raise RuntimeError(f"the demo's intent ended {outcome.status!r}, not with a recommendation: {outcome.message}")
    return {"seconds": seconds, "start_up": started - opened, "steps": outcome.durations, "tools": dict(tools)}


def _harness_call_ms(calls: int) -> float:
    """Return wall milliseconds per call through the whole harness."""
    import dataclasses

    from harness.engine.run_service import RunService

    with ScratchFolder() as folder:
        overrides = {
            **_folders(folder),
            "network": {"scenario": "small"},
            "limits": {"decisions": calls + 10, "tool_calls": calls + 10},
        }
        settings = load_settings(overrides=overrides)
        with open_service(settings) as service:
            tools: list[Tool[Any, Any]] = [do_nothing]
            parts = dataclasses.replace(service.parts, planner=_EmptyCallPlanner(calls), registry=ToolRegistry(tools))
            started = time.perf_counter()
            RunService(settings, parts).start("call the empty tool", "shadow")
            return 1e3 * (time.perf_counter() - started) / calls


class _BareState(TypedDict):
    calls_left: int


def _bare_call_ms(calls: int) -> float:
    """Return wall milliseconds per round of a bare LangGraph of two nodes, without checkpoints."""
    from langgraph.graph import END, START, StateGraph

    graph = StateGraph(_BareState)
    graph.add_node("plan", lambda state: state)
    graph.add_node("act", lambda state: {"calls_left": state["calls_left"] - 1})
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", lambda state: "act" if state["calls_left"] else END)
    graph.add_edge("act", "plan")
    compiled = graph.compile()
    started = time.perf_counter()
    compiled.invoke({"calls_left": calls}, {"recursion_limit": 4 * calls + 10})
    return 1e3 * (time.perf_counter() - started) / calls


def _figures(recommendations: list[dict[str, Any]], harness_ms: float, bare_ms: float) -> list[Figure]:
    return [
        *_recommendation_figures(recommendations),
        Figure(name="tool call through the harness", value=harness_ms, unit="ms", note="decision, journal, checkpoint, tool"),
        Figure(name="round of a bare LangGraph", value=bare_ms, unit="ms", note="two nodes, no checkpoint"),
        Figure(name="harness against bare LangGraph", value=harness_ms / bare_ms, unit="ratio"),
    ]


def _intake_figures(intakes: dict[str, list[tuple[float, float]]]) -> Iterator[Figure]:
    for name, pairs in intakes.items():
        ratios = [checked / plain for checked, plain in pairs]
        yield Figure(
            name=f"intake of PM reports with checks over without, {name}",
            value=median(ratios),
            unit="ratio",
            target="≤ 1.5",
            met=median(ratios) <= 1.5,
            note=f"CPU, median of {len(ratios)} pairs, {min(ratios):.2f}..{max(ratios):.2f}",
        )


def _recommendation_figures(recommendations: list[dict[str, Any]]) -> Iterator[Figure]:
    samples = [sample["seconds"] for sample in recommendations]
    seconds = median(samples)
    yield Figure(
        name="intent to recommendation",
        value=seconds,
        unit="s",
        target="< 60",
        met=seconds < 60,
        note=f"median of {len(samples)}, {min(samples):.1f}..{max(samples):.1f} s; stadium, shadow mode, read by rules",
    )
    start_up = median(sample["start_up"] for sample in recommendations)
    yield Figure(name="start-up of the embedded network", value=start_up, unit="s")
    for part in ("steps", "tools"):
        for name in sorted({name for sample in recommendations for name in sample[part]}):
            value = median(sample[part].get(name, 0.0) for sample in recommendations)
            yield Figure(name=f"{part[:-1]} {name}", value=value, unit="s", note=f"{100 * value / seconds:.0f} %")
