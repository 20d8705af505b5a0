"""Fine-tuning of the reader: LoRA on all linear layers and the rows of the tokens of the form, on answers alone.

Resumable after a kill: adapter, optimizer and position are written together, and the order of the batches depends on seed and epoch
alone. The loss divides by the answers' tokens of the whole batch, so that a long answer does not count more for its padding.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training.llm.reader.batches import Example, epoch, tensors

Report = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """rank: of LoRA. tokens: of a batch, padding included. rate: of AdamW, falling by a cosine to a twentieth."""

    rank: int = 16
    rate: float = 8e-4
    tokens: int = 512
    epochs: int = 4
    seed: int = 1
    warmup: int = 30
    save_every_s: float = 120.0


def train(base: Path, examples: Sequence[Example], tokens: Sequence[int], out: Path, plan: Plan, report: Report) -> Path:
    """Train until the plan is done and return the folder of the adapter; goes on where an interrupted training stopped.

    tokens: ids of the added tokens, whose rows are trained as well.
    """
    import torch

    model, done = _model(base, tokens, out, plan)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=plan.rate, weight_decay=0.0, betas=(0.9, 0.98))
    state = out / "optimizer.pt"
    if done and state.exists():
        optimizer.load_state_dict(torch.load(state, weights_only=True))
    total = sum(sum(1 for _ in epoch(examples, plan.tokens, plan.seed + number)) for number in range(plan.epochs))
    step, mean, saved = 0, math.nan, time.monotonic()
    model.train()
    for number in range(plan.epochs):
        for batch in epoch(examples, plan.tokens, plan.seed + number):
            step += 1
            if step <= done:
                continue
            for group in optimizer.param_groups:
                group["lr"] = plan.rate * _share(step, total, plan.warmup)
            loss = _step(model, batch, optimizer, weights)
            mean = loss if math.isnan(mean) else 0.98 * mean + 0.02 * loss
            if step % 20 == 0:
                report(f"step {step} of {total}, epoch {number + 1}: loss {mean:.4f}")
            if time.monotonic() - saved > plan.save_every_s or step == total:
                _save(model, optimizer, out, step, plan, mean)
                saved = time.monotonic()
    return out


def _model(base: Path, tokens: Sequence[int], out: Path, plan: Plan) -> tuple[Any, int]:
    import torch
    from peft import LoraConfig, PeftModel, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(plan.seed)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
    model.config.use_cache = False
    position = out / "position.json"
    if position.exists():
        done = int(json.loads(position.read_text(encoding="utf-8"))["step"])
        peft: Any = PeftModel.from_pretrained(model, str(out), is_trainable=True)
    else:
        done = 0
        config = LoraConfig(r=plan.rank, lora_alpha=2 * plan.rank, target_modules="all-linear", task_type="CAUSAL_LM",
                            trainable_token_indices={"embed_tokens": list(tokens)})  # fmt: skip
        peft = get_peft_model(model, config)
    for weight in peft.parameters():
        if weight.requires_grad:
            weight.data = weight.data.float()
    return peft, done


def _share(step: int, total: int, warmup: int) -> float:
    if step < warmup:
        return step / warmup
    return max(0.05, 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup))))


def _step(model: Any, batch: list[Example], optimizer: Any, weights: list[Any]) -> float:
    import torch

    inputs = tensors(batch, model.config.pad_token_id)
    device = next(model.parameters()).device
    inputs = {name: value.to(device) for name, value in inputs.items()}
    with torch.autocast(device.type, torch.bfloat16):
        loss = model(**inputs).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(weights, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss)


def _save(model: Any, optimizer: Any, out: Path, step: int, plan: Plan, loss: float) -> None:
    """Write adapter, optimizer and position; the position last, so that what it names is there."""
    import torch

    model.save_pretrained(out)
    part = out / f"optimizer.part-{os.getpid()}"
    torch.save(optimizer.state_dict(), part)
    part.replace(out / "optimizer.pt")
    (out / "position.json").write_text(json.dumps({"step": step, "loss": loss, "plan": asdict(plan)}), encoding="utf-8")
