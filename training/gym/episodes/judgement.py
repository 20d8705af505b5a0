"""Whether an episode solved its task: the goal on the final state, invariants, nothing off target, verified by the agent."""

from __future__ import annotations

from collections.abc import Iterator

from policies.gym.mission import MissionLog, MissionSpec, unmet
from policies.gym.network_state import NetworkState, SlaSpec
from policies.slices import Slice
from policies.word import Word
from training.gym.episodes.episode import Episode, Step
from training.gym.episodes.mutations import mutations
from training.gym.tasks.gym_task import GymTask
from twins.gym.measurement import Service
from twins.gym.mission_log import mission_log
from twins.gym.world import World


class Outcome(Word):
    """Success, and for each part what stands against it; `spl` is success weighted by path length (Anderson et al. 2018)."""

    success: bool
    goal: tuple[str, ...]
    invariants: tuple[str, ...]
    off_target: tuple[str, ...]
    verification: tuple[str, ...]
    steps: int
    shortest: int

    @property
    def spl(self) -> float:
        """1 where the shortest path was taken, less for longer ones, 0 for failures."""
        return self.shortest / max(self.steps, self.shortest) if self.success else 0.0


def judge(task: GymTask, episode: Episode) -> Outcome:
    """Let the world run to the task's horizon, and judge; raises InfrastructureError."""
    world = episode.world
    verification = tuple(_verification(task, episode))
    if world.now_s < task.horizon_s:
        world.elapse(task.horizon_s - world.now_s)
    world.catch_up()
    goal = (*unmet(task.mission, mission_log(world).model_copy(update={"incidents": ()})), *_misunderstood(task, world))
    invariants = (*world.mission.incidents, *harmed(task, world))
    off_target = tuple(sorted(mutations(world) - set(task.allowed)))
    return Outcome(
        success=not (goal or invariants or off_target or verification),
        goal=goal,
        invariants=invariants,
        off_target=off_target,
        verification=verification,
        steps=len(episode.steps),
        shortest=task.steps,
    )


def _misunderstood(task: GymTask, world: World) -> Iterator[str]:
    """One sentence for each computing task that was set up with other needs than the operator told."""
    placed = {name: spec for name, (spec, _) in world.placed.items()}
    on_board = {spec.task: spec for uav in world.mission.fleet.values() for spec in uav.tasks}
    for name, wanted in task.specs.items():
        found = placed.get(name) or on_board.get(name)
        if found is not None and found != wanted:
            yield f"{name} was set up with {found.demand_gcps:g} Gcycle/s, not {wanted.demand_gcps:g}"


def harmed(task: GymTask, world: World) -> Iterator[str]:
    """One sentence for each slice whose other users get less of their traffic than the task's floor."""
    for one, share in served_shares(world).items():
        floor = task.floors.get(one, 0.0)
        if share < floor:
            yield f"other users of {one.value} get {share:.0%} of their traffic, below {floor:.0%}"


def served_shares(world: World, served: dict[Slice, Service] | None = None) -> dict[Slice, float]:
    """What share of their traffic the other users of each slice get: throttled traffic counts like lost traffic.

    `served` is what they get, the measured services unless others are given.
    """
    full: dict[Slice, float] = {}
    for name, flow in world.unthrottled.flows.items():
        if name not in world.scenario.mission and flow.mbps > 0.0:
            full[flow.slice] = full.get(flow.slice, 0.0) + flow.mbps
    served = world.measured.slices if served is None else served
    return {one: min(served[one].throughput_mbps / mbps, 1.0) if one in served else 0.0 for one, mbps in full.items()}


def _verification(task: GymTask, episode: Episode) -> Iterator[str]:
    """What is wrong with the agent's own verification, as its last word on the state that then stood."""
    calls = [step for step in episode.steps if step.call.tool in ("verify_sla_compliance", "validate_mission_completion")]
    done = [step for step in calls if step.observation.evidence is not None]
    if not done:
        yield "the agent verified nothing"
        return
    last = done[-1]
    value = (last.observation.evidence or {}).get("value", {})
    if last.call.tool == "verify_sla_compliance":
        yield from _sla_verified(task, last, value)
    else:
        yield from _mission_verified(task, episode, last, value)
    if episode.steps[episode.steps.index(last) :][1:] and episode.world.state != last.after:
        yield "the state changed after the agent had verified it"


def _sla_verified(task: GymTask, step: Step, value: dict[str, object]) -> Iterator[str]:
    if task.mission.sla is None or task.mission != MissionSpec(sla=task.mission.sla):
        yield "the mission asks for more than an SLA: validate_mission_completion"
    if SlaSpec.model_validate(step.call.arguments.get("sla")) != task.mission.sla:
        yield "the agent verified another SLA than the task's"
    if NetworkState.model_validate(step.call.arguments.get("state")) != step.after:
        yield "the agent verified a state that was not the network's"
    if not value.get("compliant"):
        yield "the verification did not pass"


def _mission_verified(task: GymTask, episode: Episode, step: Step, value: dict[str, object]) -> Iterator[str]:
    if MissionSpec.model_validate(step.call.arguments.get("mission")) != task.mission:
        yield "the agent validated another mission than the task's"
    log = MissionLog.model_validate(step.call.arguments.get("log"))
    if log.state != step.after or log not in _told_logs(episode):
        yield "the agent validated a log that was not the mission's"
    if not value.get("complete"):
        yield "the validation did not pass"


def _told_logs(episode: Episode) -> list[MissionLog]:
    """The logs that telemetry told."""
    told = [step.observation.evidence for step in episode.steps if step.call.tool == "read_telemetry"]
    return [MissionLog.model_validate(evidence["value"]["log"]) for evidence in told if evidence is not None]
