"""Generates tasks: a scenario, events that degrade it, an expert's repair, and from that the operator's request.

1. The world runs on the Experiment Model. Errands are drawn and carried out, and the events occur.
2. The expert's search (`repairs`) tries configurations of the resulting world. The SLA is set between the current state and the
   one that a repair reaches (`sla_goal`), so that no shorter repair reaches it.
3. The whole path is then run in a fresh episode and judged like any agent's (`proof`). If it fails, the draw makes no task.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from policies.gym.degradation import DegradationEvent, DegradationKind
from policies.gym.mission import MissionSpec
from policies.gym.network_state import SlaSpec
from policies.gym.split import Purpose
from policies.slices import Slice
from tools.gym.catalogue import gym_registry
from training.gym.episodes.episode import CALL_S, Episode
from training.gym.episodes.judgement import served_shares
from training.gym.task_making.corners import corners
from training.gym.task_making.errands import Errand, Errands, alert, at_server, fly, on_board
from training.gym.task_making.proof import MAX_WAITS, prove
from training.gym.task_making.repairs import ALLOWED, Branch, branches, shortest
from training.gym.task_making.sla_goal import between, keeping
from training.gym.task_making.wording import request_text
from training.gym.tasks.gym_task import Domain, GymTask, PlannedCall, Tier
from training.gym.traces.excitation import draw_event
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
HARM, MAX_ROUNDS = 0.075, 3


def make_task(domain: Domain, tier: Tier, family: Family, seed: int, purpose: Purpose, draw: int) -> GymTask | None:
    """Return the task drawn from these parameters alone, or None if the draw makes no task."""
    name = f"{family.value}-{seed:03d}-{domain.value.replace(' ', '-')}-{tier.value}-{draw}"
    rng = random.Random(name)
    topology = scenario(family, seed, purpose)
    events = _draw_events(rng, topology, domain, tier)
    errands = _draw_errands(rng, World(topology, LearnedNetwork(intervals=True), events), domain, tier)
    if errands is None:
        return None
    world, waits = _run_errands(topology, events, errands)
    goal = _goal(rng, world, domain, tier)
    if goal is None:
        return None
    sla, to_reach, repair = goal
    mission = MissionSpec(sla=sla, destinations=errands.destinations, tasks=errands.tasks, notified=errands.notified)
    draft = GymTask(
        id=name,
        domain=domain,
        family=family,
        seed=seed,
        purpose=purpose,
        events=events,
        text=request_text(rng, domain, tuple(event.kind for event in events), sla, to_reach, errands.phrases),
        mission=mission,
        specs=errands.specs,
        allowed=tuple(sorted({*ALLOWED[domain], *errands.allowed})),
        floors={},
        horizon_s=max([event.onset_s for event in events], default=0.0) + CALL_S,
        path=(),
    )
    return prove(draft, [*errands.calls, *waits, *repair.calls], tier)


def _draw_events(rng: random.Random, topology: Scenario, domain: Domain, tier: Tier) -> tuple[DegradationEvent, ...]:
    # Errands alone make no L3 task: they are run while the network degrades.
    kinds = tuple(DegradationKind) if domain is Domain.UAV_CONTROL and tier is Tier.L3 else _KINDS[domain]
    if not kinds:
        return ()
    drawn_kinds = rng.sample(kinds, 2 if tier is Tier.L3 and len(kinds) > 2 else 1)
    onsets = {Tier.L1: (0.0,), Tier.L2: (0.0, 8.0), Tier.L3: (12.0, 22.0)}[tier]
    events = (draw_event(rng, topology, kind, rng.choice(onsets), strong=True) for kind in drawn_kinds)
    lasting = (event.model_copy(update={"duration_s": 3600.0}) for event in events)
    host = topology.layout.flows[topology.mission[0]].host
    # A delay or an overload of another server than the mission's would not affect it.
    of_host = {DegradationKind.BACKHAUL_DELAY, DegradationKind.EDGE_OVERLOAD}
    return tuple(event.model_copy(update={"target": host}) if event.kind in of_host else event for event in lasting)


def _draw_errands(rng: random.Random, world: World, domain: Domain, tier: Tier) -> Errands | None:
    low, high = _COUNTS[tier]
    count = rng.randint(low, high) if domain is not Domain.UAV_CONTROL or tier is not Tier.L1 else 1
    if tier is Tier.L1 and domain in (Domain.SLICING, Domain.OFFLOADING, Domain.RECOVERY):
        count = 0
    world.begin()
    errands = Errands(reach_s=4.0 if tier is Tier.L1 else 12.0)
    for _ in range(6 * count):
        if len(errands.calls) < count:
            rng.choice(_ERRANDS[domain])(rng, world, errands)
    return errands if len(errands.calls) >= count else None


def _run_errands(topology: Scenario, events: tuple[DegradationEvent, ...], errands: Errands) -> tuple[World, list[PlannedCall]]:
    """Return the world after the errands, and after waiting for pending events; and the calls by which it waits."""
    world = World(topology, LearnedNetwork(intervals=True), events)
    world.begin()
    episode = Episode(world, gym_registry())
    for call in errands.calls:
        episode.call(call.tool_call)
    waits: list[PlannedCall] = []
    last = max([event.onset_s for event in events], default=0.0)
    # Waiting may end at the last onset: the verification takes one more call, in which UAVs still fly.
    while len(waits) < MAX_WAITS and world.now_s < last:
        waits.append(PlannedCall(tool="heartbeat", arguments={"uav": topology.mission[0]}))
        episode.call(waits[-1].tool_call)
    return world, waits


def _goal(rng: random.Random, world: World, domain: Domain, tier: Tier) -> tuple[SlaSpec | None, bool, Branch] | None:
    """The SLA, whether it is still to be reached, and the shortest repair that reaches it; None if there is no such SLA."""
    world.catch_up()
    if not world.events:
        return (keeping(corners(world)) if tier is not Tier.L1 else None), False, Branch((), world)
    levels = branches(world, domain, 1 if domain is Domain.OFFLOADING else 2)
    depth = rng.choice((1, 2)) if len(levels) > 2 else 1
    current = corners(world)
    for target in _shuffled(rng, levels[depth]):
        if tuple(_harm(world, target.world)):
            continue
        sla = between(rng, current, corners(target.world))
        if sla is None:
            continue

        def repaired(candidate: World, sla: SlaSpec = sla) -> bool:
            return not sla.shortfalls(corners(candidate).worst) and not tuple(_harm(world, candidate))

        best = shortest(levels, repaired)
        if best is not None and best.calls:
            return sla, True, best
    return None


def _shuffled(rng: random.Random, level: list[Branch]) -> list[Branch]:
    """Branches in random order, sequences of tools in turn, so that those with few branches come no later than others."""
    of_tools: dict[tuple[str, ...], list[Branch]] = {}
    for branch in rng.sample(level, len(level)):
        of_tools.setdefault(tuple(call.tool for call in branch.calls), []).append(branch)
    kinds = rng.sample(sorted(of_tools), len(of_tools))
    return [branch for number in range(MAX_ROUNDS) for kind in kinds for branch in of_tools[kind][number : number + 1]]


def _harm(before: World, now: World) -> Iterator[Slice]:
    """Yield the slices whose other users get a share of their traffic that is smaller than before by more than `HARM`."""
    shares_before = served_shares(before)
    yield from (name for name, share in served_shares(now).items() if share < shares_before[name] - HARM)
