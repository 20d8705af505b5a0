"""Train DeepRx: top to bottom, resumable after a kill, the same weights for the same seed and steps on the same machine.

1. Batch n is drawn from seed and n alone, so a resumed training sees what an uninterrupted one would have seen.
2. The loss is the cross-entropy of every stage's LLRs (the last counts double) and the log of its channel error over noise.
3. AdamW, warm-up then cosine; gradients clipped; the weights that are kept are an exponential moving average.
4. `checkpoint.pt` (atomic) and `log.jsonl` lie in the work folder; `export` writes the weights as safetensors.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from tools.receivers.deeprx.network import DeepRx, StageOutput
from tools.receivers.deeprx.preparation import prepare
from tools.receivers.estimation import LeastSquares
from training.receivers.experience import Ranges, draw_batch
from twins.link.slots import Slots

CHANNEL_WEIGHT = 0.1
STAGE_WEIGHTS = (0.5, 0.5, 1.0)


@dataclass(frozen=True)
class Plan:
    """What to train: `steps`, `channels` wide, peak `rate`, `warmup` steps, `average` decay, `seed`; `ranges` to draw from."""

    steps: int = 12_000
    channels: int = 32
    rate: float = 3e-3
    warmup: int = 200
    average: float = 0.998
    seed: int = 1
    ranges: Ranges = field(default_factory=Ranges)


@dataclass
class Progress:
    """Where training stands: weights, their average, the optimizer, the next step."""

    network: DeepRx
    average: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0


def begin(plan: Plan) -> Progress:
    """Return fresh weights from the plan's seed."""
    torch.manual_seed(plan.seed)
    network = DeepRx(plan.channels).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=1e-4)
    return Progress(network, {name: value.clone() for name, value in network.state_dict().items()}, optimizer)


def learning_rate(plan: Plan, step: int) -> float:
    """Linear warm-up, then a cosine to a fiftieth of the peak at the last step."""
    if step < plan.warmup:
        return plan.rate * (step + 1) / plan.warmup
    done = (step - plan.warmup) / max(plan.steps - plan.warmup, 1)
    return plan.rate * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0))))


def loss_of(slots: Slots, outputs: list[StageOutput], amplitude: Tensor, noise: Tensor) -> tuple[Tensor, dict[str, float]]:
    """Return the loss and its parts (last stage's cross-entropy in nat per bit, its mean log(1 + error / noise))."""
    bits = slots.coded.reshape(outputs[-1].llr.shape)
    response = slots.response[:, :, 0] / amplitude
    entropies = [functional.binary_cross_entropy_with_logits(out.llr, bits) for out in outputs]
    errors = [((out.response - response).abs().square() / noise[:, None, None, None]).log1p().mean() for out in outputs]
    total = sum(
        (
            weight * (entropy + CHANNEL_WEIGHT * error)
            for weight, entropy, error in zip(STAGE_WEIGHTS, entropies, errors, strict=True)
        ),
        start=torch.zeros(()),
    )
    return total, {"cross_entropy": entropies[-1].item(), "channel": errors[-1].item()}


def train_step(plan: Plan, progress: Progress) -> dict[str, float]:
    """Take one step; returns the loss's parts. Raises FloatingPointError where the loss is not finite."""
    slots = draw_batch(plan.ranges, plan.seed * 10_000_000 + progress.step)
    prepared, amplitude = prepare(slots, LeastSquares(slots.pusch))
    loss, parts = loss_of(slots, progress.network(prepared), amplitude, prepared.noise)
    if not torch.isfinite(loss):
        raise FloatingPointError(f"loss is {loss.item()} at step {progress.step}: lower the rate (now {plan.rate})")
    for group in progress.optimizer.param_groups:
        group["lr"] = learning_rate(plan, progress.step)
    progress.optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(progress.network.parameters(), 1.0)
    progress.optimizer.step()
    decay = min(plan.average, (progress.step + 1) / (progress.step + 10))
    for name, value in progress.network.state_dict().items():
        progress.average[name].lerp_(value, 1.0 - decay)
    progress.step += 1
    return {"loss": loss.item(), **parts}


def save(progress: Progress, plan: Plan, path: Path) -> None:
    """Write a checkpoint; a kill leaves the last whole one."""
    state = {
        "network": progress.network.state_dict(),
        "average": progress.average,
        "optimizer": progress.optimizer.state_dict(),
        "step": progress.step,
        "plan": asdict(plan),
    }
    temporary = path.with_suffix(".part")
    torch.save(state, temporary)
    temporary.replace(path)


def resume(plan: Plan, path: Path) -> Progress:
    """Continue from `path` if it is there; raises ValueError where it belongs to another plan (more steps are allowed)."""
    progress = begin(plan)
    if not path.exists():
        return progress
    state: dict[str, Any] = torch.load(path, weights_only=True)
    ours, theirs = ({**plan_, "steps": 0} for plan_ in (asdict(plan), state["plan"]))
    changed = sorted(name for name in ours if ours[name] != theirs.get(name))
    if changed:
        raise ValueError(f"{path} was begun with other {', '.join(changed)}: give the same, or another work folder")
    progress.network.load_state_dict(state["network"])
    progress.optimizer.load_state_dict(state["optimizer"])
    progress.average, progress.step = state["average"], state["step"]
    return progress


def train(plan: Plan, work: Path, report: Callable[[int, dict[str, float]], None], every: int = 50) -> Progress:
    """Train to `plan.steps`, from the checkpoint in `work` if there is one; `report(step, means)` every `every` steps."""
    work.mkdir(parents=True, exist_ok=True)
    checkpoint, log = work / "checkpoint.pt", work / "log.jsonl"
    progress = resume(plan, checkpoint)
    sums: dict[str, float] = {}
    since = time.perf_counter()
    while progress.step < plan.steps:
        for name, value in train_step(plan, progress).items():
            sums[name] = sums.get(name, 0.0) + value / every
        if progress.step % every == 0 or progress.step == plan.steps:
            sums |= {"rate": learning_rate(plan, progress.step), "seconds_per_step": (time.perf_counter() - since) / every}
            save(progress, plan, checkpoint)
            with log.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({"step": progress.step, **{name: round(value, 6) for name, value in sums.items()}}) + "\n")
            report(progress.step, sums)
            sums, since = {}, time.perf_counter()
    return progress
