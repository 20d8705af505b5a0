"""Train DeepTx end to end: transmitter and receiver together, through Sionna's TDL channels, resumable after a kill.

1. Batch n is drawn from seed and n alone, so a resumed training sees what an uninterrupted one would have seen.
2. The gradient of the bits' cross-entropy reaches the constellation and the power split through the channel; the receiver's loss
   is DeepRx's: every stage's cross-entropy (the last counts double) and the log of its channel error over noise.
3. AdamW, warm-up then cosine, gradients clipped; the weights that are kept are an exponential moving average.
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
from training.receivers.experience import Ranges, draw, pass_through
from training.receivers.loss import loss_of
from training.receivers.plan import Plan as ReceiverPlan
from twins.link.waveform.pusch import PuschKey
from twins.link.waveform.slots import Slots

TRANSMITTER_RATE = 2.0  # times the receiver's: few weights, each with a large effect that is easily seen


def deeptx_ranges() -> Ranges:
    """DeepRx's ranges without what DeepTx has not: DMRS, and 64QAM."""
    return Ranges(dmrs_symbols={1: 1.0}, orders={2: 1.0, 4: 2.0}, snr_db={2: (-6.0, 14.0), 4: (0.0, 24.0)})


@dataclass(frozen=True)
class Plan(ReceiverPlan):
    """As DeepRx's plan; 24 channels suffice, as local averaging does the larger part."""

    steps: int = 6_000
    channels: int = 24
    ranges: Ranges = field(default_factory=deeptx_ranges)


def begin(plan: Plan) -> Progress[LinkNetwork]:
    """Return fresh weights from the plan's seed."""
    torch.manual_seed(plan.seed)
    network = LinkNetwork(plan.channels).train()
    learned = {"params": list(network.transmitter.parameters()), "weight_decay": 0.0, "times": TRANSMITTER_RATE}
    windows = {"params": list(network.receiver.windows.parameters()), "weight_decay": 0.0, "times": 1.0}
    others = [value for name, value in network.receiver.named_parameters() if not name.startswith("windows.")]
    groups = [learned, windows, {"params": others, "weight_decay": 1e-4, "times": 1.0}]
    return Progress.of(network, torch.optim.AdamW(groups, lr=plan.rate))


def draw_batch(plan: Plan, network: LinkNetwork, step: int) -> Slots:
    """Draw the batch of `step`, sent by the transmitter as it is now; the gradient reaches it through `clean`."""
    seed = plan.seed * 10_000_000 + step
    drawn = draw(plan.ranges, seed, {"transmitter": "deeptx", "receiver": "deeptx"})
    return pass_through(_transmitter(PuschKey.of(drawn.configuration), network), drawn, seed)


@lru_cache(maxsize=32)
def _transmitter(key: PuschKey, network: LinkNetwork) -> DeepTx:
    return DeepTx(key, network.transmitter)


def train_step(plan: Plan, progress: Progress[LinkNetwork]) -> dict[str, float]:
    """Take one step; returns the loss's parts and the pilots' mean share. Raises FloatingPointError as `descend` does."""
    slots = draw_batch(plan, progress.network, progress.step)
    assert isinstance(slots.pusch, DeepTx)
    prepared, amplitude = prepare(slots.pusch, slots)
    loss, parts = loss_of(slots, progress.network.receiver(prepared), amplitude, prepared.noise)
    progress.descend(plan, loss)
    shares = {f"pilot_share_{order}": progress.network.transmitter.split(order, 12).mean().item() for order in plan.ranges.orders}
    return {"loss": loss.item(), **parts, **shares}


def train(plan: Plan, work: Path, report: Report, every: int = 50, until: int | None = None) -> Progress[LinkNetwork]:
    """Train to `until` or the end of the plan, from the checkpoint in `work`; `report(step, means)` every `every` steps."""
    progress = begin(plan)
    run(progress, plan, work, lambda: train_step(plan, progress), report, every, until)
    return progress
