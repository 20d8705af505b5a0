"""ReAct (Yao et al. 2022) as a Planner: thought, action, observation, with any OpenAI-compatible model.

1. The system prompt holds rules, tools and types (`tools.signatures`); the operator's text follows; a turn is one action.
2. Answers of tools are returned to the model as one line of quoted JSON. A turn without an action is returned with the reason, at
   most `repairs` times in a row.
3. `messages` is the complete chat as it was sampled, for training. If it exceeds the token budget, the model gets it without its
   oldest observations.
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
_CHARACTERS_PER_TOKEN, _MAX_ANSWER_CHARS = 4, 12_000
_LEFT_OUT = 'Observation: {"left out": "an older observation, over the token budget"}'


class ReActAgent:
    """Queries `chat` turn by turn; `messages` is reset for each episode, and `malformed` counts turns without an action."""

    def __init__(self, chat: Chat, name: str = "react", budget_tokens: int = BUDGET_TOKENS, repairs: int = REPAIRS) -> None:
        self.name = name
        self.messages: list[Message] = []
        self.malformed = 0
        self._chat, self._budget, self._repairs = chat, budget_tokens * _CHARACTERS_PER_TOKEN, repairs
        self._read = 0

    def decide(self, view: View) -> Decision:
        """Return the model's next action; never raises, whatever operator, tools or model wrote."""
        if not view.observations:
            self._begin(view)
        unread, self._read = view.observations[self._read :], len(view.observations)
        for observation in unread:
            self._append(_observation_text(observation, view.steps_left))
        problem = ""
        for _ in range(1 + self._repairs):
            try:
                self.messages.append(self._chat(fitted(self.messages, self._budget)))
                return action_of(self.messages[-1].content)
            except ModelError as error:
                return Escalate(reason=f"cannot, because the model cannot be asked: {error}")
            except ActionError as error:
                problem = str(error)
                self.malformed += 1
                self._append("No action: " + json.dumps(problem, ensure_ascii=False))
        return Escalate(reason=f"cannot, because the model gave no action in {1 + self._repairs} tries: {problem}")

    def _begin(self, view: View) -> None:
        self._read, self.malformed = 0, 0
        self.messages = [Message(role="system", content=system_prompt(view.tools)), Message(role="user", content=view.text)]

    def _append(self, content: str) -> None:
        """Add a user message, or extend the last one: many chat templates refuse two messages in a row of the same role."""
        if self.messages[-1].role == "user" and len(self.messages) > 2:
            content = f"{self.messages.pop().content}\n{content}"
        self.messages.append(Message(role="user", content=content))


def system_prompt(offers: Sequence[ToolOffer]) -> str:
    """Return rules, tools and the types of their arguments."""
    tools = [f"- {signature(offer)} [{offer.effect}] {' '.join(offer.description.split())}" for offer in offers]
    types = [f"- {name} = {fields}" for name, fields in shared_types(offers).items()]
    return "\n".join([PROMPT.read_text(encoding="utf-8"), *tools, "", "Types:", *types])


def fitted(messages: Sequence[Message], characters: int) -> list[Message]:
    """Return `messages` with their oldest observations left out until they fit into `characters`; the newest one always stays."""
    fitting = list(messages)
    excess = sum(len(message.content) for message in fitting) - characters
    for index in range(2, len(fitting) - 1):
        if excess > 0 and fitting[index].role == "user" and len(fitting[index].content) > len(_LEFT_OUT):
            excess -= len(fitting[index].content) - len(_LEFT_OUT)
            fitting[index] = Message(role="user", content=_LEFT_OUT)
    return fitting


def _observation_text(observation: Observation, steps_left: int) -> str:
    payload: dict[str, Any] = {"tool": observation.call.tool}
    if observation.error is not None:
        payload |= {"error": observation.error, "boundary": observation.boundary}
    else:
        payload |= _answer(observation.evidence or {})
    return "Observation: " + json.dumps({**payload, "calls_left": steps_left}, ensure_ascii=False)


def _answer(evidence: dict[str, Any]) -> dict[str, Any]:
    """The parts of an answer that a model needs, without provenance; long values are cut."""
    answer = {"summary": evidence.get("summary", ""), "answer": evidence.get("value")}
    if evidence.get("warnings"):
        answer["warnings"] = evidence["warnings"]
    text = json.dumps(answer["answer"], ensure_ascii=False)
    if len(text) <= _MAX_ANSWER_CHARS:
        return answer
    return {**answer, "answer": text[:_MAX_ANSWER_CHARS], "cut_at": _MAX_ANSWER_CHARS}


def react(task: GymTask) -> ReActAgent:
    """Return the agent with the planner's settings: `[planner]` in twinpilot.toml, or TWINPILOT_PLANNER__BASE_URL, …__MODEL."""
    from harness.runtime.settings import SettingsError, load_settings

    try:
        planner = load_settings().planner
    except SettingsError as error:
        raise GymInputError(str(error)) from error
    key = os.environ.get(planner.api_key_env, "") or "none"
    llm = LlmSettings(base_url=planner.base_url, model=planner.model, api_key=key, timeout_s=planner.timeout)
    return ReActAgent(EndpointChat(llm), f"react ({planner.model})", BUDGET_TOKENS, llm.repairs)
