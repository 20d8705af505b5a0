"""Worlds for tests of the gym's tools, over the Experiment Model."""

from policies.gym.split import Purpose
from tools.gym.context import GymContext
from twins.gym.scenario import Family, scenario
from twins.gym.world import World
from twins.learned.network import LearnedNetwork


def gym_context(family=Family.SWARM, seed=9, events=()) -> GymContext:
    """The context of a world that has begun."""
    world = World(scenario(family, seed, Purpose.TRAINING), LearnedNetwork(), events)
    world.begin()
    return GymContext(world)


def network_snapshot(world):
    """The state that no Observation and no Reasoning tool may change."""
    return world.state, world.layout, len(world.measurements), world.now_s, dict(world.placed)


def mission_snapshot(world):
    """The state that a tool without `also_changes` may not change."""
    return world.mission.copy(), world._dirty
