"""The model that is trained: LoRA on all linear layers and the rows of the tokens of the form, or all weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agents.readers.language_model.answer_names import choice_ids
from agents.readers.language_model.base_model import Base
from training.llm.reader.plan import Plan, TrainingError


def trainable_model(base: Base, start: Path | None, plan: Plan, *, sharded: bool) -> Any:
    """Return the model, what is trained in fp32.

    start: folder of the adapter or model to begin with. sharded: frozen weights are in fp32 as well, since shards have one type.
    Raises TrainingError if there is no adapter or model in `start`, or this model cannot be sharded with LoRA.
    """
    import torch

    torch.manual_seed(plan.seed)
    if plan.full:
        model = base.model(torch.float32) if start is None else _model_in(start, base)
    else:
        model = _with_lora(base, base.model(torch.float32 if sharded else torch.bfloat16), start, plan, sharded)
    model.config.use_cache = False
    for weight in trained(model):
        weight.data = weight.data.float()
    return model.train()


def trained(model: Any) -> list[Any]:
    """Return the weights that are trained."""
    return [weight for weight in model.parameters() if weight.requires_grad]


def _model_in(folder: Path, base: Base) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    if not (folder / "config.json").exists():
        raise TrainingError(f"{folder} holds no model to begin with: name the folder of one, or leave --from away")
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    if model.get_input_embeddings().weight.shape[0] < len(base.tokenizer):
        raise TrainingError(
            f"the model in {folder} has fewer rows than the tokenizer of {base.folder} has tokens: name its own base"
        )
    return model


def _with_lora(base: Base, model: Any, start: Path | None, plan: Plan, sharded: bool) -> Any:
    from peft import LoraConfig, PeftModel, get_peft_model

    inputs, outputs = model.get_input_embeddings(), model.get_output_embeddings()
    is_tied = outputs.weight is inputs.weight
    if sharded and is_tied:
        # FSDP meets the trained rows, which PEFT shares between embedding and output, a second time when they are shards already.
        raise TrainingError(
            f"the model in {base.folder} shares its embedding with its output, and LoRA on it cannot be sharded: "
            "train it with --full, or without FSDP and ZeRO-3"
        )
    if start is not None:
        if not (start / "adapter_config.json").exists():
            raise TrainingError(f"{start} holds no adapter to begin with: name the folder of one, or leave --from away")
        return PeftModel.from_pretrained(model, str(start), is_trainable=True)
    rows = list(choice_ids(base.tokenizer).values())
    layers = [inputs] if is_tied else [inputs, outputs]
    config = LoraConfig(
        r=plan.rank,
        lora_alpha=2 * plan.rank,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
        trainable_token_indices={_name_of(layer, model): rows for layer in layers},
    )
    return get_peft_model(model, config)


def _name_of(layer: Any, model: Any) -> str:
    name: str = next(name for name, module in model.named_modules() if module is layer)
    return name.rpartition(".")[2]
