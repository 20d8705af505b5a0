"""A server on loopback that speaks the OpenAI protocol as vLLM does: with a window, counted tokens, and reasons for refusals."""

from __future__ import annotations

import json
import socket
import threading
import time
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response

CHARACTERS_PER_TOKEN = 3


class LoopbackModel:
    """Answers with the scripted replies, the last again and again, and records the requests.

    window: of the model called `m`, None: it has none and tells none. tells: whether `/v1/models` and `/tokenize` tell it.
    refusal: the body of an answer with another status than 200.
    """

    def __init__(self) -> None:
        self.reset()
        app = self._app()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="error"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1/chat/completions")
        async def complete(request: Request) -> Response:
            return self._complete(await request.json())

        @app.get("/v1/models")
        def models() -> Response:
            if not self.tells:
                return _json({"detail": "Not Found"}, 404)
            if self.listing is not None:
                return Response(self.listing, media_type="application/json")
            return _json({"object": "list", "data": [{"id": "other"}, {"id": "m", "max_model_len": self.window}]})

        @app.post("/tokenize")
        async def tokenize(request: Request) -> Response:
            body = await request.json()
            self.counted += 1
            return _json({"count": _tokens(body)} if self.tells else {"detail": "Not Found"}, 200 if self.tells else 404)

        return app

    def _complete(self, body: dict[str, Any]) -> Response:
        self.requests.append(body)
        if self.delay:
            time.sleep(self.delay)
        tokens = _tokens(body)
        if self.window is not None and tokens > self.window:
            return _json(too_long(self.window, tokens), 400)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if self.status != 200:
            return Response(self.refusal, status_code=self.status)
        if reply == "garbage":
            return Response("<html>not a completion</html>", media_type="application/json")
        text = reply if isinstance(reply, str) else json.dumps(reply)
        return _json(completion(text, "tools" in body))

    def reset(self) -> None:
        """Forget what a test has set."""
        self.replies: list[Any] = []
        self.requests: list[dict[str, Any]] = []
        self.status, self.delay, self.refusal = 200, 0.0, "broken"
        self.window: int | None = None
        self.tells, self.listing, self.counted = False, None, 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=5)


def too_long(window: int, tokens: int) -> dict[str, Any]:
    """What vLLM 0.32 answers."""
    message = (
        f"This model's maximum context length is {window} tokens. However, your prompt contains at least {tokens} input tokens,"
        " which exceeds this limit even without any output tokens. Please reduce the length of the input prompt."
    )
    return {"error": {"message": message, "type": "BadRequestError", "param": "input_tokens", "code": 400}}


def completion(text: str, as_tool: bool) -> dict[str, Any]:
    call = {"id": "call_1", "type": "function", "function": {"name": "decide", "arguments": text}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]} if as_tool else {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage}


def _tokens(body: dict[str, Any]) -> int:
    """Count a prompt as chat templates do that write the tools into it."""
    tools = len(json.dumps(body["tools"])) if "tools" in body else 0
    return (sum(len(message["content"]) for message in body["messages"]) + tools) // CHARACTERS_PER_TOKEN


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status_code=status, media_type="application/json")
