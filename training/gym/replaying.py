"""Replays a rollout: the same calls again, on the same task, over the network that one likes.

It is an agent like any other: the runner runs it, and what comes out is a rollout to hold beside the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from agents.planner import CallTools, Decision, Escalate, Finish, ToolCall, View
from policies.effect import Effect
from tools.contract import explain
from training.gym.episode import Step
from training.gym.input_error import GymInputError
from training.gym.rollout import Rollout, Span
from training.gym.runner import ChangeJudge, Runner
from training.gym.tasks.gym_task import GymTask
from twins.gym.packet_network import PacketNetwork


class Replay:
    """Makes the calls of a rollout, and ends as it did."""

    def __init__(self, rollout: Rollout) -> None:
        self.name, self._rollout = f"replay of {rollout.agent}", rollout

    def decide(self, view: View) -> Decision:
        """Return all calls, and then the end."""
        spans = self._rollout.spans
        if spans and not view.observations:
            return CallTools(calls=tuple(ToolCall(tool=one.tool, arguments=one.arguments, reason=one.reason) for one in spans))
        if self._rollout.ended == "escalate":
            return Escalate(reason="as recorded")
        return Finish(summary="as recorded")


def replayed(rollout: Rollout, task: GymTask, network: PacketNetwork, told: Callable[[Step], None]) -> Rollout:
    """Return the rollout of the same calls over `network`; a change that the gate once refused is refused again."""
    runner = Runner(lambda: network, rollout.catalogues, change_judge=_verdicts(rollout.spans), told=told)
    return runner.run(task, Replay(rollout), rollout.attempt)


def _verdicts(spans: tuple[Span, ...]) -> ChangeJudge | None:
    """The gate's rulings again, in their order; None where no gate was asked."""
    rulings: Iterator[str | None] = (one.verdict for one in spans if one.effect == Effect.CONFIGURE.value)
    if all(one.verdict is None for one in spans):
        return None
    return lambda world, call: None if (said := next(rulings, None)) in (None, "approve") else said


def read_rollout(path: Path) -> Rollout:
    """Return the rollout in a file; raises GymInputError saying what is wrong with it."""
    try:
        return Rollout.model_validate_json(path.read_bytes())
    except OSError as error:
        raise GymInputError(f"rollout={path}: {error.strerror or error}") from None
    except ValidationError as error:
        wrong = explain(error)
        raise GymInputError(
            f"rollout={path} is not what `twinpilot gym run --out` writes: {wrong if len(wrong) < 300 else wrong[:300] + '…'}"
        ) from None
