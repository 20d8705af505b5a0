"""`twinpilot/NetworkTools-v0`: the whole catalogue as text, for language models.

1. An action is JSON: {"tool": ..., "arguments": {...}, "reason": ...}; the tools "finish" and "escalate" end the episode.
2. An observation is JSON: first the operator's text and the names of the tools, then for each call its evidence, or its error
   with the boundary at which it failed. Text that is no valid call is an error, too: it costs one call of the budget, but no
   mission time.
3. `gymnasium.make_vec(..., "async")` needs `vector_kwargs={"shared_memory": False}`: Gymnasium 1.4 does not read text back from
   shared memory.
"""

from __future__ import annotations

import json
import string
from typing import Any

import gymnasium
from pydantic import ValidationError

from policies.text.validation import validation_text
from tools.calls.tool_call import ToolCall
from tools.calls.tool_offer import ToolOffer, offers_of
from tools.contract import Boundary
from training.gym.environments.episode import EpisodeEnv
from training.gym.episodes.episode import Step

MAX_ACTION_CHARS, MAX_OBSERVATION_CHARS = 8192, 16384
ENDS = ("finish", "escalate")


class NetworkToolsEnv(EpisodeEnv[str, str]):
    """Text in, text out, both printable ASCII; by default rewards are those of `Rollout.rewards`, without shaping."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.action_space = gymnasium.spaces.Text(MAX_ACTION_CHARS, min_length=0, charset=string.printable)
        self.observation_space = gymnasium.spaces.Text(MAX_OBSERVATION_CHARS, charset=string.printable)
        self._observation = ""

    @property
    def tools(self) -> tuple[ToolOffer, ...]:
        """The tools with effect, description and JSON schema of their arguments, to build a prompt from."""
        return offers_of(self.registry)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Begin an episode without any call."""
        self._begin(seed, options)
        names = [tool.name for tool in self.registry]
        return observation_json({"task": self._task().brief, "tools": names, "steps_left": self.steps_left}), self._info()

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Make the call in `action`."""
        reward, terminated, truncated = self._advance(lambda: self._act(action))
        observation = observation_json({"infrastructure_error": self._failure}) if truncated else self._observation
        return observation, reward, terminated, truncated, self._info()

    def _act(self, action: str) -> bool:
        call = read_call(action)
        if isinstance(call, str):
            self._invalid_actions += 1
            payload: dict[str, Any] = {"error": call, "boundary": Boundary.ARGUMENTS}
        elif call.tool in ENDS:
            payload = {"ended": call.tool}
        else:
            payload = _payload(self.episode.call(call))
        self._observation = observation_json({**payload, "steps_left": self.steps_left})
        return not isinstance(call, str) and call.tool in ENDS


def read_call(text: str) -> ToolCall | str:
    """Return the call in `text`, or an error message."""
    if not isinstance(text, str) or len(text) > MAX_ACTION_CHARS:
        return f"the action must be text of at most {MAX_ACTION_CHARS} characters"
    try:
        action = json.loads(text)
        if not isinstance(action, dict):
            return 'the action must be a JSON object {"tool": ..., "arguments": {...}}'
        return ToolCall.model_validate({"arguments": {}, **action})
    except ValidationError as error:
        return validation_text(error, "the action")
    except (ValueError, RecursionError) as error:
        return f'the action is not JSON ({type(error).__name__}): write {{"tool": ..., "arguments": {{...}}}}'


def observation_json(payload: dict[str, Any]) -> str:
    """Return `payload` as ASCII JSON of at most `MAX_OBSERVATION_CHARS`; if it is longer, the evidence's value is left out."""
    text = json.dumps(payload)
    if len(text) > MAX_OBSERVATION_CHARS and isinstance(payload.get("evidence"), dict):
        text = json.dumps({**payload, "evidence": {"summary": payload["evidence"].get("summary", ""), "cut": True}})
    return text if len(text) <= MAX_OBSERVATION_CHARS else json.dumps({"cut": text[: MAX_OBSERVATION_CHARS // 2]})


def _payload(step: Step) -> dict[str, Any]:
    """The answer to a call as a learner needs it: value and summary without provenance, or the error."""
    observation = step.observation
    payload: dict[str, Any] = {"tool": observation.call.tool}
    if observation.evidence is None:
        return payload | {"error": observation.error, "boundary": observation.boundary}
    return payload | {"evidence": {name: observation.evidence[name] for name in ("summary", "value")}}
