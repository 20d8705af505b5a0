"""Replays a rollout: the same calls again, on the same task, over the network that one likes.

1. It is an agent like any other: the runner runs it, and what comes out is a rollout to hold beside the first.
2. An argument that quotes an earlier answer, such as the state that is verified, quotes the replay's own answer: the first's
   would be untrue on the second network. What the agent made up is made up again.
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
    """Makes the calls of a rollout, one by one, and ends as it did."""

    def __init__(self, rollout: Rollout) -> None:
        self.name, self._rollout = f"replay of {rollout.agent}", rollout

    def decide(self, view: View) -> Decision:
        """Return the next call; after the last one the end."""
        done = len(view.observations)
        if done < len(self._rollout.spans):
            span = self._rollout.spans[done]
            arguments = {name: self._quoted(value, view) for name, value in span.arguments.items()}
            return CallTools(calls=(ToolCall(tool=span.tool, arguments=arguments, reason=span.reason),))
        if self._rollout.ended == "escalate":
            return Escalate(reason="as recorded")
        return Finish(summary="as recorded")

    def _quoted(self, value: Any, view: View) -> Any:
        """What the newest answer that `value` quotes, whole or one field of it, says in this replay; else `value`."""
        if not isinstance(value, dict):
            return value
        for span, seen in reversed(list(zip(self._rollout.spans, view.observations, strict=False))):
            told, now = span.value, None if seen.evidence is None else seen.evidence["value"]
            if told is None or now is None:
                continue
            if told == value:
                return now
            field = next((name for name, one in told.items() if one == value and name in now), None)
            if field is not None:
                return now[field]
        return value


def replayed(rollout: Rollout, task: GymTask, network: PacketNetwork, told: Callable[[Step], None]) -> Rollout:
    """Return the rollout of the same calls over `network`; a change that the gate once refused is refused again."""
    runner = Runner(lambda: network, rollout.catalogues, change_judge=_verdicts(rollout.spans), told=told)
    return runner.run(task, Replay(rollout), rollout.attempt)


def _verdicts(spans: tuple[Span, ...]) -> ChangeJudge | None:
    """The gate's rulings again, in their order; None where no gate was asked."""
    judged = [span for span in spans if span.verdict is not None]
    if not judged:
        return None
    rulings = iter([Judgement(str(span.verdict), _refusal(span)) for span in judged])
    return lambda world, call: next(rulings, Judgement("not judged again", "there were fewer calls when this was recorded"))


def _refusal(span: Span) -> str | None:
    """Why a span's call was not let through; None where it was, whatever the tool then said."""
    return (span.error or "").removeprefix(f"{span.tool}: ") if span.boundary == Boundary.PERMISSION else None


def read_rollout(path: Path) -> Rollout:
    """Return the rollout in a file; raises GymInputError saying what is wrong with it."""
    try:
        return Rollout.model_validate_json(path.read_bytes())
    except OSError as error:
        raise GymInputError(f"rollout={path}: {error.strerror or error}") from None
    except ValidationError as error:
        wrong = validation_text(error, "the rollout")
        raise GymInputError(
            f"rollout={path} is not what `twinpilot gym run --out` writes: {wrong if len(wrong) < 300 else wrong[:300] + '…'}"
        ) from None
