"""The LLM planner: any OpenAI-compatible model as a planner; each reply is checked before it is followed.

1. The view is sent to the model as quoted, typed data (`llm.prompting`), in the longest form that fits into its window
   (`llm.fitting`); the reply is one structured object (`llm.reply`), decoded under a schema of this view (`llm.schema`).
2. An invalid reply is returned to the model with the reason, at most twice; after that the run is escalated.
3. If the model cannot be reached the run is escalated too, unless a fallback planner is configured; its decisions carry a note.
"""

from __future__ import annotations

from typing import Any, Final

from agents.llm.chat import ChatModel, LlmSettings, Message, ModelError, WindowError
from agents.llm.checking import ReplyError, decision_of, parse_reply
from agents.llm.fitting import Fitting
from agents.llm.noting import with_note
from agents.llm.prompting import prompt_text
from agents.llm.schema.reply_schema import reply_schema
from agents.planner import OUT_OF_STEPS, Decision, Escalate, Planner, View

_SHORTER_TRIES: Final = 4  # views that a server may refuse as too long before it counts as not available
_LONGEST_ECHO: Final = 1000  # characters of an invalid reply that the model is shown again


class LlmPlanner:
    """A planner that asks a language model."""

    def __init__(self, settings: LlmSettings, fallback: Planner | None = None) -> None:
        self.name = f"LLM planner ({settings.model})"
        self._settings = settings
        self._chat = ChatModel(settings)
        self._fitting = Fitting(settings)
        self._fallback = fallback

    def decide(self, view: View) -> Decision:
        """Return the model's next decision, checked; never raises because of what the operator, a tool or the model wrote."""
        if view.steps_left == 0:
            return OUT_OF_STEPS
        try:
            return self._ask(view)
        except ModelError as error:
            return self._without_model(view, f"the model {self._settings.model} is not available: {error}")

    def _ask(self, view: View) -> Decision:
        self._fitting.ask_server()
        schema = reply_schema(view, by_kind=self._fitting.is_guided)
        turns: list[Message] = []
        problem = ""
        for _ in range(1 + self._settings.repairs):
            text = self._reply(view, turns, schema)
            try:
                return decision_of(parse_reply(text), view)
            except ReplyError as error:
                problem = str(error)
                turns += _repair(text, problem)
        tries = 1 + self._settings.repairs
        reason = f"the model {self._settings.model} gave no valid decision in {tries} attempts: {problem}"
        return self._without_model(view, reason)

    def _reply(self, view: View, turns: list[Message], schema: dict[str, Any]) -> str:
        """Return the model's text; a view that the server refuses as too long is told in a shorter form."""
        for _ in range(_SHORTER_TRIES - 1):
            messages = self._fitting.messages(view, prompt_text("planner"), turns, schema)
            try:
                return self._chat.ask(messages, schema, self._fitting.max_tokens)
            except WindowError:
                self._fitting.shrink()
        messages = self._fitting.messages(view, prompt_text("planner"), turns, schema)
        return self._chat.ask(messages, schema, self._fitting.max_tokens)

    def _without_model(self, view: View, reason: str) -> Decision:
        if self._fallback is None:
            return Escalate(
                reason=f"cannot, because {reason}", nearest="decide manually, or configure the rule planner as fallback"
            )
        return with_note(self._fallback.decide(view), f"decided by the {self._fallback.name}, because {reason}")


def _repair(text: str, problem: str) -> list[Message]:
    return [
        Message(role="assistant", content=text[:_LONGEST_ECHO] or "(nothing)"),
        Message(
            role="user", content=f"That decision is invalid: {problem}. Answer again with one object that follows the schema."
        ),
    ]
