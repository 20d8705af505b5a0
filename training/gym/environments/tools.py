"""`twinpilot/NetworkTools-v0`: the whole catalogue as text, for learners that write.

1. An action is JSON: {"tool": ..., "arguments": {...}, "reason": ...}; the tools "finish" and "escalate" end the episode.
2. An observation is JSON: at first the operator's text and the names of the tools, then each call's evidence, or its error with
   the boundary that it crossed. Text that is no such call is an error, too: it uses up a call of the budget, no mission time.
3. `gymnasium.make_vec(..., "async")` needs `vector_kwargs={"shared_memory": False}`: Gymnasium 1.4 never reads text back from
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

MOST_ACTION, MOST_SEEN = 8192, 16384
ENDS = ("finish", "escalate")


class NetworkToolsEnv(EpisodeEnv[str, str]):
    """Text in, text out, both printable ASCII; rewards have no shaping unless asked for (`shaping`), as in `Rollout.rewards`."""

    def __init__(self, **asked: Any) -> None:
        super().__init__(**asked)
        self.action_space = gymnasium.spaces.Text(MOST_ACTION, min_length=0, charset=string.printable)
        self.observation_space = gymnasium.spaces.Text(MOST_SEEN, charset=string.printable)
        self._said = ""

    @property
    def tools(self) -> tuple[ToolOffer, ...]:
        """The tools with effect, description and JSON schema of their arguments: what a prompt needs."""
        return offers_of(self.registry)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Begin an episode; no call is made."""
        self._begin(seed, options)
        names = [one.name for one in self.registry]
        return written({"task": self._task().brief, "tools": names, "steps_left": self.steps_left}), self._info()

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Make the call that `action` asks for."""
        reward, terminated, truncated = self._turn(lambda: self._act(action))
        said = written({"infrastructure_error": self._failure}) if truncated else self._said
        return said, reward, terminated, truncated, self._info()

    def _act(self, action: str) -> bool:
        call = read_call(action)
        if isinstance(call, str):
            self._lost += 1
            told: dict[str, Any] = {"error": call, "boundary": Boundary.ARGUMENTS}
        elif call.tool in ENDS:
            told = {"ended": call.tool}
        else:
            told = _told(self.episode.call(call))
        self._said = written({**told, "steps_left": self.steps_left})
        return not isinstance(call, str) and call.tool in ENDS


def read_call(text: str) -> ToolCall | str:
    """Return the call that `text` asks for, or what is wrong with it."""
    if not isinstance(text, str) or len(text) > MOST_ACTION:
        return f"the action must be text of at most {MOST_ACTION} characters"
    try:
        asked = json.loads(text)
        if not isinstance(asked, dict):
            return 'the action must be a JSON object {"tool": ..., "arguments": {...}}'
        return ToolCall.model_validate({"arguments": {}, **asked})
    except ValidationError as error:
        return validation_text(error, "the action")
    except (ValueError, RecursionError) as error:
        return f'the action is not JSON ({type(error).__name__}): write {{"tool": ..., "arguments": {{...}}}}'


def written(told: dict[str, Any]) -> str:
    """Return `told` as ASCII JSON of at most `MOST_SEEN` characters; of a longer one the evidence's value is left out."""
    text = json.dumps(told)
    if len(text) > MOST_SEEN and isinstance(told.get("evidence"), dict):
        text = json.dumps({**told, "evidence": {"summary": told["evidence"].get("summary", ""), "cut": True}})
    return text if len(text) <= MOST_SEEN else json.dumps({"cut": text[: MOST_SEEN // 2]})


def _told(step: Step) -> dict[str, Any]:
    """A call's answer as a learner needs it: value and summary without provenance, or the error."""
    one = step.observation
    told: dict[str, Any] = {"tool": one.call.tool}
    if one.evidence is None:
        return told | {"error": one.error, "boundary": one.boundary}
    return told | {"evidence": {name: one.evidence[name] for name in ("summary", "value")}}
