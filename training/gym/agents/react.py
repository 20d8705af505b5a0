"""ReAct (Yao et al. 2022) behind the Planner face: thought, action, observation, with any OpenAI-compatible model.

1. The system prompt holds rules, tools and types (`tool_signatures`); the operator's text comes next; a turn is one action.
2. What tools returned goes back as one line of quoted JSON. A turn without an action goes back with the reason, `repairs` times
   in a row.
3. `messages` is the whole chat as it was sampled, for training. Where it outgrows the budget the model sees it without its oldest
   observations.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agents.llm.chat import LlmSettings, ModelError
from agents.planner import Decision, Escalate, View
from tools.calls.observation import Observation
from tools.calls.tool_offer import ToolOffer
from tools.signatures import shared_types, signature
from training.gym.agents.react_chat import Chat, EndpointChat
from training.gym.agents.react_reply import ActionError, action_of
from training.gym.episodes.rollout import Message
from training.gym.input_error import GymInputError
from training.gym.tasks.gym_task import GymTask

PROMPT = Path(__file__).with_name("react_prompt.md")
BUDGET_TOKENS, REPAIRS = 32_000, 2
_CHARACTERS_PER_TOKEN, _LONGEST_ANSWER = 4, 12_000
_LEFT_OUT = 'Observation: {"left out": "an older observation, over the token budget"}'


class ReActAgent:
    """Asks `chat` turn by turn; `messages` begin anew with each episode, and `malformed` counts turns without an action."""

    def __init__(self, chat: Chat, name: str = "react", budget_tokens: int = BUDGET_TOKENS, repairs: int = REPAIRS) -> None:
        self.name = name
        self.messages: list[Message] = []
        self.malformed = 0
        self._chat, self._budget, self._repairs = chat, budget_tokens * _CHARACTERS_PER_TOKEN, repairs
        self._seen = 0

    def decide(self, view: View) -> Decision:
        """Return the model's next action; never raises for what operator, tools or model wrote."""
        if not view.observations:
            self._begin(view)
        fresh, self._seen = view.observations[self._seen :], len(view.observations)
        for one in fresh:
            self._tell(_observed(one, view.steps_left))
        problem = ""
        for _ in range(1 + self._repairs):
            try:
                self.messages.append(self._chat(within(self.messages, self._budget)))
                return action_of(self.messages[-1].content)
            except ModelError as error:
                return Escalate(reason=f"cannot, because the model cannot be asked: {error}")
            except ActionError as error:
                problem = str(error)
                self.malformed += 1
                self._tell("No action: " + json.dumps(problem, ensure_ascii=False))
        return Escalate(reason=f"cannot, because the model gave no action in {1 + self._repairs} tries: {problem}")

    def _begin(self, view: View) -> None:
        self._seen, self.malformed = 0, 0
        self.messages = [Message(role="system", content=system_prompt(view.tools)), Message(role="user", content=view.text)]

    def _tell(self, content: str) -> None:
        """Two messages in a row of one role are refused by many chat templates: what is told together stands together."""
        if self.messages[-1].role == "user" and len(self.messages) > 2:
            content = f"{self.messages.pop().content}\n{content}"
        self.messages.append(Message(role="user", content=content))


def system_prompt(offers: Sequence[ToolOffer]) -> str:
    """Return rules, tools and the types that their arguments are of."""
    tools = [f"- {signature(one)} [{one.effect}] {' '.join(one.description.split())}" for one in offers]
    types = [f"- {name} = {what}" for name, what in shared_types(offers).items()]
    return "\n".join([PROMPT.read_text(encoding="utf-8"), *tools, "", "Types:", *types])


def within(messages: Sequence[Message], characters: int) -> list[Message]:
    """Return `messages`, the oldest observations left out until they have no more than `characters`; the newest always stays."""
    kept = list(messages)
    over = sum(len(one.content) for one in kept) - characters
    for place in range(2, len(kept) - 1):
        if over > 0 and kept[place].role == "user" and len(kept[place].content) > len(_LEFT_OUT):
            over -= len(kept[place].content) - len(_LEFT_OUT)
            kept[place] = Message(role="user", content=_LEFT_OUT)
    return kept


def _observed(one: Observation, steps_left: int) -> str:
    told: dict[str, Any] = {"tool": one.call.tool}
    if one.error is not None:
        told |= {"error": one.error, "boundary": one.boundary}
    else:
        told |= _answer(one.evidence or {})
    return "Observation: " + json.dumps({**told, "calls_left": steps_left}, ensure_ascii=False)


def _answer(evidence: dict[str, Any]) -> dict[str, Any]:
    """What a model needs of an answer: not where each number comes from."""
    said = {"summary": evidence.get("summary", ""), "answer": evidence.get("value")}
    if evidence.get("warnings"):
        said["warnings"] = evidence["warnings"]
    text = json.dumps(said["answer"], ensure_ascii=False)
    return said if len(text) <= _LONGEST_ANSWER else {**said, "answer": text[:_LONGEST_ANSWER], "cut_at": _LONGEST_ANSWER}


def react(task: GymTask) -> ReActAgent:
    """Return the agent of the planner's settings: `[planner]` of twinpilot.toml, or TWINPILOT_PLANNER__BASE_URL, …__MODEL."""
    from harness.runtime.settings import SettingsError, load_settings

    try:
        planner = load_settings().planner
    except SettingsError as error:
        raise GymInputError(str(error)) from error
    key = os.environ.get(planner.api_key_env, "") or "none"
    asked = LlmSettings(base_url=planner.base_url, model=planner.model, api_key=key, timeout_s=planner.timeout)
    return ReActAgent(EndpointChat(asked), f"react ({planner.model})", BUDGET_TOKENS, asked.repairs)
