"""Replays a rollout: the same calls again, on the same task, over any network.

1. A replay is an agent like any other: the runner runs it, and the result is a rollout to compare with the first.
2. An argument that repeats an earlier answer, such as the state to verify, is replaced by the replay's own answer, because the
   recorded one would be wrong on another network. Arguments that the agent made up stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agents.planner import CallTools, Decision, Escalate, Finish, View
from policies.text.validation import validation_text
from tools.calls.tool_call import ToolCall
from tools.contract import Boundary
from training.gym.episodes.episode import ChangeJudge, Judgement, Step
from training.gym.episodes.rollout import Rollout, Span
from training.gym.episodes.runner import Runner
from training.gym.input_error import GymInputError
from training.gym.tasks.gym_task import GymTask
from twins.gym.packet_network import PacketNetwork


class Replay:
    """Makes the calls of a rollout one by one, and ends the same way."""

    def __init__(self, rollout: Rollout) -> None:
        self.name, self._rollout = f"replay of {rollout.agent}", rollout

    def decide(self, view: View) -> Decision:
        """Return the next call; after the last one, the end of the episode."""
        done = len(view.observations)
        if done < len(self._rollout.spans):
            span = self._rollout.spans[done]
            arguments = {name: self._own_answer(value, view) for name, value in span.arguments.items()}
            return CallTools(calls=(ToolCall(tool=span.tool, arguments=arguments, reason=span.reason),))
        if self._rollout.ended == "escalate":
            return Escalate(reason="as recorded")
        return Finish(summary="as recorded")

    def _own_answer(self, value: Any, view: View) -> Any:
        """If `value` repeats the newest recorded answer, or a field of it, return this replay's counterpart; else `value`."""
        if not isinstance(value, dict):
            return value
        for span, observation in reversed(list(zip(self._rollout.spans, view.observations, strict=False))):
            recorded, own = span.value, None if observation.evidence is None else observation.evidence["value"]
            if recorded is None or own is None:
                continue
            if recorded == value:
                return own
            field = next((name for name, part in recorded.items() if part == value and name in own), None)
            if field is not None:
                return own[field]
        return value


def replay_rollout(rollout: Rollout, task: GymTask, network: PacketNetwork, on_step: Callable[[Step], None]) -> Rollout:
    """Return the rollout of the same calls over `network`; a change that the gate refused is refused again."""
    runner = Runner(lambda: network, rollout.catalogues, change_judge=_recorded_judge(rollout.spans), on_step=on_step)
    return runner.run(task, Replay(rollout), rollout.attempt)


def _recorded_judge(spans: tuple[Span, ...]) -> ChangeJudge | None:
    """A judge that repeats the recorded rulings in order; None if the rollout was recorded without a gate."""
    judgements = [Judgement(str(span.verdict), _refusal(span)) for span in spans if span.verdict is not None]
    if not judgements:
        return None
    remaining = iter(judgements)
    return lambda world, call: next(remaining, Judgement("not judged again", "there were fewer calls when this was recorded"))


def _refusal(span: Span) -> str | None:
    """Why the gate refused a span's call; None if it let the call through, even if the tool then failed."""
    return (span.error or "").removeprefix(f"{span.tool}: ") if span.boundary == Boundary.PERMISSION else None


def read_rollout(path: Path) -> Rollout:
    """Return the rollout in a file; raises GymInputError, with the reason, if it cannot be read."""
    try:
        return Rollout.model_validate_json(path.read_bytes())
    except OSError as error:
        raise GymInputError(f"rollout={path}: {error.strerror or error}") from None
    except ValidationError as error:
        reason = validation_text(error, "the rollout")
        raise GymInputError(
            f"rollout={path} is not what `twinpilot gym run --out` writes: {reason if len(reason) < 300 else reason[:300] + '…'}"
        ) from None
