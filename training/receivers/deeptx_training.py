"""Train DeepTx end to end: transmitter and receiver jointly, through Sionna's TDL channels; resumable.

1. Batch n depends on seed and n only, so a resumed training sees the same batches as an uninterrupted one.
2. The gradient of the bits' cross-entropy reaches the constellation and the power split through the channel; the receiver's loss
   is DeepRx's: every stage's cross-entropy (the last counts double) and the log of its channel error over noise.
3. AdamW, warm-up then cosine, gradients clipped; the final weights are an exponential moving average.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import torch

from tools.receivers.deeptx.link_network import LinkNetwork
from tools.receivers.deeptx.preparation import prepare
from tools.receivers.deeptx.transmitter import DeepTx
from training.loop import Progress, Report, run
from training.receivers.experience import Ranges, draw, send_batch
from training.receivers.loss import loss_of
from training.receivers.plan import Plan as ReceiverPlan
from twins.link.waveform.pusch import PuschKey
from twins.link.waveform.slots import Slots

TRANSMITTER_RATE = 2.0  # relative to the receiver's learning rate: few weights, each with a large effect


def deeptx_ranges() -> Ranges:
    """Return DeepRx's ranges without DMRS and 64QAM, which DeepTx does not have."""
    return Ranges(dmrs_symbols={1: 1.0}, orders={2: 1.0, 4: 2.0}, snr_db={2: (-6.0, 14.0), 4: (0.0, 24.0)})


@dataclass(frozen=True)
class Plan(ReceiverPlan):
    """DeepRx's plan with 24 channels, which suffice because local averaging does most of the estimation."""

    steps: int = 6_000
    channels: int = 24
    ranges: Ranges = field(default_factory=deeptx_ranges)


def begin(plan: Plan) -> Progress[LinkNetwork]:
    """Return the initial state from the plan's seed."""
    torch.manual_seed(plan.seed)
    network = LinkNetwork(plan.channels).train()
    transmitter = {"params": list(network.transmitter.parameters()), "weight_decay": 0.0, "times": TRANSMITTER_RATE}
    windows = {"params": list(network.receiver.windows.parameters()), "weight_decay": 0.0, "times": 1.0}
    convolutions = [value for name, value in network.receiver.named_parameters() if not name.startswith("windows.")]
    groups = [transmitter, windows, {"params": convolutions, "weight_decay": 1e-4, "times": 1.0}]
    return Progress.of(network, torch.optim.AdamW(groups, lr=plan.rate))


def draw_batch(plan: Plan, network: LinkNetwork, step: int) -> Slots:
    """Draw the batch of `step`, sent with the current transmitter weights; the gradient reaches them through `clean`."""
    seed = plan.seed * 10_000_000 + step
    conditions = draw(plan.ranges, seed, {"transmitter": "deeptx", "receiver": "deeptx"})
    return send_batch(_transmitter(PuschKey.of(conditions.configuration), network), conditions, seed)


@lru_cache(maxsize=32)
def _transmitter(key: PuschKey, network: LinkNetwork) -> DeepTx:
    return DeepTx(key, network.transmitter)


def train_step(plan: Plan, progress: Progress[LinkNetwork]) -> dict[str, float]:
    """Take one step; returns the parts of the loss and the pilots' mean share. Raises FloatingPointError like `descend`."""
    slots = draw_batch(plan, progress.network, progress.step)
    assert isinstance(slots.pusch, DeepTx)
    prepared, amplitude = prepare(slots.pusch, slots)
    loss, parts = loss_of(slots, progress.network.receiver(prepared), amplitude, prepared.noise)
    progress.descend(plan, loss)
    shares = {f"pilot_share_{order}": progress.network.transmitter.split(order, 12).mean().item() for order in plan.ranges.orders}
    return {"loss": loss.item(), **parts, **shares}


def train(plan: Plan, work: Path, report: Report, every: int = 50, until: int | None = None) -> Progress[LinkNetwork]:
    """Train until `plan.steps` or `until`, resuming from a checkpoint in `work`; `report(step, means)` every `every` steps."""
    progress = begin(plan)
    run(progress, plan, work, lambda: train_step(plan, progress), report, every, until)
    return progress
