"""One chat turn from an OpenAI-compatible endpoint: text, and tokens with their log-probabilities if the endpoint returns them.

vLLM returns both (`logprobs`, `return_token_ids`). If an endpoint rejects these parameters, the request is repeated without them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from agents.llm.chat import LlmSettings, ModelError, refused
from training.gym.episodes.rollout import Message

if TYPE_CHECKING:
    import openai

Chat = Callable[[Sequence[Message]], Message]
"""Returns the next message of a chat; raises ModelError."""

STOP = "Observation:"  # anything that a model writes after its action is made up


class EndpointChat:
    """Queries the endpoint in `settings`."""

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings
        self._with_tokens = True

    def __call__(self, messages: Sequence[Message]) -> Message:
        """Return the model's message; raises ModelError."""
        import httpx
        import openai

        settings = self._settings
        try:
            return _message(self._request(messages))
        except openai.APITimeoutError as error:
            raise ModelError(f"no answer within {settings.timeout_s:g} s") from error
        except openai.APIStatusError as error:
            raise refused(error.status_code, settings.base_url, error.response.text) from error
        except openai.OpenAIError as error:
            raise ModelError(f"{settings.base_url} cannot be reached: {error}") from error
        except (httpx.HTTPError, json.JSONDecodeError, ValueError, TypeError, LookupError, AttributeError) as error:
            raise ModelError(f"{settings.base_url} answered with no chat completion ({type(error).__name__})") from error

    def _request(self, messages: Sequence[Message]) -> Any:
        import openai

        settings = self._settings
        with openai.OpenAI(
            base_url=settings.base_url, api_key=settings.api_key, timeout=settings.timeout_s, max_retries=settings.retries
        ) as client:
            try:
                return self._completion(client, messages)
            except (openai.BadRequestError, openai.UnprocessableEntityError):
                if not self._with_tokens:
                    raise
            self._with_tokens = False
            return self._completion(client, messages)

    def _completion(self, client: openai.OpenAI, messages: Sequence[Message]) -> Any:
        settings = self._settings
        tokens: dict[str, Any] = {"logprobs": True, "extra_body": {"return_token_ids": True}} if self._with_tokens else {}
        return client.chat.completions.create(
            model=settings.model,
            messages=[{"role": message.role, "content": message.content} for message in messages],  # type: ignore[misc]
            temperature=settings.temperature,
            max_completion_tokens=settings.max_tokens,
            stop=[STOP],
            **tokens,
        )


def _message(answer: Any) -> Message:
    """The first choice as a message; log-probabilities that do not match the token ids are dropped."""
    choice = answer.choices[0]
    text = (choice.message.content or "").encode("utf-8", "replace").decode()
    returned_ids = getattr(choice, "token_ids", None)
    ids = None if returned_ids is None else tuple(int(token) for token in returned_ids)
    content = choice.logprobs.content if choice.logprobs is not None else None
    logprobs = None if content is None else tuple(float(token.logprob) for token in content)
    if ids is not None and logprobs is not None and len(ids) != len(logprobs):
        logprobs = None
    prompt_ids = getattr(answer, "prompt_token_ids", None)
    prompt = None if prompt_ids is None else tuple(int(token) for token in prompt_ids)
    return Message(role="assistant", content=text, prompt_token_ids=prompt, token_ids=ids, logprobs=logprobs)
