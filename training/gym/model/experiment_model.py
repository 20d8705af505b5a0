"""The Experiment Model as in seed 001, equation (3): (state, call, event, history) to (explanation, next state, tool result).

`ExperimentModel` is the contract; `LearnedExperimentModel` is the ensemble over physics of `twins.learned`. A language model that
foretells the same stands behind the same contract.
"""

from __future__ import annotations

from typing import Any, Protocol

from policies.gym.degradation import DegradationEvent
from policies.gym.network_state import NetworkState
from policies.word import Word
from tools.calls.tool_call import ToolCall
from tools.gym.catalogue import gym_registry
from training.gym.episodes.episode import CALL_S, Episode
from twins.gym.world import World
from twins.learned.explanation import explain
from twins.learned.network import LearnedNetwork
from twins.learned.state_interval import state_interval


class Transition(Word):
    """What follows a call: the expected state, and `low` and `high`, between which 90 % of outcomes lie, dimension by dimension.

    `result` is the tool's answer, `error` why there is none; `explanation` is short and causal.
    """

    state: NetworkState
    low: NetworkState
    high: NetworkState
    result: dict[str, Any] | None
    error: str | None
    explanation: str


class ExperimentModel(Protocol):
    """Foretells transitions; `world` is the state with its history, and stays as it is."""

    def foretell(self, world: World, call: ToolCall, event: DegradationEvent | None = None) -> Transition:
        """Return what follows when `call` is made, and `event` comes meanwhile."""


class LearnedExperimentModel:
    """The ensemble's word: the call is made on a fork of the world."""

    def foretell(self, world: World, call: ToolCall, event: DegradationEvent | None = None) -> Transition:
        """Return the transition; raises TypeError where `world` is not over a `LearnedNetwork`, whose memory is the history."""
        if not isinstance(world.network, LearnedNetwork):
            raise TypeError(f"world runs on {world.network.label}: only a world over the Experiment Model can be forked")
        network = world.network.copy()
        network.intervals = True
        fork = world.fork(network)
        if event is not None:
            fork.events = (*fork.events, event.model_copy(update={"onset_s": fork.now_s + 0.5 * CALL_S}))
        step = Episode(fork, gym_registry()).call(call)
        low, high = self._bounds(world, fork)
        evidence = step.observation.evidence
        return Transition(
            state=fork.state,
            low=low,
            high=high,
            result=None if evidence is None else evidence["value"],
            error=step.observation.error,
            explanation=explain(world.measured, fork.measured, world.scenario.mission),
        )

    def _bounds(self, world: World, fork: World) -> tuple[NetworkState, NetworkState]:
        """Of a state that stands, itself: it was measured, and nothing is foretold."""
        made = fork.measured
        if made is world.measured:
            return fork.state, fork.state
        _, low, high = state_interval(fork.scenario, made.layout, made.window, made.server_loads)
        return low, high
