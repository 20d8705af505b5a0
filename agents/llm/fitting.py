"""The longest form of a view that fits: into the model's window beside the reply, and into the budget of the settings."""

from __future__ import annotations

from typing import Any, Final

from agents.llm.chat import LlmSettings, Message, WindowError
from agents.llm.form import forms
from agents.llm.model_server import ModelServer
from agents.llm.prompting import messages_for
from agents.planner import View

_REPLY_SHARE: Final = 0.25  # of the window, that a reply gets at most
_CHARACTERS_PER_TOKEN: Final = 3  # of JSON; where the server does not count
_SMALLER: Final = 0.7


class Fitting:
    """Fits views for the model of the endpoint; learns that less fits from what the server refuses."""

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings
        self._server = ModelServer(settings)
        self._share = 1.0

    def ask_server(self) -> None:
        """Ask the server for what it has not told yet."""
        self._server.ask_window()

    @property
    def is_guided(self) -> bool:
        """Whether the server decodes under any JSON schema, as those do that tell the window (vLLM, SGLang)."""
        return self._server.window is not None

    @property
    def max_tokens(self) -> int:
        """The most tokens of a reply: the setting, or a quarter of a window that is too short for that."""
        window = self._server.window
        return self._settings.max_tokens if window is None else min(self._settings.max_tokens, int(window * _REPLY_SHARE))

    @property
    def room(self) -> int:
        """The most tokens of a prompt."""
        window = self._server.window
        free = self._settings.budget_tokens if window is None else min(self._settings.budget_tokens, window - self.max_tokens)
        return int(free * self._share)

    def messages(self, view: View, prompt: str, turns: list[Message], schema: dict[str, Any]) -> list[Message]:
        """Return the messages of the longest form that fits together with later turns; raises WindowError if none does."""
        room, tokens = self.room, 0
        for form in forms(len(view.observations)):
            messages = [*messages_for(view, prompt, form), *turns]
            tokens = self._tokens(messages, schema, room)
            if tokens <= room:
                return messages
        raise WindowError(
            f"the shortest form of the view has {tokens} tokens and {room} fit beside a reply of {self.max_tokens};"
            " serve a model with a longer window, or raise the longest prompt (planner.prompt_tokens)"
        )

    def shrink(self) -> None:
        """Make the room smaller: the server has refused what seemed to fit."""
        self._share *= _SMALLER

    def _tokens(self, messages: list[Message], schema: dict[str, Any], room: int) -> int:
        """Return the number of tokens, as the server counts unless it is far beyond the room, or as estimated."""
        estimate = sum(len(message.content) for message in messages) // _CHARACTERS_PER_TOKEN
        if estimate > 4 * room:
            return estimate
        counted = self._server.tokens(messages, schema)
        return estimate if counted is None else counted
