"""`Rollout`: the record of one episode, in the format that trainers, benchmarks and views read."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from policies.gym.network_state import NetworkState
from policies.word import Word
from training.gym.episodes.judgement import Outcome


class Message(Word):
    """A chat message; with token ids and log-probabilities if a model sampled it and the endpoint returned them.

    `prompt_token_ids` is the tokenized prompt that it was sampled from, so that a trainer need not tokenize it again.
    """

    role: str
    content: str
    prompt_token_ids: tuple[int, ...] | None = None
    token_ids: tuple[int, ...] | None = None
    logprobs: tuple[float, ...] | None = None


class Span(Word):
    """One tool call: arguments, reason, and its answer, or its error with the boundary at which it failed.

    `at_s` is the mission time after the call, `seconds` its wall-clock duration; `happened` lists the events during the call;
    `state` is the network state after it.
    """

    tool: str
    arguments: dict[str, Any]
    reason: str = ""
    effect: str | None
    value: dict[str, Any] | None
    summary: str = ""
    error: str | None
    boundary: str | None
    verdict: str | None = Field(default=None, description="the gate's ruling, if the call was submitted to one")
    happened: tuple[str, ...]
    state: NetworkState
    at_s: float
    seconds: float


class Rollout(Word):
    """One episode: task, agent and network, its chat and calls, rewards and outcome.

    `ended` is finish, escalate, budget, planner (it raised an exception) or infrastructure; `last_words` is the agent's final
    message. `final_state` is the state that was judged. `rewards` has one entry per span; success is rewarded with the last one.
    `infrastructure_error` is set if the simulator failed: such an episode has no outcome and is not scored.
    """

    task: str
    tier: str
    domain: str
    agent: str
    network: str
    catalogues: tuple[str, ...]
    messages: tuple[Message, ...] = ()
    first_state: NetworkState | None
    spans: tuple[Span, ...]
    rewards: tuple[float, ...]
    ended: str
    last_words: str = ""
    final_state: NetworkState | None = None
    outcome: Outcome | None
    infrastructure_error: str | None = None
    trace_hash: str = ""
    seconds: float = 0.0
    attempt: int = 0

    @property
    def success(self) -> bool:
        """Whether the task was solved."""
        return self.outcome is not None and self.outcome.success
