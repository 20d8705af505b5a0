"""The verifier's network: MiniLM over a text and a claim, with an embedding for each slot; a number for each part comes out."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from agents.readers.encoder.minilm import AdaptedMiniLM
from agents.readers.verifier.claim import SLOTS, Claim


class VerifierNetwork(AdaptedMiniLM):
    """Returns for each part of each claim the log-odds that the text says so, float[claims, parts]."""

    def __init__(self, *, trainable: bool = True) -> None:
        super().__init__(trainable=trainable)
        self.slots = nn.Parameter(torch.randn(SLOTS, self.size) * 0.02)
        self.head = nn.Sequential(nn.Linear(2 * self.size, self.size), nn.GELU(), nn.Linear(self.size, 1))

    def forward(self, ids: Tensor, mask: Tensor, slots: Tensor, parts: Tensor) -> Tensor:
        """ids, mask: int[claims, pieces]; slots: float[claims, pieces, SLOTS], 1 for those that a piece has.

        parts: float[claims, parts, pieces], 1 for the pieces of each part.
        """
        embedded = self.bert.embeddings.word_embeddings(ids) + slots @ self.slots
        hidden: Tensor = self.bert(inputs_embeds=embedded, attention_mask=mask).last_hidden_state
        mean = parts @ hidden / parts.sum(-1, keepdim=True).clamp(min=1.0)
        whole = hidden[:, :1].expand(-1, mean.shape[1], -1)
        odds: Tensor = self.head(torch.cat([mean, whole], -1))
        return odds[..., 0]


def tensors_of(claims: Sequence[Claim]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the network's input; parts that a claim does not have are without pieces."""
    width = max(len(one.ids) for one in claims)
    ids, mask = torch.zeros(len(claims), width, dtype=torch.long), torch.zeros(len(claims), width, dtype=torch.long)
    slots = torch.zeros(len(claims), width, SLOTS)
    parts = torch.zeros(len(claims), max(len(one.parts) for one in claims), width)
    for row, one in enumerate(claims):
        ids[row, : len(one.ids)], mask[row, : len(one.ids)] = torch.tensor(one.ids), 1
        for piece, own in enumerate(one.slots):
            slots[row, piece, list(own)] = 1
        for number, (start, end) in enumerate(one.parts):
            parts[row, number, start:end] = 1
    return ids, mask, slots, parts
