"""Runs any `Planner` through a task: views, decisions, calls, and finally a `Rollout`.

1. The planner sees what it would see in the harness: the operator's text, the network card, the tools, the results of its calls.
2. Configuration calls are submitted to the change judge, if one is set; see `training.gym.episodes.episode`.
3. A failure of the simulator ends the episode with an infrastructure error: it is not scored, and the runner stays usable.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from agents.planner import CallTools, Escalate, Finish, Planner, View
from policies.gym.network_state import NetworkState
from tools.calls.tool_call import ToolCall
from tools.calls.tool_offer import offers_of
from tools.gym.catalogue import PAPER, catalogue
from tools.gym.context import EPOCH
from tools.registry import ToolRegistry
from training.gym.episodes.episode import ChangeJudge, Episode, Step
from training.gym.episodes.judgement import Outcome, judge
from training.gym.episodes.rollout import Message, Rollout, Span
from training.gym.tasks.gym_task import GymTask
from twins.gym.packet_network import InfrastructureError, PacketNetwork
from twins.gym.packet_twin.card import network_card
from twins.gym.packet_twin.names import cell_names
from twins.gym.world import WINDOW_S, World
from twins.learned.network import LearnedNetwork
from twins.network import NetworkCard

FAILED_CALL_PENALTY = 0.02  # deducted from the reward for a call that failed or was refused by the gate


@dataclass
class Runner:
    """Runs episodes over networks made by `network`, with the tools of `catalogues`; `on_step` is called after each call."""

    network: Callable[[], PacketNetwork] = LearnedNetwork
    catalogues: tuple[str, ...] = (PAPER,)
    change_judge: ChangeJudge | None = None
    on_step: Callable[[Step], None] = field(default=lambda step: None)

    def __post_init__(self) -> None:
        self.registry = ToolRegistry(tool for name in self.catalogues for tool in catalogue(name))
        self.offers = offers_of(self.registry)

    def run(self, task: GymTask, planner: Planner, attempt: int = 0) -> Rollout:
        """Run one episode; errors of planner and simulator are recorded, never raised."""
        started = time.perf_counter()
        network = self.network()
        world = World(task.scenario(), network, task.events)
        episode = Episode(world, self.registry, self.change_judge)
        run = _EpisodeRun(self, task, planner, episode)
        try:
            world.begin()
            run.first_state = world.state
            ended = run.to_end()
            outcome, failure = judge(task, episode), None
        except InfrastructureError as error:
            ended, outcome, failure = "infrastructure", None, str(error)
        return run.rollout(network.label, ended, outcome, failure, time.perf_counter() - started, attempt)


@dataclass
class _EpisodeRun:
    """One episode in progress."""

    runner: Runner
    task: GymTask
    planner: Planner
    episode: Episode
    first_state: NetworkState | None = None
    spans: list[Span] = field(default_factory=list)
    feedback: list[str] = field(default_factory=list)
    last_words: str = ""

    def to_end(self) -> str:
        """Decide and act until the planner ends the episode or the budget is used up; returns how it ended."""
        world = self.episode.world
        card = network_card(world.layout, cell_names(world.layout), world.network.label, EPOCH, WINDOW_S, self.task.id)
        text, turns = self.task.brief, 0
        while len(self.spans) < self.task.budget and turns < 2 * self.task.budget:
            turns += 1
            try:
                decision = self.planner.decide(self._view(text, card))
            except Exception as error:  # a planner must not raise; one that does fails this task only
                self.last_words = f"{type(error).__name__}: {error}"
                return "planner"
            if isinstance(decision, Finish | Escalate):
                self.last_words = decision.summary if isinstance(decision, Finish) else decision.reason
                return decision.kind
            if isinstance(decision, CallTools):
                for call in decision.calls[: self.task.budget - len(self.spans)]:
                    self._act(call)
            else:
                self.feedback.append(f"{decision.kind}: nobody answers in the gym; call tools, finish or escalate")
        return "budget"

    def _view(self, text: str, card: NetworkCard) -> View:
        return View.model_construct(
            text=text,
            card=card,
            tools=self.runner.offers,
            observations=tuple(step.observation for step in self.episode.steps),
            feedback=tuple(self.feedback),
            steps_left=self.task.budget - len(self.spans),
        )

    def _act(self, call: ToolCall) -> None:
        started, world = time.perf_counter(), self.episode.world
        step = self.episode.call(call)
        evidence = step.observation.evidence or {}
        self.spans.append(
            Span.model_construct(
                tool=call.tool,
                arguments=call.arguments,
                reason=call.reason,
                effect=None if step.effect is None else step.effect.value,
                value=evidence.get("value"),
                summary=evidence.get("summary", ""),
                error=step.observation.error,
                boundary=step.observation.boundary,
                verdict=step.verdict,
                happened=step.happened,
                state=step.after,
                at_s=round(world.now_s, 3),
                seconds=time.perf_counter() - started,
            )
        )
        self.runner.on_step(step)

    def rollout(
        self, network: str, ended: str, outcome: Outcome | None, failure: str | None, seconds: float, attempt: int
    ) -> Rollout:
        """Return the record of the episode."""
        rewards = [-FAILED_CALL_PENALTY if span.error is not None else 0.0 for span in self.spans]
        if rewards and outcome is not None and outcome.success:
            rewards[-1] += 1.0
        messages = getattr(self.planner, "messages", ())
        return Rollout.model_construct(
            task=self.task.id,
            tier=self.task.tier.value,
            domain=self.task.domain.value,
            agent=self.planner.name,
            network=network,
            catalogues=self.runner.catalogues,
            messages=tuple(item if isinstance(item, Message) else Message(**item) for item in messages),
            first_state=self.first_state,
            spans=tuple(self.spans),
            rewards=tuple(rewards),
            ended=ended,
            last_words=self.last_words,
            final_state=self.episode.world.state if outcome is not None else None,
            outcome=outcome,
            infrastructure_error=failure,
            trace_hash=self.episode.world.trace_hash() if outcome is not None else "",
            seconds=seconds,
            attempt=attempt,
        )
