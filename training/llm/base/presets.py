"""Small Llamas from scratch, for what needs no English: random weights, and the vocabulary of the base model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agents.readers.language_model.answer_names import choice_tokens
from agents.readers.language_model.base_model import read_base
from training.llm.base.building import is_complete, write_base
from training.llm.base.small_base import kept_tokens, small_base

Report = Callable[[str], None]


@dataclass(frozen=True)
class Shape:
    """Of a Llama. width: of its hidden states. inner: width of its feed-forward layers. heads: of 64 numbers each."""

    width: int
    layers: int
    inner: int
    heads: int
    key_value_heads: int


PRESETS: Final = {
    "5m": Shape(width=192, layers=8, inner=512, heads=3, key_value_heads=3),
    "17m": Shape(width=384, layers=9, inner=1024, heads=6, key_value_heads=2),
    "40m": Shape(width=512, layers=11, inner=1536, heads=8, key_value_heads=4),
}


def preset_base(name: str, base: Path, seed: int, report: Report) -> Path:
    """Make a model of this preset beside the base model, whose tokenizer it has, unless it is there; return its folder.

    Raises ValueError for an unknown preset and BaseModelError if the base model cannot be made.
    """
    shape = shape_of(name)
    tokens, added = kept_tokens(), tuple(choice_tokens().values())
    folder = base.parent / f"preset-{name}-seed-{seed}"
    if not is_complete(folder, tokens, added):
        tokenizer = read_base(small_base(base, report)).tokenizer
        write_base(preset_model(shape, tokenizer, seed), tokenizer, folder, tokens, added, f"random weights, seed {seed}")
    return folder


def shape_of(name: str) -> Shape:
    """Return the shape of a preset; raises ValueError for an unknown one."""
    if name not in PRESETS:
        raise ValueError(f"preset {name}: must be one of {', '.join(PRESETS)}; for any other model give its folder with --base")
    return PRESETS[name]


def preset_model(shape: Shape, tokenizer: Any, seed: int) -> Any:
    """Return a model of this shape with random weights, and a row for each token."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=shape.width,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_value_heads,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)
