"""Answers of the reader, generated under the form: at each step only tokens that the form allows there can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.llm.reader.answer import AnswerForm, SpannedText
from training.llm.reader.grammar import Grammar


class Reader:
    """A model with its tokenizer that reads texts."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self._model = model.eval()
        self._form = AnswerForm(tokenizer)
        self._grammar = Grammar(tokenizer)
        self._pad = tokenizer.pad_token_id

    def read(self, texts: Sequence[str], longest: int = 96) -> list[tuple[SpannedText | None, float]]:
        """Return what each text is read as (None if the answer did not end), and the probability of the least certain choice."""
        import torch

        prompts = [self._form.prompt(text) for text in texts]
        width = max(len(ids) for ids, _ in prompts)
        ids = torch.full((len(texts), width), self._pad)
        mask = torch.zeros((len(texts), width), dtype=torch.long)
        for row, (prompt, _) in enumerate(prompts):
            ids[row, width - len(prompt) :] = torch.tensor(prompt)
            mask[row, width - len(prompt) :] = 1
        states = [self._grammar.start(prompt[:-1]) for prompt, _ in prompts]
        answers: list[list[int]] = [[] for _ in texts]
        least = [1.0] * len(texts)
        with torch.inference_mode():
            past, step = None, ids
            positions = (mask.cumsum(1) - 1).clamp(min=0)
            for _ in range(longest):
                output = self._model(input_ids=step, attention_mask=mask, position_ids=positions, past_key_values=past, use_cache=True)
                past, scores = output.past_key_values, output.logits[:, -1].float()
                chosen = []
                for row, state in enumerate(states):
                    if state.is_done:
                        chosen.append(self._pad)
                        continue
                    allowed = torch.tensor(state.allowed())
                    shares = torch.softmax(scores[row, allowed], 0)
                    best = int(shares.argmax())
                    least[row] = min(least[row], float(shares[best]))
                    chosen.append(int(allowed[best]))
                    state.take(chosen[-1])
                    answers[row].append(chosen[-1])
                if all(state.is_done for state in states):
                    break
                step = torch.tensor(chosen)[:, None]
                mask = torch.cat([mask, torch.ones((len(texts), 1), dtype=torch.long)], 1)
                positions = (mask.cumsum(1) - 1)[:, -1:]
        return [
            (self._form.read(answer, text, prompt[1], prompt[0]) if state.is_done else None, sure)
            for text, prompt, answer, state, sure in zip(texts, prompts, answers, states, least, strict=True)
        ]

