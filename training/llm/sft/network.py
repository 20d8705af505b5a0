"""A decoder-only transformer in plain torch: RMSNorm before each part, rotary positions, SwiGLU, tied embedding, no biases.

Positions are relative (RoPE), so a row may be padded on the left while sampling: `Cache.blocked` hides the padding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

_HEAD: Final = 32
_ROPE_BASE: Final = 10_000.0


@dataclass(frozen=True)
class Shape:
    """Size of the network: `width` a multiple of 32 (a head), `layers`, and the number of `tokens` of its vocabulary."""

    tokens: int
    width: int = 256
    layers: int = 6

    def __post_init__(self) -> None:
        if self.width < _HEAD or self.width % _HEAD:
            raise ValueError(f"width={self.width}: a multiple of {_HEAD}, the size of a head")

    @property
    def heads(self) -> int:
        """Number of attention heads."""
        return self.width // _HEAD

    @property
    def hidden(self) -> int:
        """Width of the SwiGLU: 8/3 of `width`, rounded up to a multiple of 32."""
        return -(-8 * self.width // 3 // 32) * 32


class Cache:
    """Keys and values of a batch that is being sampled, for at most `length` positions; `blocked` bool[B, length] is padding."""

    def __init__(self, shape: Shape, blocked: Tensor, dtype: torch.dtype) -> None:
        rows, length = blocked.shape
        size = (shape.layers, 2, rows, shape.heads, length, _HEAD)
        self.values = torch.zeros(size, device=blocked.device, dtype=dtype)
        self.blocked, self.used = blocked, 0

    def mask(self, count: int) -> Tensor:
        """Return which positions each of the next `count` may see: bool[B, 1, count, used + count]."""
        end = self.used + count
        order = torch.arange(end, device=self.blocked.device)
        causal = order[None, :] <= order[self.used :, None]
        seen = causal[None] & ~self.blocked[:, None, :end]
        # A position of the padding sees itself, as a softmax over nothing is not a number.
        return (seen | (order[None, :] == order[self.used :, None])[None])[:, None]


class Block(nn.Module):
    """Attention and SwiGLU, each behind a norm and added to what came in."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.attention_norm, self.mixing_norm = nn.RMSNorm(shape.width), nn.RMSNorm(shape.width)
        self.attend = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.join = nn.Linear(shape.width, shape.width, bias=False)
        self.gate = nn.Linear(shape.width, 2 * shape.hidden, bias=False)
        self.out = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, values: Tensor, turns: tuple[Tensor, Tensor], layer: int, cache: Cache | None) -> Tensor:
        """Return float[B, T, width] for as much; `turns` are cosine and sine of the positions."""
        rows, count, width = values.shape
        parts = self.attend(self.attention_norm(values)).view(rows, count, 3, self.heads, _HEAD).permute(2, 0, 3, 1, 4)
        query, key, value = _turned(parts[0], turns), _turned(parts[1], turns), parts[2]
        if cache is None:
            seen = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        else:
            stored = cache.values[layer]
            end = cache.used + count
            stored[0, :, :, cache.used : end], stored[1, :, :, cache.used : end] = key, value
            keys, kept = stored[0, :, :, :end].to(query.dtype), stored[1, :, :, :end].to(query.dtype)
            seen = functional.scaled_dot_product_attention(query, keys, kept, attn_mask=cache.mask(count))
        values = values + self.join(seen.transpose(1, 2).reshape(rows, count, width))
        gate, passed = self.gate(self.mixing_norm(values)).chunk(2, dim=-1)
        mixed: Tensor = values + self.out(functional.silu(gate) * passed)
        return mixed


class SmallModel(nn.Module):
    """The network. `hidden` returns what the logits are computed from, so that only learned positions need them."""

    def __init__(self, shape: Shape, seed: int = 0) -> None:
        super().__init__()
        self.shape = shape
        generator = torch.Generator().manual_seed(seed)
        self.embedding = nn.Embedding(shape.tokens, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width)
        for name, weights in self.named_parameters():
            if weights.dim() == 2:
                scale = 0.02 if "embedding" in name else weights.shape[1] ** -0.5
                # The sums that every layer adds to stay of the same size however many layers there are.
                scale /= (2.0 * shape.layers) ** 0.5 if name.endswith(("join.weight", "out.weight")) else 1.0
                with torch.no_grad():
                    weights.normal_(std=scale, generator=generator)

    def hidden(self, ids: Tensor, cache: Cache | None = None) -> Tensor:
        """Return float[B, T, width] for `ids` int64[B, T]; with a cache, of the positions behind what it holds."""
        start = cache.used if cache else 0
        turns = _turns(start, ids.shape[1], ids.device)
        values = self.embedding(ids) * self.shape.width**0.5
        for layer, block in enumerate(self.blocks):
            values = block(values, turns, layer, cache)
        if cache:
            cache.used += ids.shape[1]
        normed: Tensor = self.norm(values)
        return normed

    def logits(self, hidden: Tensor) -> Tensor:
        """Return float[..., tokens] of `hidden` float[..., width]."""
        return functional.linear(hidden, self.embedding.weight)


def _turns(start: int, count: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Cosine and sine float[count, 16] of the rotary angles of positions from `start` on."""
    frequencies = _ROPE_BASE ** (-torch.arange(0, _HEAD, 2, device=device).float() / _HEAD)
    angles = torch.arange(start, start + count, device=device).float()[:, None] * frequencies
    return angles.cos(), angles.sin()


def _turned(values: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    cosine, sine = (part.to(values.dtype) for part in turns)
    first, second = values.chunk(2, dim=-1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1)
