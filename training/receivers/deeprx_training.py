"""Train DeepRx on slots drawn from its ranges; resumable.

1. Batch n depends on seed and n only, so a resumed training sees the same batches as an uninterrupted one.
2. The loss is in `loss.py`; AdamW, warm-up then cosine, gradients clipped; the final weights are an exponential moving average.
"""

from __future__ import annotations

from pathlib import Path

import torch

from tools.receivers.classical.estimation import LeastSquares
from tools.receivers.deeprx.network import DeepRx
from tools.receivers.deeprx.preparation import prepare
from training.loop import Progress, Report, run
from training.receivers.experience import draw_batch
from training.receivers.loss import loss_of
from training.receivers.plan import Plan


def begin(plan: Plan) -> Progress[DeepRx]:
    """Return the initial state from the plan's seed."""
    torch.manual_seed(plan.seed)
    network = DeepRx(plan.channels).train()
    return Progress.of(network, torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=1e-4))


def train_step(plan: Plan, progress: Progress[DeepRx]) -> dict[str, float]:
    """Take one step; returns the parts of the loss. Raises FloatingPointError like `Progress.descend`."""
    slots = draw_batch(plan.ranges, plan.seed * 10_000_000 + progress.step)
    prepared, amplitude = prepare(slots, LeastSquares(slots.pusch))
    loss, parts = loss_of(slots, progress.network(prepared), amplitude, prepared.noise)
    progress.descend(plan, loss)
    return {"loss": loss.item(), **parts}


def train(plan: Plan, work: Path, report: Report, every: int = 50, until: int | None = None) -> Progress[DeepRx]:
    """Train until `plan.steps` or `until`, resuming from a checkpoint in `work`; `report(step, means)` every `every` steps."""
    progress = begin(plan)
    run(progress, plan, work, lambda: train_step(plan, progress), report, every, until)
    return progress
