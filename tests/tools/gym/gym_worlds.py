"""Worlds for tests of the gym's tools, over the Experiment Model."""

from policies.gym.split import Purpose
from tools.gym.context import GymContext
from twins.gym.scenario import Family, scenario
from twins.gym.world import World
from twins.learned.network import LearnedNetwork


def gym_context(family=Family.SWARM, seed=9, events=()) -> GymContext:
    """A world that has begun, and what tools may reach of it."""
    world = World(scenario(family, seed, Purpose.TRAINING), LearnedNetwork(), events)
    world.begin()
    return GymContext(world)


def same_network(world):
    """What no Observation and no Reasoning tool may change."""
    return world.state, world.layout, len(world.measurements), world.now_s, dict(world.placed)


def same_mission(world):
    """What a tool that declares nothing may not change."""
    return world.mission.copy(), world._dirty
