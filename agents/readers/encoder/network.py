"""The second reader's network: MiniLM with a tag for each word piece, the act and the facts of the text."""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn

from agents.readers.encoder.facts import all_facts
from agents.readers.encoder.minilm import AdaptedMiniLM, pooled
from agents.reading.marked import ACTS

TAGS: Final = ("", "k", "s", "p", "a", "v", "r", "w", "c", "n")


class EncoderNetwork(AdaptedMiniLM):
    """Returns logits: tags, float[texts, pieces, 10]; acts, float[texts, 9]; facts, float[texts, all facts]."""

    def __init__(self, *, trainable: bool = True) -> None:
        super().__init__(trainable=trainable)
        self.tags, self.acts = nn.Linear(self.size, len(TAGS)), nn.Linear(2 * self.size, len(ACTS))
        self.facts = nn.Linear(2 * self.size, len(all_facts()))

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """ids, mask: int[texts, pieces]."""
        hidden: Tensor = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state
        whole = pooled(hidden, mask)
        return self.tags(hidden), self.acts(whole), self.facts(whole)
