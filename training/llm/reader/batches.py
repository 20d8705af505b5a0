"""Batches of prompts with answers: of similar length, padded; only the answer counts in the loss."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_IGNORED = -100
_SORTED = 2048


@dataclass(frozen=True)
class Example:
    """A prompt with its answer, as tokens."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


def epoch(examples: Sequence[Example], tokens: int, seed: int) -> Iterator[list[Example]]:
    """Yield all examples once, in batches of at most `tokens` padded tokens; order and composition depend on the seed alone."""
    order = random.Random(seed)
    shuffled = list(examples)
    order.shuffle(shuffled)
    batches: list[list[Example]] = []
    size = max(_SORTED, tokens // 4)  # examples sorted together: large batches need more of them to be of similar length
    for start in range(0, len(shuffled), size):
        part = sorted(shuffled[start : start + size], key=len)
        batch: list[Example] = []
        for example in part:
            if batch and (len(batch) + 1) * len(example) > tokens:
                batches.append(batch)
                batch = []
            batch.append(example)
        batches.append(batch)
    order.shuffle(batches)
    yield from batches


def tensors(batch: Sequence[Example], pad: int) -> dict[str, Any]:
    """Return token ids, attention mask and labels, each of shape (examples, longest)."""
    import torch

    longest = max(map(len, batch))
    ids = torch.full((len(batch), longest), pad)
    labels = torch.full((len(batch), longest), _IGNORED)
    mask = torch.zeros((len(batch), longest), dtype=torch.long)
    for row, example in enumerate(batch):
        sequence = torch.tensor([*example.prompt, *example.answer])
        ids[row, : len(example)] = sequence
        mask[row, : len(example)] = 1
        labels[row, len(example.prompt) : len(example)] = sequence[len(example.prompt) :]
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def only_padding(batch: Sequence[Example], pad: int) -> dict[str, Any]:
    """Return a batch in which nothing is learned."""
    inputs = tensors(batch, pad)
    inputs["labels"].fill_(_IGNORED)
    return inputs


def first_answer(labels: Any) -> int:
    """Return the first column, not before 1, in which a row of the labels has a token of its answer; 1 if none has one."""
    columns = (labels != _IGNORED).any(dim=0).nonzero()
    return max(1, int(columns[0])) if len(columns) else 1
