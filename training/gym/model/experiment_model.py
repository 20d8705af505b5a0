"""The Experiment Model as in seed 001, equation (3): (state, call, event, history) to (explanation, next state, tool result).

`ExperimentModel` is the contract; `LearnedExperimentModel` implements it with the ensemble over physics of `twins.learned`. A
language model that predicts transitions can implement the same contract.
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
    """The predicted effect of a call: the expected state, and its 90 % interval, `low` to `high`, dimension by dimension.

    `result` is the tool's answer, or None with the reason in `error`; `explanation` is short and causal.
    """

    state: NetworkState
    low: NetworkState
    high: NetworkState
    result: dict[str, Any] | None
    error: str | None
    explanation: str


class ExperimentModel(Protocol):
    """Predicts transitions; `world`, the state with its history, is not changed."""

    def predict(self, world: World, call: ToolCall, event: DegradationEvent | None = None) -> Transition:
        """Return the transition when `call` is made and `event` occurs during it."""


class LearnedExperimentModel:
    """Predicts with the ensemble: the call is made on a fork of the world."""

    def predict(self, world: World, call: ToolCall, event: DegradationEvent | None = None) -> Transition:
        """Return the transition; raises TypeError unless `world` runs on a `LearnedNetwork`, whose memory is the history."""
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
        """The interval of the fork's state; if nothing was measured anew, that is the state itself."""
        measured = fork.measured
        if measured is world.measured:
            return fork.state, fork.state
        _, low, high = state_interval(fork.scenario, measured.layout, measured.window, measured.server_loads)
        return low, high
