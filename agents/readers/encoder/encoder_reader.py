"""The second reader: judges act and facts of a text, and tags its words, by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agents.readers.encoder.facts import all_facts
from agents.reading.marked import ACTS

MOST_PIECES: Final = 254  # of a text; MiniLM was trained with 256 at most, two of them its own
WEIGHTS: Final = Path(__file__).parents[1] / "data" / "encoder.safetensors"


@dataclass(frozen=True)
class TaggedPiece:
    """A piece of a word from `start` to `end`, and the probability of each tag ("": none)."""

    start: int
    end: int
    tags: Mapping[str, float]


@dataclass(frozen=True)
class Judged:
    """Probabilities: of each act, which sum to one; of each fact by itself; of the tags of each piece."""

    acts: Mapping[str, float]
    facts: Mapping[str, float]
    pieces: tuple[TaggedPiece, ...]


class EncoderReader:
    """The network with its tokenizer."""

    def __init__(self, network: Any, tokenizer: Any) -> None:
        self._network = network.eval()
        self._tokenizer = tokenizer
        self._facts = all_facts()

    @classmethod
    def load(cls, weights: Path = WEIGHTS) -> EncoderReader:
        """Load the weights; raises ArtefactError if they are missing or not those of their record."""
        from agents.readers.encoder.minilm import minilm_tokenizer
        from agents.readers.encoder.network import EncoderNetwork

        network = EncoderNetwork(trainable=False)
        network.load_learned(weights)
        return cls(network, minilm_tokenizer())

    def pieces_in(self, text: str) -> int:
        """Return the number of word pieces of a text."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def judge(self, texts: Sequence[str]) -> list[Judged]:
        """Return the judgement on each text."""
        import torch

        encoded = [self._tokenizer.encode(text) for text in texts]
        width = max(len(one.ids) for one in encoded)
        ids = torch.tensor([[*one.ids, *[0] * (width - len(one.ids))] for one in encoded])
        mask = torch.tensor([[1] * len(one.ids) + [0] * (width - len(one.ids)) for one in encoded])
        with torch.inference_mode():
            tags, acts, facts = self._network(ids, mask)
        shares = zip(encoded, tags.softmax(-1).tolist(), acts.softmax(-1).tolist(), facts.sigmoid().tolist(), strict=True)
        return [
            Judged(dict(zip(ACTS, act, strict=True)), dict(zip(self._facts, fact, strict=True)), _pieces(one.offsets, tag))
            for one, tag, act, fact in shares
        ]


def _pieces(offsets: Sequence[tuple[int, int]], shares: Sequence[Sequence[float]]) -> tuple[TaggedPiece, ...]:
    from agents.readers.encoder.network import TAGS

    tagged = zip(offsets, shares, strict=False)
    return tuple(TaggedPiece(start, end, dict(zip(TAGS, row, strict=True))) for (start, end), row in tagged if start < end)
