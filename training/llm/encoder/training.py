"""Training of the second reader: tags, act and facts together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import functional

from agents.readers.encoder.network import EncoderNetwork
from training.llm.encoder.batches import IGNORED, EncoderBatch, EncoderExample, drawn
from training.loop import Progress, Report, Schedule, run


@dataclass(frozen=True)
class EncoderPlan(Schedule):
    """batch: texts of a step. start: file with weights to begin with, empty: the pre-trained ones."""

    steps: int = 4000
    rate: float = 1e-3
    warmup: int = 100
    average: float = 0.995
    seed: int = 1
    batch: int = 16
    start: str = ""


def train_encoder(
    examples: Sequence[EncoderExample], plan: EncoderPlan, work: Path, report: Report, until: int | None = None
) -> Progress[EncoderNetwork]:
    """Train until the plan is done, resuming from a checkpoint in `work`; return the progress."""
    torch.manual_seed(plan.seed)
    network = EncoderNetwork().train()
    if plan.start:
        network.load_learned(Path(plan.start))
    optimizer = torch.optim.AdamW([weight for weight in network.parameters() if weight.requires_grad], weight_decay=0.01)
    progress = Progress.of(network, optimizer)
    ordered = sorted(examples, key=lambda one: len(one.ids))

    def step() -> dict[str, float]:
        torch.manual_seed(1_000_003 * plan.seed + progress.step)  # dropout: the same after a kill
        batch = drawn(ordered, plan.batch, plan.seed, progress.step)
        losses = losses_of(network, batch)
        progress.descend(plan, torch.stack(list(losses.values())).sum())
        return {name: float(loss.detach()) for name, loss in losses.items()}

    run(progress, plan, work, step, report, every=100, until=until)
    return progress


def losses_of(network: EncoderNetwork, batch: EncoderBatch) -> dict[str, torch.Tensor]:
    """Return the losses of a batch; tags and facts count for texts that have some."""
    tags, acts, facts = network(batch.ids, batch.mask)
    losses = {"act": functional.cross_entropy(acts, batch.acts)}
    if bool(batch.live.any()):
        losses["tag"] = functional.cross_entropy(tags.flatten(0, 1), batch.tags.flatten(), ignore_index=IGNORED)
        each = functional.binary_cross_entropy_with_logits(facts[batch.live], batch.facts[batch.live], reduction="none")
        losses["facts"] = each.sum(1).mean() / 4  # a text has about eight facts of some hundred
    else:
        losses |= {"tag": 0.0 * tags.sum(), "facts": 0.0 * facts.sum()}
    return losses
