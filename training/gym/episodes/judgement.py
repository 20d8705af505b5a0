"""Judges whether an episode solved its task: goal met in the final state, invariants kept, nothing else changed, verified."""

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
    """Success, and the objections by criterion; `spl` is success weighted by path length (Anderson et al. 2018)."""

    success: bool
    goal: tuple[str, ...]
    invariants: tuple[str, ...]
    off_target: tuple[str, ...]
    verification: tuple[str, ...]
    steps: int
    shortest: int

    @property
    def spl(self) -> float:
        """1 for the shortest path, less for longer ones, 0 for failures."""
        return self.shortest / max(self.steps, self.shortest) if self.success else 0.0


def judge(task: GymTask, episode: Episode) -> Outcome:
    """Run the world to the task's horizon and judge the episode; raises InfrastructureError."""
    world = episode.world
    verification = tuple(_verification_faults(task, episode))
    if world.now_s < task.horizon_s:
        world.elapse(task.horizon_s - world.now_s)
    world.catch_up()
    goal = (*unmet(task.mission, mission_log(world).model_copy(update={"incidents": ()})), *_wrong_requirements(task, world))
    invariants = (*world.mission.incidents, *_harms(task, world))
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


def _wrong_requirements(task: GymTask, world: World) -> Iterator[str]:
    """Yield a sentence for each computing task that was set up with other requirements than the text states."""
    placed = {name: spec for name, (spec, _) in world.placed.items()}
    on_board = {spec.task: spec for uav in world.mission.fleet.values() for spec in uav.tasks}
    for name, required in task.specs.items():
        actual = placed.get(name) or on_board.get(name)
        if actual is not None and actual != required:
            yield f"{name} was set up with {actual.demand_gcps:g} Gcycle/s, not {required.demand_gcps:g}"


def _harms(task: GymTask, world: World) -> Iterator[str]:
    """Yield a sentence for each slice whose other users get a smaller share of their traffic than the task's floor."""
    for slice_, share in served_shares(world).items():
        floor = task.floors.get(slice_, 0.0)
        if share < floor:
            yield f"other users of {slice_.value} get {share:.0%} of their traffic, below {floor:.0%}"


def served_shares(world: World, served: dict[Slice, Service] | None = None) -> dict[Slice, float]:
    """Share of their traffic, 0..1, that the other users of each slice get; throttled traffic counts as lost.

    `served` is the service that they get; by default the measured one.
    """
    full: dict[Slice, float] = {}
    for name, flow in world.unthrottled.flows.items():
        if name not in world.scenario.mission and flow.mbps > 0.0:
            full[flow.slice] = full.get(flow.slice, 0.0) + flow.mbps
    served = world.measured.slices if served is None else served
    return {name: min(served[name].throughput_mbps / mbps, 1.0) if name in served else 0.0 for name, mbps in full.items()}


def _verification_faults(task: GymTask, episode: Episode) -> Iterator[str]:
    """Yield the faults of the agent's last verification, which must be of the final state."""
    calls = [step for step in episode.steps if step.call.tool in ("verify_sla_compliance", "validate_mission_completion")]
    succeeded = [step for step in calls if step.observation.evidence is not None]
    if not succeeded:
        yield "the agent verified nothing"
        return
    last = succeeded[-1]
    value = (last.observation.evidence or {}).get("value", {})
    if last.call.tool == "verify_sla_compliance":
        yield from _sla_faults(task, last, value)
    else:
        yield from _mission_faults(task, episode, last, value)
    if episode.steps[episode.steps.index(last) :][1:] and episode.world.state != last.after:
        yield "the state changed after the agent had verified it"


def _sla_faults(task: GymTask, step: Step, value: dict[str, object]) -> Iterator[str]:
    if task.mission.sla is None or task.mission != MissionSpec(sla=task.mission.sla):
        yield "the mission asks for more than an SLA: validate_mission_completion"
    if SlaSpec.model_validate(step.call.arguments.get("sla")) != task.mission.sla:
        yield "the agent verified another SLA than the task's"
    if NetworkState.model_validate(step.call.arguments.get("state")) != step.after:
        yield "the agent verified a state that was not the network's"
    if not value.get("compliant"):
        yield "the verification did not pass"


def _mission_faults(task: GymTask, episode: Episode, step: Step, value: dict[str, object]) -> Iterator[str]:
    if MissionSpec.model_validate(step.call.arguments.get("mission")) != task.mission:
        yield "the agent validated another mission than the task's"
    log = MissionLog.model_validate(step.call.arguments.get("log"))
    if log.state != step.after or log not in _reported_logs(episode):
        yield "the agent validated a log that was not the mission's"
    if not value.get("complete"):
        yield "the validation did not pass"


def _reported_logs(episode: Episode) -> list[MissionLog]:
    """The logs that telemetry reported."""
    answers = [step.observation.evidence for step in episode.steps if step.call.tool == "read_telemetry"]
    return [MissionLog.model_validate(evidence["value"]["log"]) for evidence in answers if evidence is not None]
