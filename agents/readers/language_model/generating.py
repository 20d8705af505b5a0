"""Answers of the reader, generated under the form: at each step only tokens that the form allows there can be chosen."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.readers.language_model.answer import AnswerForm, Prompt
from agents.readers.language_model.grammar import AnswerState, Grammar
from agents.readers.spanned_text import SpannedText

_OTHERS: Final = 3
_CERTAIN: Final = 0.97  # of a choice: nothing else is looked at there

Guide = Callable[[AnswerState, Sequence[int]], Sequence[float]]
"""Somebody else's say in a choice: logarithms of probabilities of the tokens that are allowed."""
GuideOf = Callable[[Prompt], Guide | None]


def _alone(prompt: Prompt) -> None:
    """No guide."""


@dataclass(frozen=True)
class Answered:
    """What a text is read as, None if the answer did not end.

    least: the probability of the least certain choice, a given one too. logarithm: of the probability of the whole answer.
    own_least: as `least`, by the language model alone; guide_least: by the guide alone, 1 without one. others: beginnings of
    other answers, each up to one of the least certain choices and with the second best one there, the least certain first.
    """

    spanned: SpannedText | None
    least: float
    logarithm: float
    own_least: float = 1.0
    guide_least: float = 1.0
    others: tuple[tuple[int, ...], ...] = ()


class LanguageModelReader:
    """A model with its tokenizer that reads texts."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self._model = model.eval()
        self._form = AnswerForm(tokenizer)
        self._grammar = Grammar(tokenizer)
        self._pad = tokenizer.pad_token_id

    def read(
        self,
        texts: Sequence[str],
        guides: Sequence[GuideOf] | None = None,
        beginnings: Sequence[Sequence[int]] | None = None,
        longest: int = 128,
    ) -> list[Answered]:
        """Return what each text is read as.

        guides: who else has a say in each choice. beginnings: tokens with which each answer must begin (`Answered.others`).
        longest: tokens of an answer.
        """
        prompts = [self._form.prompt(text) for text in texts]
        given = beginnings or [()] * len(texts)
        guided = [guide(prompt) for guide, prompt in zip(guides or [_alone] * len(texts), prompts, strict=True)]
        answers = [
            _Answer(self._grammar.start(prompt.words), list(begin), guide)
            for prompt, begin, guide in zip(prompts, given, guided, strict=True)
        ]
        self._generate(prompts, answers, longest)
        return [
            Answered(
                self._form.read(one.ids, prompt) if one.state.is_done else None,
                one.least,
                one.logarithm,
                one.own_least,
                one.guide_least,
                one.others(),
            )
            for prompt, one in zip(prompts, answers, strict=True)
        ]

    def _generate(self, prompts: list[Prompt], answers: list[_Answer], longest: int) -> None:
        import torch

        step, mask = _padded(prompts, self._pad)
        step, mask = step.to(self._model.device), mask.to(self._model.device)
        past = None
        with torch.inference_mode():
            for _ in range(longest):
                places = (mask.cumsum(1) - 1).clamp(min=0)[:, -step.shape[1] :]
                output = self._model(
                    input_ids=step, attention_mask=mask, position_ids=places, past_key_values=past, use_cache=True
                )
                past = output.past_key_values
                scores = output.logits[:, -1].float().cpu()
                chosen = [self._pad if one.state.is_done else one.choose(row) for one, row in zip(answers, scores, strict=True)]
                if all(one.state.is_done for one in answers):
                    return
                step = torch.tensor(chosen, device=mask.device)[:, None]
                mask = torch.cat([mask, torch.ones_like(step)], 1)


class _Answer:
    def __init__(self, state: AnswerState, given: list[int], guide: Guide | None) -> None:
        self.state, self.least, self.logarithm = state, 1.0, 0.0
        self.own_least = self.guide_least = 1.0
        self.ids: list[int] = []
        self._second: list[tuple[float, tuple[int, ...]]] = []  # how certain the best was, and the beginning with the second
        self._given = given
        self._guide = guide

    def choose(self, scores: Any) -> int:
        """Take the most probable of the allowed tokens, or the one that is given; scores: logits of all tokens."""
        allowed = self.state.allowed()
        own = logarithms = scores[allowed].log_softmax(0)
        guide = None
        if self._guide is not None and len(allowed) > 1:
            guide = own.new_tensor(self._guide(self.state, allowed))
            logarithms = (own + guide).log_softmax(0)
        is_given = len(self.ids) < len(self._given)
        best = allowed.index(self._given[len(self.ids)]) if is_given else int(logarithms.argmax())
        logarithm = float(logarithms[best])
        share = math.exp(logarithm)
        if len(allowed) > 1:
            self.least = min(self.least, share)
            self.own_least = min(self.own_least, math.exp(float(own[best])))
            if guide is not None:
                self.guide_least = min(self.guide_least, math.exp(float(guide.log_softmax(0)[best])))
        if len(allowed) > 1 and not is_given:
            second = int(logarithms.topk(2).indices[1])
            self._second.append((share, (*self.ids, allowed[second])))
        self.logarithm += logarithm
        self.state.take(allowed[best])
        self.ids.append(allowed[best])
        return allowed[best]

    def others(self) -> tuple[tuple[int, ...], ...]:
        """Return the beginnings of other answers."""
        return tuple(begin for share, begin in sorted(self._second)[:_OTHERS] if share < _CERTAIN)


def _padded(prompts: Sequence[Prompt], pad: int) -> tuple[Any, Any]:
    """Return ids and mask, each of shape (prompts, longest), padded on the left."""
    import torch

    width = max(len(prompt.ids) for prompt in prompts)
    ids = torch.tensor([[pad] * (width - len(prompt.ids)) + list(prompt.ids) for prompt in prompts])
    mask = torch.tensor([[0] * (width - len(prompt.ids)) + [1] * len(prompt.ids) for prompt in prompts])
    return ids, mask
