"""Drills: lessons from runs of the rule planner in which a stand-in draws what the twin would show (`drawn_twin`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from agents.rule_planner import RulePlanner
from policies.effect import Effect
from policies.evidence import Evidence
from tools.contract import Tool
from tools.twinning.laboratory import Laboratory
from training.llm.planning.drawn_twin import drill_registry
from training.llm.planning.lesson import Lesson, lessons_of
from training.llm.planning.made_reading import made_reading
from training.llm.planning.recorded_run import RecordedRun
from training.llm.planning.recording import EFFORT, disturbance_of
from training.llm.planning.rollout import FAST, Disturbance, Runner, World, world_of_seed
from twins.progress import Advance


class _Remembering(Disturbance):
    """A disturbance that asks a tool that reads but once for the same arguments: the network stands still in a drill."""

    def __init__(self, of: Disturbance, kept: dict[str, Evidence[Any]]) -> None:
        super().__init__(of.draw, of.failing, of.down, of.rejecting)
        self._kept = kept

    def run_tool(self, tool: Tool[Any, Any], context: object, arguments: dict[str, Any]) -> Evidence[Any]:
        """Execute a call, or return the earlier answer to it."""
        if tool.effect is not Effect.OBSERVE:
            return tool.run(context, arguments)
        key = f"{tool.name} {sorted(arguments.items())}"
        if key not in self._kept:
            self._kept[key] = tool.run(context, arguments)
        return self._kept[key]


def drill(path: Path, first: int, networks: int, readings: int, progress: Advance) -> int:
    """Append the lessons of drills over the networks from seed `first` to a file of JSON lines; return how many."""
    laboratory, planner, count = Laboratory(0, FAST), RulePlanner(EFFORT), 0
    path.parent.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(range(first, first + networks), start=1):
        with world_of_seed(seed, laboratory) as world, path.open("a", encoding="utf-8") as lines:
            kept: dict[str, Evidence[Any]] = {}
            for reading in range(readings):
                for lesson in _drilled(replace(world, registry=drill_registry()), seed, reading, planner, kept):
                    lines.write(f"{lesson.model_dump_json()}\n")
                    count += 1
        progress(number, networks)
    return count


def _drilled(world: World, seed: int, number: int, planner: RulePlanner, kept: dict[str, Evidence[Any]]) -> list[Lesson]:
    draw = Random(f"drill {seed} {number}")
    world = replace(world, context=replace(world.context, seed=1000 * seed + number))
    reading = made_reading(draw, world.network.describe(), world.present)
    run = Runner(world, _Remembering(disturbance_of(draw), kept)).run(planner, "made request", reading)
    if run.end not in ("accepted", "finished", "escalated"):
        return []
    lessons = lessons_of(RecordedRun.of(seed, number, run, agreed=True), EFFORT)
    return [lesson.model_copy(update={"drill": True}) for lesson in lessons]
