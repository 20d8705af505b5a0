"""A base of the reader: any local Hugging Face causal checkpoint, with its own vocabulary and the tokens of the form.

A checkpoint that does not know the form gets its tokens behind its own ones. Training and reading add them in the same way, so
that an adapter fits the base that it is loaded on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agents.readers.language_model.answer_names import choice_tokens

_SPREAD: Final = 0.1  # of new rows around the mean, as a share of the spread of the others


class BaseError(ValueError):
    """A folder holds no base that can be used; the message says what to do."""


@dataclass(frozen=True)
class Base:
    """A checkpoint folder and its tokenizer, which has all tokens of the form. new: ids of those that the checkpoint lacks."""

    folder: Path
    tokenizer: Any
    new: tuple[int, ...]

    def model(self, dtype: Any) -> Any:
        """Return the model in this type, with a row for each token."""
        from transformers import AutoModelForCausalLM

        model: Any = AutoModelForCausalLM.from_pretrained(self.folder, dtype=dtype)
        if self.new:
            _fill_rows(model, self.new, len(self.tokenizer))
        model.config.pad_token_id = self.tokenizer.pad_token_id
        return model


def read_base(folder: Path) -> Base:
    """Return the base in a folder; raises BaseError if it is no checkpoint with a tokenizer."""
    from transformers import AutoTokenizer
    from transformers.utils import logging

    messages: Any = logging
    messages.disable_progress_bar()
    if not (folder / "config.json").exists():
        raise BaseError(f"{folder} holds no checkpoint, config.json is missing: name the folder of a Hugging Face causal model")
    if not (folder / "tokenizer.json").exists():
        # Other kinds cannot say which span of the text a token is, and without any file transformers makes an empty tokenizer.
        raise BaseError(
            f"{folder} has no tokenizer.json: put the tokenizer files of the checkpoint beside its weights (a fast tokenizer)"
        )
    tokenizer = AutoTokenizer.from_pretrained(folder)
    missing: list[str] = [token for token in choice_tokens().values() if _is_unknown(tokenizer, token)]
    tokenizer.add_tokens(missing, special_tokens=True)  # so that `split_special_tokens` reads one in a text as letters
    ids = tokenizer.get_vocab()
    if tokenizer.pad_token_id is None:
        if tokenizer.eos_token_id is None:
            raise BaseError(f"the tokenizer in {folder} has neither pad_token nor eos_token: name one in tokenizer_config.json")
        tokenizer.pad_token = tokenizer.eos_token  # an answer ends with a token of its own, so that no end is masked
    return Base(folder, tokenizer, tuple(ids[token] for token in missing))


def _is_unknown(tokenizer: Any, token: str) -> bool:
    number = tokenizer.convert_tokens_to_ids(token)
    return number is None or number == tokenizer.unk_token_id


def _fill_rows(model: Any, new: tuple[int, ...], tokens: int) -> None:
    """Begin the rows of new tokens with the mean of the others and a little of their own, the same in every process."""
    import torch

    if tokens > model.get_input_embeddings().weight.shape[0]:  # many checkpoints have spare rows
        model.resize_token_embeddings(tokens, mean_resizing=False)
    generator = torch.Generator().manual_seed(0)
    weights = {id(layer.weight): layer.weight for layer in (model.get_input_embeddings(), model.get_output_embeddings())}
    for weight in weights.values():
        known = weight.data[: min(new)].float()
        own = torch.randn(len(new), known.shape[1], generator=generator)
        weight.data[list(new)] = (known.mean(0) + _SPREAD * known.std(0) * own).to(weight.dtype)
