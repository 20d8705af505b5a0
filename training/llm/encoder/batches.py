"""Texts with what the second reader learns of them: batch n depends on seed and n alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

from agents.readers.encoder.facts import all_facts, facts_of
from agents.readers.encoder.network import TAGS
from agents.reading.marked import ACTS, LIVE_ACTS
from training.llm.labelled_text import LabelledText

IGNORED: Final = -100


@dataclass(frozen=True)
class EncoderExample:
    """Word pieces, the tag of each, the act, the numbers of the facts; tags and facts are None where an act has none."""

    ids: tuple[int, ...]
    tags: tuple[int, ...] | None
    act: int
    facts: tuple[int, ...] | None


def encoder_example(text: LabelledText, tokenizer: Any) -> EncoderExample:
    """Return a text as the encoder learns it."""
    encoded = tokenizer.encode(text.text)
    act = ACTS.index(text.act)
    if text.act not in LIVE_ACTS:
        return EncoderExample(tuple(encoded.ids), None, act, None)
    marks = [(start, end, tag[0]) for tag, start, end in text.marks]
    tags = tuple(_tag(marks, first, last) for first, last in encoded.offsets)
    order = {name: number for number, name in enumerate(all_facts())}
    return EncoderExample(tuple(encoded.ids), tags, act, tuple(order[name] for name in facts_of(text.spanned().marked())))


def _tag(marks: list[tuple[int, int, str]], first: int, last: int) -> int:
    if first == last:
        return IGNORED  # a piece of the encoder's own, before and behind the text
    return TAGS.index(next((tag for start, end, tag in marks if max(start, first) < min(end, last)), ""))


@dataclass(frozen=True)
class EncoderBatch:
    """ids, mask, tags: int[texts, pieces]; acts: int[texts]; facts: float[texts, all]; live: bool[texts]."""

    ids: Tensor
    mask: Tensor
    tags: Tensor
    acts: Tensor
    facts: Tensor
    live: Tensor

    def to(self, device: torch.device) -> EncoderBatch:
        """Return the batch on a device."""
        parts = (self.ids, self.mask, self.tags, self.acts, self.facts, self.live)
        return EncoderBatch(*(part.to(device) for part in parts))


def batch_of(examples: Sequence[EncoderExample]) -> EncoderBatch:
    """Return examples as tensors."""
    shape = (len(examples), max(len(one.ids) for one in examples))
    ids, mask = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
    tags, facts = torch.full(shape, IGNORED), torch.zeros(len(examples), len(all_facts()))
    for row, one in enumerate(examples):
        ids[row, : len(one.ids)], mask[row, : len(one.ids)] = torch.tensor(one.ids), 1
        if one.tags is not None and one.facts is not None:
            tags[row, : len(one.tags)] = torch.tensor(one.tags)
            facts[row, list(one.facts)] = 1
    live = torch.tensor([one.facts is not None for one in examples])
    return EncoderBatch(ids, mask, tags, torch.tensor([one.act for one in examples]), facts, live)


def drawn(examples: Sequence[EncoderExample], size: int, seed: int, number: int) -> EncoderBatch:
    """Return batch `number`: texts of similar length, so that little of it is padding. examples: sorted by length."""
    draw = random.Random(f"{seed} {number}")
    start = draw.randrange(len(examples))
    window = range(max(0, start - 2 * size), min(len(examples), start + 2 * size + 1))
    return batch_of([examples[index] for index in draw.sample(window, min(size, len(window)))])
