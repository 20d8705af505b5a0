"""What a model's server tells of the model: the length of its window, and how many tokens a prompt takes.

vLLM tells both (`max_model_len` in `/v1/models`, `/tokenize`). What a server does not tell is None, and the planner goes on
without it; what it has told once is not asked for again.
"""

from __future__ import annotations

import json
from typing import Any, Final

from agents.llm.chat import LlmSettings, Message, decision_tool

_LONGEST_WAIT_S: Final = 10.0
_LONGEST_WINDOW: Final = 100_000_000


class ModelServer:
    """The server of the endpoint in `settings`."""

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings
        self._counts = True
        self.window: int | None = None
        """The number of tokens that prompt and reply may have together, None as long as the server has not told it."""

    def ask_window(self) -> None:
        """Ask for the window, unless it is known."""
        if self.window is None:
            listing = self._ask("GET", f"{self._settings.base_url.rstrip('/')}/models")
            models = listing.get("data") if isinstance(listing, dict) else None
            named = [model for model in models if _is(model, self._settings.model)] if isinstance(models, list) else []
            self.window = _count(named[0].get("max_model_len")) if named else None

    def tokens(self, messages: list[Message], schema: dict[str, Any]) -> int | None:
        """Return how many tokens the prompt has, chat template and tools included; None if the server does not tell."""
        if not self._counts:
            return None
        body: dict[str, Any] = {
            "model": self._settings.model,
            "messages": [message.model_dump() for message in messages],
        }
        if self._settings.structured == "tool":
            body["tools"] = [decision_tool(schema)]
        answer = self._ask("POST", f"{self._settings.base_url.rstrip('/').removesuffix('/v1')}/tokenize", body)
        count = _count(answer.get("count")) if isinstance(answer, dict) else None
        self._counts = count is not None
        return count

    def _ask(self, method: str, url: str, body: dict[str, Any] | None = None) -> Any:
        """Return the JSON of an answer; None if there is none: the request for a decision will say what is wrong."""
        import httpx

        settings = self._settings
        try:
            answer = httpx.request(
                method,
                url,
                json=body,
                headers={"Authorization": f"Bearer {settings.api_key}"},
                timeout=min(settings.timeout_s, _LONGEST_WAIT_S),
            )
            return json.loads(answer.content) if answer.is_success else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError):
            return None


def _is(model: Any, name: str) -> bool:
    return isinstance(model, dict) and model.get("id") == name


def _count(value: Any) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LONGEST_WINDOW
    return value if is_count else None
