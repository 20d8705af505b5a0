"""Makes tasks: a scenario, something that goes wrong, what an expert can do about it, and from that what the operator asks for.

1. The world runs on the Experiment Model. Errands are drawn, carried out, and the events come.
2. The expert's search (`repairs`) tries configurations from there. The SLA is put between what stands and what a repair reaches
   (`sla_goal`), and must be out of reach of every shorter one.
3. The whole path is then carried out in a fresh episode and judged like any agent's. What fails is no task.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from policies.gym.degradation import DegradationEvent, DegradationKind
from policies.gym.mission import MissionSpec
from policies.gym.network_state import SlaSpec
from policies.gym.split import Purpose
from policies.slices import Slice
from tools.calls.tool_call import ToolCall
from tools.gym.catalogue import gym_registry
from training.gym.episodes.episode import CALL_S, Episode
from training.gym.episodes.judgement import judge, served_shares
from training.gym.task_making.corners import corners, worst_service
from training.gym.task_making.errands import Errand, Errands, alert, at_server, fly, on_board
from training.gym.task_making.repairs import ALLOWED, Branch, branches, shortest
from training.gym.task_making.sla_goal import between, keeping
from training.gym.task_making.wording import worded
from training.gym.tasks.gym_task import Domain, GymTask, PlannedCall, Tier
from training.gym.traces.excitation import drawn_event
from twins.gym.mission_log import mission_log
from twins.gym.scenario import Family, Scenario, scenario
from twins.gym.world import World
from twins.learned.network import LearnedNetwork

_KINDS: dict[Domain, tuple[DegradationKind, ...]] = {
    Domain.SLICING: (DegradationKind.SURGE, DegradationKind.USER_INFLUX),
    Domain.OFFLOADING: (DegradationKind.EDGE_OVERLOAD, DegradationKind.BACKHAUL_DELAY),
    Domain.UAV_CONTROL: (),
    Domain.RECOVERY: tuple(DegradationKind),
    Domain.COORDINATION: tuple(DegradationKind),
}
_ERRANDS: dict[Domain, tuple[Errand, ...]] = {
    Domain.SLICING: (alert, fly, on_board),
    Domain.OFFLOADING: (at_server, at_server, on_board, alert),
    Domain.UAV_CONTROL: (fly, fly, fly, alert, on_board),
    Domain.RECOVERY: (alert, fly),
    Domain.COORDINATION: (fly, alert, on_board, at_server),
}
_COUNTS = {Tier.L1: (0, 1), Tier.L2: (1, 4), Tier.L3: (6, 9)}
FLOOR_SLACK, HARM, MOST_WAITS, MOST_TURNS = 0.1, 0.075, 8, 3


def make_task(domain: Domain, tier: Tier, family: Family, seed: int, purpose: Purpose, draw: int) -> GymTask | None:
    """Return a task drawn from these alone, or None where what was drawn makes none."""
    name = f"{family.value}-{seed:03d}-{domain.value.replace(' ', '-')}-{tier.value}-{draw}"
    chance = random.Random(name)
    made = scenario(family, seed, purpose)
    events = _events(chance, made, domain, tier)
    asked = _errands(chance, World(made, LearnedNetwork(intervals=True), events), domain, tier)
    if asked is None:
        return None
    world, waits = _carried_out(made, events, asked)
    found = _goal(chance, world, domain, tier, asked)
    if found is None:
        return None
    sla, wanted, repair = found
    mission = MissionSpec(sla=sla, destinations=asked.destinations, tasks=asked.tasks, notified=asked.notified)
    draft = GymTask(
        id=name,
        domain=domain,
        family=family,
        seed=seed,
        purpose=purpose,
        events=events,
        text=worded(chance, domain, tuple(event.kind for event in events), sla, wanted, asked.words),
        mission=mission,
        specs=asked.specs,
        allowed=tuple(sorted({*ALLOWED[domain], *asked.allowed})),
        floors={},
        horizon_s=max([event.onset_s for event in events], default=0.0) + CALL_S,
        path=(),
    )
    return _proved(draft, [*asked.calls, *waits, *repair.calls], tier)


def _events(chance: random.Random, made: Scenario, domain: Domain, tier: Tier) -> tuple[DegradationEvent, ...]:
    # Errands alone are no L3 task: those are done while the network degrades.
    kinds = tuple(DegradationKind) if domain is Domain.UAV_CONTROL and tier is Tier.L3 else _KINDS[domain]
    if not kinds:
        return ()
    drawn = chance.sample(kinds, 2 if tier is Tier.L3 and len(kinds) > 2 else 1)
    onsets = {Tier.L1: (0.0,), Tier.L2: (0.0, 8.0), Tier.L3: (12.0, 22.0)}[tier]
    events = (drawn_event(chance, made, kind, chance.choice(onsets), strong=True) for kind in drawn)
    lasting = (event.model_copy(update={"duration_s": 3600.0}) for event in events)
    host = made.layout.flows[made.mission[0]].host
    # What delays or loads another server than the mission's is no trouble to it.
    moved = {DegradationKind.BACKHAUL_DELAY, DegradationKind.EDGE_OVERLOAD}
    return tuple(event.model_copy(update={"target": host}) if event.kind in moved else event for event in lasting)


def _errands(chance: random.Random, world: World, domain: Domain, tier: Tier) -> Errands | None:
    low, high = _COUNTS[tier]
    count = chance.randint(low, high) if domain is not Domain.UAV_CONTROL or tier is not Tier.L1 else 1
    if tier is Tier.L1 and domain in (Domain.SLICING, Domain.OFFLOADING, Domain.RECOVERY):
        count = 0
    world.begin()
    asked = Errands(reach_s=4.0 if tier is Tier.L1 else 12.0)
    for _ in range(6 * count):
        if len(asked.calls) < count:
            chance.choice(_ERRANDS[domain])(chance, world, asked)
    return asked if len(asked.calls) >= count else None


def _carried_out(made: Scenario, events: tuple[DegradationEvent, ...], asked: Errands) -> tuple[World, list[PlannedCall]]:
    """The world after the errands and, where events are still to come or UAVs fly, some waiting; and the waiting as calls."""
    world = World(made, LearnedNetwork(intervals=True), events)
    world.begin()
    episode = Episode(world, gym_registry())
    for call in asked.calls:
        episode.call(_call(call))
    waits: list[PlannedCall] = []
    last = max([event.onset_s for event in events], default=0.0)
    # Verifying takes one more call, in which UAVs still fly.
    while len(waits) < MOST_WAITS and world.now_s < last:
        waits.append(PlannedCall(tool="heartbeat", arguments={"uav": made.mission[0]}))
        episode.call(_call(waits[-1]))
    return world, waits


def _goal(
    chance: random.Random, world: World, domain: Domain, tier: Tier, asked: Errands
) -> tuple[SlaSpec | None, bool, Branch] | None:
    """The SLA, whether it has to be reached, and the shortest repair that reaches it."""
    world.catch_up()
    if not world.events:
        return (keeping(corners(world)) if tier is not Tier.L1 else None), False, Branch((), world)
    levels = branches(world, domain, 1 if domain is Domain.OFFLOADING else 2)
    depth = chance.choice((1, 2)) if len(levels) > 2 else 1
    stands = corners(world)
    for target in _varied(chance, levels[depth]):
        if tuple(_harm(world, target.world)):
            continue
        sla = between(chance, stands, corners(target.world))
        if sla is None:
            continue

        def good(one: World, sla: SlaSpec = sla) -> bool:
            return not sla.shortfalls(corners(one).worst) and not tuple(_harm(world, one))

        best = shortest(levels, good)
        if best is not None and best.calls:
            return sla, True, best
    return None


def _varied(chance: random.Random, level: list[Branch]) -> list[Branch]:
    """Branches in random order, those of the tools that fewest branches use no later than others."""
    of_tools: dict[tuple[str, ...], list[Branch]] = {}
    for branch in chance.sample(level, len(level)):
        of_tools.setdefault(tuple(call.tool for call in branch.calls), []).append(branch)
    kinds = chance.sample(sorted(of_tools), len(of_tools))
    return [branch for turn in range(MOST_TURNS) for kind in kinds for branch in of_tools[kind][turn : turn + 1]]


def _harm(before: World, now: World) -> Iterator[Slice]:
    """Slices whose other users get noticeably less than before."""
    was = served_shares(before)
    yield from (one for one, share in served_shares(now).items() if share < was[one] - HARM)


def _proved(draft: GymTask, calls: list[PlannedCall], tier: Tier) -> GymTask | None:
    """The draft with its path and floors if an expert who takes it succeeds; where UAVs are still under way, after waiting."""
    wait = PlannedCall(tool="heartbeat", arguments={"uav": draft.scenario().mission[0]})
    for waits in range(MOST_WAITS):
        episode = begun(draft)
        path = [*calls, *[wait] * waits]
        for call in path:
            episode.call(_call(call))
        path += verified(draft, episode)
        if judge(draft, episode).success and _sure(draft, episode.world):
            done = draft.model_copy(update={"path": tuple(path), "floors": _floors(draft, episode.world)})
            return done if done.tier is tier else None
    return None


def _sure(draft: GymTask, solved: World) -> bool:
    """Whether the SLA holds even at the worst corner of the solved state."""
    return draft.mission.sla is None or not draft.mission.sla.shortfalls(corners(solved).worst)


def _floors(draft: GymTask, solved: World) -> dict[Slice, float]:
    """What other users must keep: what they surely get with the solution or without, whichever is less, and some slack."""
    idle = begun(draft).world
    idle.elapse(solved.now_s)
    idle.catch_up()
    ways = [served_shares(world, worst_service(world)) for world in (solved, idle)]
    return {one: round(max(min(way[one] for way in ways) - FLOOR_SLACK, 0.0), 2) for one in ways[0]}


def begun(task: GymTask) -> Episode:
    """An episode of `task` on the Experiment Model."""
    world = World(task.scenario(), LearnedNetwork(intervals=True), task.events)
    world.begin()
    return Episode(world, gym_registry())


def verified(task: GymTask, episode: Episode) -> list[PlannedCall]:
    """Make the calls by which an agent verifies `task`, and return them."""
    if task.mission == MissionSpec(sla=task.mission.sla):
        # A Configuration tool has told the state already.
        episode.world.catch_up()
        arguments = {"state": episode.world.state.model_dump(mode="json"), "sla": task.mission.sla.model_dump(mode="json")}  # type: ignore[union-attr]
        calls = [PlannedCall(tool="verify_sla_compliance", arguments=arguments)]
        episode.call(_call(calls[0]))
        return calls
    read = PlannedCall(tool="read_telemetry", arguments={})
    episode.call(_call(read))
    log = mission_log(episode.world).model_dump(mode="json")
    check = PlannedCall(
        tool="validate_mission_completion", arguments={"mission": task.mission.model_dump(mode="json"), "log": log}
    )
    episode.call(_call(check))
    return [read, check]


def _call(planned: PlannedCall) -> ToolCall:
    return ToolCall(tool=planned.tool, arguments=dict(planned.arguments))
