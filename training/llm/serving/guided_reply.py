"""The first reply of a server under a JSON schema: one that starts may still be unable to decode under a grammar."""

from __future__ import annotations

import json
import time
from typing import Any, Final

from agents.llm.chat import ChatModel, LlmSettings, Message, ModelError
from training.llm.serving.serve_error import ServeError
from training.llm.serving.vllm_server import Serving

_ANSWERS: Final = ("ready", "not ready")


def ask_guided(serving: Serving, timeout_s: float) -> float:
    """Ask for one reply under a schema, and return the seconds it took; raises ServeError unless it follows the schema."""
    schema = {
        "type": "object",
        "properties": {"answer": {"enum": list(_ANSWERS)}},
        "required": ["answer"],
        "additionalProperties": False,
    }
    settings = LlmSettings(base_url=f"{serving.url}/v1", model=serving.name, api_key=serving.key or "none", timeout_s=timeout_s)
    started = time.monotonic()
    try:
        reply = ChatModel(settings).ask([Message(role="user", content="Are you ready?")], schema, 64)
    except ModelError as error:
        raise ServeError(f"vLLM has started but gives no guided reply: {error}") from error
    if _parsed(reply) not in [{"answer": answer} for answer in _ANSWERS]:
        raise ServeError(f"vLLM has started but its reply does not follow a JSON schema: {reply[:200]}")
    return time.monotonic() - started


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
