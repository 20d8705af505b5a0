"""Batched sampling under a grammar, with a cache of keys and values."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch

from training.llm.sft.grammar import Grammar
from training.llm.sft.network import Cache, SmallModel
from training.llm.sft.vocabulary import PAD, Vocabulary

LONGEST: int = 320  # tokens of a response: four trials, and all that stands around them


@dataclass(frozen=True)
class Written:
    """A response: its token `ids` and the log-probability of each under the grammar and temperature it was drawn with."""

    ids: list[int]
    log_probabilities: list[float]


def autocast(device: torch.device) -> AbstractContextManager[Any]:
    """bfloat16 on a GPU; on a CPU single precision, which small matrices are faster in."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda")


@torch.no_grad()
def write(
    model: SmallModel,
    vocabulary: Vocabulary,
    prompts: Sequence[Sequence[int]],
    grammars: Sequence[Grammar],
    temperature: float = 0.0,
    seed: int = 0,
) -> list[Written]:
    """Return a response to each prompt, all in one batch; temperature 0: the most probable tokens. The grammars are used up."""
    device = model.embedding.weight.device
    generator = torch.Generator().manual_seed(seed)  # on the CPU: the same draws on any device
    longest = max(map(len, prompts))
    pad = vocabulary.id(PAD)
    ids = torch.tensor([[pad] * (longest - len(prompt)) + list(prompt) for prompt in prompts], device=device)
    blocked = torch.zeros((len(prompts), longest + LONGEST), dtype=torch.bool, device=device)
    blocked[:, :longest] = ids == pad
    responses = [Written([], []) for _ in prompts]
    with autocast(device):
        cache = Cache(model.shape, blocked, torch.bfloat16 if device.type == "cuda" else torch.float32)
        hidden = model.hidden(ids, cache)[:, -1]
        for _ in range(LONGEST):
            logits = model.logits(hidden).float().cpu()
            chosen, scores = _choose(logits, grammars, temperature, generator)
            for row, grammar in enumerate(grammars):
                if grammar.allowed:
                    responses[row].ids.append(int(chosen[row]))
                    responses[row].log_probabilities.append(float(scores[row]))
                    grammar.advance(int(chosen[row]))
            if not any(grammar.allowed for grammar in grammars):
                return responses
            hidden = model.hidden(chosen.to(device)[:, None], cache)[:, -1]
    raise RuntimeError(f"a response is longer than {LONGEST} tokens: the grammar must end before")


def _choose(
    logits: torch.Tensor, grammars: Sequence[Grammar], temperature: float, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw an allowed token in each row; a row that has ended gets the first token, which nobody reads."""
    blocked = torch.full_like(logits, float("-inf"))
    for row, grammar in enumerate(grammars):
        blocked[row, grammar.allowed or [0]] = 0.0
    scores = torch.log_softmax((logits + blocked) / (temperature or 1.0), dim=-1)
    chosen = scores.argmax(dim=-1) if not temperature else torch.multinomial(scores.exp(), 1, generator=generator)[:, 0]
    return chosen, scores.gather(1, chosen[:, None])[:, 0]
