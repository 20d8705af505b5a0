"""A `Rollout`: one episode as it happened, in the one form that trainers, benchmarks and views read."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from policies.gym.network_state import NetworkState
from policies.word import Word
from training.gym.episodes.judgement import Outcome


class Message(Word):
    """A message of a chat; where a model sampled it and the endpoint told them, with token ids and their log-probabilities.

    `prompt_token_ids` is all that the model was given before it, as it was tokenized: what a trainer must not tokenize again.
    """

    role: str
    content: str
    prompt_token_ids: tuple[int, ...] | None = None
    token_ids: tuple[int, ...] | None = None
    logprobs: tuple[float, ...] | None = None


class Span(Word):
    """One tool call: arguments, reason, answer or error with the boundary that it crossed, and how long it took.

    `at_s` is mission time after it, `seconds` real time; `happened` what came meanwhile; `state` the network state after it.
    """

    tool: str
    arguments: dict[str, Any]
    reason: str = ""
    effect: str | None
    value: dict[str, Any] | None
    summary: str = ""
    error: str | None
    boundary: str | None
    verdict: str | None = Field(default=None, description="the gate's ruling, where one was asked")
    happened: tuple[str, ...]
    state: NetworkState
    at_s: float
    seconds: float


class Rollout(Word):
    """One episode: of which task and agent, over which network, what was said and done, and what it was worth.

    `ended` is finish, escalate, budget, planner (it failed) or infrastructure; `last_words` what was said then. `final_state` is
    the one that was judged. `rewards` has one entry for each span, with the success in the last. `infrastructure_error` is set
    where the simulator failed: such an episode has no outcome and is not scored.
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
