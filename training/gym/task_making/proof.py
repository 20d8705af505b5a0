"""Proof that a drafted task can be solved: its path is run in a fresh episode on the Experiment Model, verified and judged.

The path and the floors of the other users' traffic are those of this episode.
"""

from __future__ import annotations

from policies.gym.mission import MissionSpec
from policies.slices import Slice
from tools.gym.catalogue import gym_registry
from training.gym.episodes.episode import Episode
from training.gym.episodes.judgement import judge, served_shares
from training.gym.task_making.corners import corners, worst_service
from training.gym.tasks.gym_task import GymTask, PlannedCall, Tier
from twins.gym.mission_log import mission_log
from twins.gym.world import World
from twins.learned.network import LearnedNetwork

FLOOR_SLACK, MAX_WAITS = 0.1, 8


def prove(draft: GymTask, calls: list[PlannedCall], tier: Tier) -> GymTask | None:
    """Return the draft with its path and floors if an expert solves it, waiting while UAVs are still under way; else None."""
    wait = PlannedCall(tool="heartbeat", arguments={"uav": draft.scenario().mission[0]})
    for waits in range(MAX_WAITS):
        episode = begin_episode(draft)
        path = [*calls, *[wait] * waits]
        for call in path:
            episode.call(call.tool_call)
        path += verify(draft, episode)
        if judge(draft, episode).success and _surely_solved(draft, episode.world):
            task = draft.model_copy(update={"path": tuple(path), "floors": _floors(draft, episode.world)})
            return task if task.tier is tier else None
    return None


def _surely_solved(draft: GymTask, solved: World) -> bool:
    """Whether the SLA is met even at the worst corner of the solved state."""
    return draft.mission.sla is None or not draft.mission.sla.shortfalls(corners(solved).worst)


def _floors(draft: GymTask, solved: World) -> dict[Slice, float]:
    """Floors of the other users: what they surely get with or without the solution, whichever is less, minus some slack."""
    idle = begin_episode(draft).world
    idle.elapse(solved.now_s)
    idle.catch_up()
    cases = [served_shares(world, worst_service(world)) for world in (solved, idle)]
    return {name: round(max(min(shares[name] for shares in cases) - FLOOR_SLACK, 0.0), 2) for name in cases[0]}


def begin_episode(task: GymTask) -> Episode:
    """Begin an episode of `task` on the Experiment Model."""
    world = World(task.scenario(), LearnedNetwork(intervals=True), task.events)
    world.begin()
    return Episode(world, gym_registry())


def verify(task: GymTask, episode: Episode) -> list[PlannedCall]:
    """Make the calls that verify `task`, and return them."""
    if task.mission == MissionSpec(sla=task.mission.sla):
        # A Configuration tool has already returned this state.
        episode.world.catch_up()
        arguments = {"state": episode.world.state.model_dump(mode="json"), "sla": task.mission.sla.model_dump(mode="json")}  # type: ignore[union-attr]
        calls = [PlannedCall(tool="verify_sla_compliance", arguments=arguments)]
        episode.call(calls[0].tool_call)
        return calls
    read = PlannedCall(tool="read_telemetry", arguments={})
    episode.call(read.tool_call)
    log = mission_log(episode.world).model_dump(mode="json")
    check = PlannedCall(
        tool="validate_mission_completion", arguments={"mission": task.mission.model_dump(mode="json"), "log": log}
    )
    episode.call(check.tool_call)
    return [read, check]
