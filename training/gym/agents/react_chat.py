"""One chat turn from an OpenAI-compatible endpoint: text, and where the endpoint tells them tokens with their log-probabilities.

vLLM tells both (`logprobs`, `return_token_ids`); an endpoint that refuses to be asked for them is asked without.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from agents.llm.chat import LlmSettings, ModelError
from training.gym.episodes.rollout import Message

if TYPE_CHECKING:
    import openai

Chat = Callable[[Sequence[Message]], Message]
"""Answers a chat with the next message; raises ModelError."""

STOP = "Observation:"  # what a model writes after its action it would only make up


class EndpointChat:
    """Asks the endpoint of `settings`."""

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings
        self._with_tokens = True

    def __call__(self, messages: Sequence[Message]) -> Message:
        """Return the model's message; raises ModelError."""
        import httpx
        import openai

        settings = self._settings
        try:
            return _message(self._asked(messages))
        except openai.APITimeoutError as error:
            raise ModelError(f"no answer within {settings.timeout_s:g} s") from error
        except openai.APIStatusError as error:
            raise ModelError(f"HTTP {error.status_code} from {settings.base_url}") from error
        except openai.OpenAIError as error:
            raise ModelError(f"{settings.base_url} cannot be reached: {error}") from error
        except (httpx.HTTPError, json.JSONDecodeError, ValueError, TypeError, LookupError, AttributeError) as error:
            raise ModelError(f"{settings.base_url} answered with no chat completion ({type(error).__name__})") from error

    def _asked(self, messages: Sequence[Message]) -> Any:
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
            messages=[{"role": one.role, "content": one.content} for one in messages],  # type: ignore[misc]
            temperature=settings.temperature,
            max_completion_tokens=settings.max_tokens,
            stop=[STOP],
            **tokens,
        )


def _message(answer: Any) -> Message:
    """The first choice as a message; log-probabilities that do not belong to the token ids are left out."""
    choice = answer.choices[0]
    text = (choice.message.content or "").encode("utf-8", "replace").decode()
    told = getattr(choice, "token_ids", None)
    ids = None if told is None else tuple(int(one) for one in told)
    content = choice.logprobs.content if choice.logprobs is not None else None
    logprobs = None if content is None else tuple(float(one.logprob) for one in content)
    if ids is not None and logprobs is not None and len(ids) != len(logprobs):
        logprobs = None
    given = getattr(answer, "prompt_token_ids", None)
    prompt = None if given is None else tuple(int(one) for one in given)
    return Message(role="assistant", content=text, prompt_token_ids=prompt, token_ids=ids, logprobs=logprobs)
