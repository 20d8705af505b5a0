"""A Configuration call tried in a digital twin before it is let through: the Experiment Model, on a fork of the world.

1. Over the Experiment Model the twin is a copy that stands where the world's network stands. Over any other network it is a model
   that went through the same configurations: its word on how things stand, against what was measured last, is the twin gap.
2. The same time passes with the call, without it, and in the configuration that the mission began with, so that what comes of
   itself is held against no call, and what many small calls take from others is held against the last of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from policies.change import ChangeSet
from tools.calls.tool_call import ToolCall
from tools.registry import ToolRegistry
from training.gym.episodes.episode import CALL_S, Episode
from training.gym.gate.mission_tree import difference, mission_tree
from twins.gym.measurement import Measurement
from twins.gym.world import WARM_UP_S, WINDOW_S, World, settle_s
from twins.learned.network import LearnedNetwork
from twins.system.configuration import Tree


@dataclass(frozen=True)
class Trial:
    """What a call would change, and what the twin measures with it and without it; `error` is the tool's own refusal.

    `begun` is measured in the configuration that the mission began with. `standing` is the tree before the call. `twin_now` is
    what the twin says of the world as it was measured last, None where the world runs on the twin's own model.
    """

    standing: Tree
    change_set: ChangeSet
    changed: Measurement
    unchanged: Measurement
    begun: Measurement
    twin_now: Measurement | None
    error: str | None


def tried(world: World, call: ToolCall, registry: ToolRegistry) -> Trial:
    """Try `call` on forks of `world`, which stays as it is."""
    twin, now = _twin(world)
    fork, idle, begun = (world.fork(one) for one in (twin.copy(), twin.copy(), _sure(twin)))
    step = Episode(fork, registry).call(call)
    idle.elapse(CALL_S)
    begun.configure(world.scenario.layout)
    begun.elapse(CALL_S)
    standing = mission_tree(world)
    return Trial(
        standing=standing,
        change_set=difference(standing, mission_tree(fork)),
        changed=fork.measured,
        unchanged=idle.measure(),
        begun=begun.measure(),
        twin_now=now,
        error=step.observation.error,
    )


def _sure(twin: LearnedNetwork) -> LearnedNetwork:
    """A copy that tells no intervals: how sure it is of the beginning matters to nobody."""
    copy = twin.copy()
    copy.intervals = False
    return copy


def _twin(world: World) -> tuple[LearnedNetwork, Measurement | None]:
    if isinstance(world.network, LearnedNetwork):
        twin = world.network.copy()
        twin.intervals = True
        return twin, None
    twin, before = LearnedNetwork(intervals=True), None
    twin.begin(world.measurements[0].layout)
    for one in world.measurements:
        settle = WARM_UP_S if before is None else settle_s(before, one.layout)
        window, before = twin.run(one.layout, WINDOW_S, settle), one.layout
    return twin, world.measurement_of(world.measured.layout, window)
