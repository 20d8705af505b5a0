"""One structured answer from an OpenAI-compatible endpoint: a JSON schema as response format, or a named tool.

Guided decoding makes both reliable on vLLM (`tool_choice="required"` is not). Many chat templates write the schema of a tool
into the prompt, where one that names every cell takes most of a small window; a response format is never in it. Every failure to
get an answer from the endpoint is a `ModelError` with its cause, in the server's own words where it gave any.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import Field

from agents.llm.refusal import is_too_long, reason_of
from policies.word import Word

ANSWER = "decide"


class ModelError(Exception):
    """The endpoint gave no answer: connection refused, timeout, HTTP error, or a body that is not a chat completion."""


class WindowError(ModelError):
    """Prompt and reply are longer than the model's window."""


class LlmSettings(Word):
    """Endpoint, model and request parameters. `budget_tokens` limits the prompt, also where the model's window is longer."""

    base_url: str
    model: str
    api_key: str = "none"
    structured: Literal["json_schema", "tool"] = "json_schema"
    timeout_s: float = Field(default=60.0, gt=0, le=3600)
    max_tokens: int = Field(default=2048, ge=64, le=32768)
    temperature: float = Field(default=0.0, ge=0, le=2)
    budget_tokens: int = Field(default=16_000, ge=500)
    repairs: int = Field(default=2, ge=0, le=2)
    retries: int = Field(default=0, ge=0, le=5, description="HTTP retries before a ModelError")


class Message(Word):
    """A chat message."""

    role: Literal["system", "user", "assistant"]
    content: str


class ChatModel:
    """Asks the endpoint for one JSON object that follows `schema`."""

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings

    def ask(self, messages: list[Message], schema: dict[str, Any], max_tokens: int | None = None) -> str:
        """Return the JSON text of the answer, unparsed (it may be malformed, or cut at max_tokens); raises ModelError.

        max_tokens: of the answer; None: the setting.
        """
        import httpx
        import openai

        try:
            answer = self._client(schema, max_tokens or self._settings.max_tokens).invoke(
                [(message.role, message.content) for message in messages]
            )
        except openai.LengthFinishReasonError as cut:
            return cut.completion.choices[0].message.content or ""
        except openai.APITimeoutError as error:
            raise ModelError(f"no answer within {self._settings.timeout_s:g} s") from error
        except openai.APIStatusError as error:
            raise refused(error.status_code, self._settings.base_url, error.response.text) from error
        except openai.OpenAIError as error:
            raise ModelError(f"{self._settings.base_url} cannot be reached: {error}") from error
        except (httpx.HTTPError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelError(f"{self._settings.base_url} did not return a chat completion ({type(error).__name__})") from error
        return _text_of(answer)

    def _client(self, schema: dict[str, Any], max_tokens: int) -> Any:
        from langchain_openai import ChatOpenAI

        settings = self._settings
        chat = ChatOpenAI(
            base_url=settings.base_url,
            model=settings.model,
            api_key=settings.api_key,
            timeout=settings.timeout_s,
            max_retries=settings.retries,
            temperature=settings.temperature,
            max_completion_tokens=max_tokens,
        )
        if settings.structured == "json_schema":
            form = {"type": "json_schema", "json_schema": {"name": ANSWER, "schema": schema}}
            return chat.bind(response_format=form)
        return chat.bind(tools=[decision_tool(schema)], tool_choice={"type": "function", "function": {"name": ANSWER}})


def decision_tool(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the tool whose call is the decision."""
    function = {"name": ANSWER, "description": "State the next decision.", "parameters": schema}
    return {"type": "function", "function": function}


def refused(status: int, base_url: str, body: str) -> ModelError:
    """Return the error of a request that the server refused, with the reason that it gave."""
    reason = reason_of(body)
    kind = WindowError if is_too_long(status, reason) else ModelError
    return kind(f"HTTP {status} from {base_url}: {reason}" if reason else f"HTTP {status} from {base_url}, without a reason")


def _text_of(answer: Any) -> str:
    """Return the arguments of the tool call, well-formed or not, or the content if there is no tool call."""
    for call in answer.tool_calls or ():
        return json.dumps(call["args"])
    for call in answer.invalid_tool_calls or ():
        return str(call["args"])
    return answer.content if isinstance(answer.content, str) else json.dumps(answer.content)
