"""Fine-tuning of the reader: LoRA on all linear layers and the rows of the tokens of the form, on answers alone.

Resumable after a kill: adapter, optimizer and position appear together in one folder (`checkpoint.py`), and the order of the
batches depends on seed and epoch alone. The loss divides by the answers' tokens of the whole batch, so that a long answer does
not count more for its padding.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training.llm.reader.batches import Example, epoch, tensors
from training.llm.reader.checkpoint import OPTIMIZER, Position, position_in, write_checkpoint

Report = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """rank: of LoRA. rate: of AdamW, falling by a cosine to a twentieth. tokens: of a batch, with padding. warmup: in steps.

    start: folder of an adapter to begin with, empty: a new one.
    """

    rank: int = 16
    rate: float = 8e-4
    tokens: int = 512
    epochs: int = 4
    seed: int = 1
    warmup: int = 30
    save_every_s: float = 120.0
    start: str = ""


class TrainingError(Exception):
    """The training cannot go on; the message says what to do."""


def train(base: Path, examples: Sequence[Example], tokens: Sequence[int], out: Path, plan: Plan, report: Report) -> Path:
    """Train until the plan is done and return the folder of the adapter; goes on where an interrupted training stopped.

    tokens: ids of the added tokens, whose rows are trained as well. Raises TrainingError if `out` is of another plan.
    """
    position = position_in(out)
    if position.step and position.plan != asdict(plan):
        raise TrainingError(f"{out} was trained with another plan ({position.plan}): take its plan, or another folder")
    start = out if position.step else Path(plan.start) if plan.start else None
    model = _model(base, tokens, start, plan)
    optimizer = _optimizer(model, out if position.step else None, plan)
    total = sum(1 for _ in _batches(examples, plan))
    step, mean, saved = 0, position.loss, time.monotonic()
    for batch in _batches(examples, plan):
        step += 1
        if step <= position.step:
            continue
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * _share(step, total, plan.warmup)
        loss = _step(model, batch, optimizer)
        mean = loss if mean is None else 0.98 * mean + 0.02 * loss
        if step % 20 == 0:
            report(f"step {step} of {total}: loss {mean:.4f}")
        if time.monotonic() - saved >= plan.save_every_s or step == total:
            write_checkpoint(out, model, optimizer, Position(step, mean, asdict(plan)))
            saved = time.monotonic()
    return out


def _batches(examples: Sequence[Example], plan: Plan) -> Iterator[list[Example]]:
    for number in range(plan.epochs):
        yield from epoch(examples, plan.tokens, 1000 * plan.seed + number)


def _model(base: Path, tokens: Sequence[int], adapter: Path | None, plan: Plan) -> Any:
    import torch
    from peft import LoraConfig, PeftModel, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(plan.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model: Any = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
    model = model.to(device)
    model.config.use_cache = False
    if adapter is not None:
        peft: Any = PeftModel.from_pretrained(model, str(adapter), is_trainable=True)
    else:
        rows = {"embed_tokens": list(tokens)}
        config = LoraConfig(r=plan.rank, lora_alpha=2 * plan.rank, target_modules="all-linear", task_type="CAUSAL_LM",
                            trainable_token_indices=rows)  # fmt: skip
        peft = get_peft_model(model, config)
    for weight in _trained(peft):
        weight.data = weight.data.float()
    return peft.train()


def _trained(model: Any) -> list[Any]:
    return [weight for weight in model.parameters() if weight.requires_grad]


def _optimizer(model: Any, checkpoint: Path | None, plan: Plan) -> Any:
    import torch

    optimizer = torch.optim.AdamW(_trained(model), lr=plan.rate, weight_decay=0.0, betas=(0.9, 0.98))
    if checkpoint is not None:
        optimizer.load_state_dict(torch.load(checkpoint / OPTIMIZER, weights_only=True))
    return optimizer


def _share(step: int, total: int, warmup: int) -> float:
    if step < warmup:
        return step / warmup
    return max(0.05, 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup))))


def _step(model: Any, batch: list[Example], optimizer: Any) -> float:
    import torch

    device = next(model.parameters()).device
    inputs = {name: value.to(device) for name, value in tensors(batch, model.config.pad_token_id).items()}
    with torch.autocast(device.type, torch.bfloat16):
        loss = model(**inputs).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(_trained(model), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())
