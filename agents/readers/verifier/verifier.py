"""The verifier: whether a text says what a reading claims of it, judged on both together.

The two readers judge choices one after the other (which token comes next) or apart from each other (which facts, which tags).
Whether this place goes with that amount, or a time with the whole, is seen only with the reading as a whole beside the text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agents.readers.spanned_text import SpannedText
from agents.readers.verifier.claim import claim_of

_LOWEST: Final = -20.0
WEIGHTS: Final = Path(__file__).parents[1] / "data" / "verifier.safetensors"


@dataclass(frozen=True)
class Verified:
    """The log-odds that the text says what each part of a reading claims: act, number of items, items, time, condition."""

    parts: tuple[float, ...]

    @property
    def whole(self) -> float:
        """The logarithm of the probability that all of it is said, if its parts are taken to be independent."""
        return max(sum(-math.log1p(math.exp(-max(one, _LOWEST))) for one in self.parts), _LOWEST)

    @property
    def least(self) -> float:
        """The log-odds of the part that is said least surely."""
        return max(min(self.parts), _LOWEST)


UNVERIFIED: Final = Verified((0.0,))
"""What is said of a reading that nobody has verified."""


class Verifier:
    """The network with its tokenizer."""

    def __init__(self, network: Any, tokenizer: Any) -> None:
        self._network = network.eval()
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, weights: Path = WEIGHTS) -> Verifier:
        """Load the weights; raises ArtefactError if they are missing or not those of their record."""
        from agents.readers.encoder.minilm import minilm_tokenizer
        from agents.readers.verifier.network import VerifierNetwork

        network = VerifierNetwork(trainable=False)
        network.load_learned(weights)
        return cls(network, minilm_tokenizer())

    def verified(self, readings: Sequence[SpannedText]) -> list[Verified]:
        """Return what is said of each reading, in order."""
        import torch

        from agents.readers.verifier.network import tensors_of

        if not readings:
            return []
        claims = [claim_of(one, self._tokenizer) for one in readings]
        with torch.inference_mode():
            odds: list[list[float]] = self._network(*tensors_of(claims)).tolist()
        return [Verified(tuple(row[: len(claim.parts)])) for row, claim in zip(odds, claims, strict=True)]
