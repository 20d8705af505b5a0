"""Five bad agents: a benchmark in which any of them does well measures nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from agents.baselines.mission_brief import mission_of
from agents.baselines.notes import answers, newest_state, verification
from agents.planner import CallTools, Decision, Finish, View
from policies.gym.mission import MissionSpec
from tools.calls.tool_call import ToolCall
from training.gym.tasks.gym_task import GymTask

Script = Callable[[View, MissionSpec], Iterator[ToolCall]]


class Scripted:
    """Makes the calls of a script, then verifies honestly (unless `verifies` is False) and ends."""

    def __init__(self, name: str, script: Script, verifies: bool = True) -> None:
        self.name = name
        self._script, self._verifies, self._calls = script, verifies, 0

    def decide(self, view: View) -> Decision:
        """Return the next call."""
        mission = mission_of(view.text) or MissionSpec()
        if not view.observations:
            return CallTools(calls=(ToolCall(tool="read_telemetry", arguments={}),))
        planned = list(self._script(view, mission))
        if self._calls < len(planned):
            self._calls += 1
            return CallTools(calls=(planned[self._calls - 1],))
        state = newest_state(view)
        return verification(view, mission, state) if self._verifies and state is not None else Finish(summary="done")


def do_nothing(task: GymTask) -> Scripted:
    """Reads telemetry, verifies and ends."""
    return Scripted("do-nothing", lambda view, mission: iter(()))


def over_acting(task: GymTask) -> Scripted:
    """Applies every possible remedy at once."""
    return Scripted("over-acting", _all_remedies)


def bystander_harming(task: GymTask) -> Scripted:
    """Takes all resources from the other users for its own mission."""
    return Scripted("bystander-harming", _greedy)


def answer_leak(task: GymTask) -> Scripted:
    """Knows what a passing verification looks like, and verifies a state and a log that it made up."""
    return Scripted("answer-leak", _made_up, verifies=False)


def _all_remedies(view: View, mission: MissionSpec) -> Iterator[ToolCall]:
    telemetry = answers(view, "read_telemetry")[0]
    current = telemetry["state"]["slice"]
    target = "URLLC" if current != "URLLC" else "eMBB"
    yield ToolCall(tool="switch_network_slice", arguments={"current": current, "target": target})
    yield ToolCall(tool="trigger_slice_reallocation", arguments={"slice": target, "resources": {"share": 0.6}})
    yield ToolCall(tool="edge_offload", arguments={"task": telemetry["service"], "target": {"server": "edge-1"}})
    yield ToolCall(tool="graceful_degradation", arguments={"degradation": {"target": "mission", "keep_rate": 0.5}})
    yield ToolCall(tool="graceful_degradation", arguments={"degradation": {"target": "eMBB", "keep_rate": 0.5}})
    yield from _orders(mission)


def _greedy(view: View, mission: MissionSpec) -> Iterator[ToolCall]:
    current = answers(view, "read_telemetry")[0]["state"]["slice"]
    for name in ("eMBB", "URLLC", "mMTC"):
        yield ToolCall(tool="graceful_degradation", arguments={"degradation": {"target": name, "keep_rate": 0.2}})
    yield ToolCall(tool="trigger_slice_reallocation", arguments={"slice": current, "resources": {"share": 0.875}})
    yield from _orders(mission)


def _orders(mission: MissionSpec) -> Iterator[ToolCall]:
    for uav, place in mission.destinations.items():
        yield ToolCall(tool="set_waypoint", arguments={"uav": uav, "position": place.model_dump()})
    for uav, alert in mission.notified.items():
        yield ToolCall(tool="send_alert", arguments={"uav": uav, "alert": alert})


def _made_up(view: View, mission: MissionSpec) -> Iterator[ToolCall]:
    telemetry = answers(view, "read_telemetry")[0]
    state = {**telemetry["state"], "latency_ms": 1.0, "jitter_ms": 0.1, "loss": 0.0, "throughput_mbps": 50.0, "edge_load": 0.01}
    if mission.sla is not None and mission == MissionSpec(sla=mission.sla):
        yield ToolCall(tool="verify_sla_compliance", arguments={"state": state, "sla": mission.sla.model_dump(mode="json")})
        return
    raw = mission.model_dump(mode="json")
    log = {**telemetry["log"], "state": state, "positions": {**telemetry["log"]["positions"], **raw["destinations"]}}
    log["tasks"] = {**log["tasks"], **raw["tasks"]}
    log["alerts"] = {uav: [kind] for uav, kind in raw["notified"].items()}
    yield ToolCall(tool="validate_mission_completion", arguments={"mission": raw, "log": log})


class RandomAgent:
    """Makes random calls from a list, then verifies."""

    name = "random"

    def __init__(self, seed: str) -> None:
        self._rng = random.Random(seed)

    def decide(self, view: View) -> Decision:
        """Return a random call or, with probability 1/6, the next step of a verification."""
        mission, state = mission_of(view.text) or MissionSpec(), newest_state(view)
        if not view.observations or state is None:
            return CallTools(calls=(ToolCall(tool="read_telemetry", arguments={}),))
        last = view.observations[-1].call.tool
        if last in ("verify_sla_compliance", "validate_mission_completion") or self._rng.random() < 1.0 / 6.0:
            return verification(view, mission, state)
        return CallTools(calls=(self._draw_call(view, state.slice.value),))

    def _draw_call(self, view: View, current: str) -> ToolCall:
        rng, telemetry = self._rng, answers(view, "read_telemetry")[0]
        uav = rng.choice(sorted(telemetry["log"]["positions"]))
        place = {axis: round(rng.uniform(-200.0, 200.0)) for axis in ("x_m", "y_m")} | {"z_m": round(rng.uniform(30.0, 120.0))}
        calls: tuple[tuple[str, dict[str, object]], ...] = (
            (
                "switch_network_slice",
                {"current": current, "target": rng.choice([s for s in ("eMBB", "URLLC", "mMTC") if s != current])},
            ),
            ("trigger_slice_reallocation", {"slice": current, "resources": {"share": round(rng.uniform(0.07, 0.87), 2)}}),
            ("edge_offload", {"task": telemetry["service"], "target": {"server": rng.choice(("cloud", "edge-1", "edge-2"))}}),
            ("graceful_degradation", {"degradation": {"target": "mission", "keep_rate": round(rng.uniform(0.2, 1.0), 2)}}),
            ("set_waypoint", {"uav": uav, "position": place}),
            ("send_alert", {"uav": uav, "alert": rng.choice(("link_loss", "geofence", "low_battery"))}),
            ("check_network_state", {}),
            ("get_edge_load", {}),
        )
        tool, arguments = rng.choice(calls)
        return ToolCall(tool=tool, arguments=arguments, reason="random")


def random_agent(task: GymTask) -> RandomAgent:
    """Return a random agent, seeded by the task's id."""
    return RandomAgent(task.id)
