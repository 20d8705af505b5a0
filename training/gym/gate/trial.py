"""Trial of a Configuration call in a digital twin, the Experiment Model, on a fork of the world, before it is let through.

1. If the world runs on the Experiment Model, the twin is a copy of it in the same state. Over any other network it is a model
   that went through the same configurations; its error against the last measurement is the twin gap.
2. The same time passes with the call, without it, and in the mission's initial configuration. So no call is blamed for what
   happens without it, and a sequence of small calls cannot take more from other users than one call may.
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
    """The change set of a call, and the twin's measurements `changed`, with the call, and `unchanged`, without it.

    `current_tree` is the configuration before the call; `initial` is measured in the mission's initial configuration. `twin_now`
    is the twin's estimate of the world's last measurement, None if the world runs on the twin's own model. `error` is the tool's
    own refusal, if any.
    """

    current_tree: Tree
    change_set: ChangeSet
    changed: Measurement
    unchanged: Measurement
    initial: Measurement
    twin_now: Measurement | None
    error: str | None


def try_call(world: World, call: ToolCall, registry: ToolRegistry) -> Trial:
    """Try `call` on forks of `world`, which is not changed."""
    twin, now = _twin(world)
    fork, idle, initial = (world.fork(network) for network in (twin.copy(), twin.copy(), _without_intervals(twin)))
    step = Episode(fork, registry).call(call)
    idle.elapse(CALL_S)
    initial.configure(world.scenario.layout)
    initial.elapse(CALL_S)
    current_tree = mission_tree(world)
    return Trial(
        current_tree=current_tree,
        change_set=difference(current_tree, mission_tree(fork)),
        changed=fork.measured,
        unchanged=idle.measure(),
        initial=initial.measure(),
        twin_now=now,
        error=step.observation.error,
    )


def _without_intervals(twin: LearnedNetwork) -> LearnedNetwork:
    """A copy without intervals: those of the initial configuration are not used."""
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
    for past in world.measurements:
        settle = WARM_UP_S if before is None else settle_s(before, past.layout)
        window, before = twin.run(past.layout, WINDOW_S, settle), past.layout
    return twin, world.measurement_of(world.measured.layout, window)
