"""Training of the second reader: tags, act and facts together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch.nn import functional

from agents.readers.encoder.network import EncoderNetwork
from training.llm.encoder.batches import IGNORED, EncoderBatch, EncoderExample, drawn
from training.llm.learning_log import LearningLog
from training.loop import Progress, Report, Schedule, learning_rate, run

_EVERY: Final = 100
_SAVE_EVERY_S: Final = 60.0
Saved = Callable[[Progress[EncoderNetwork]], None]


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


class EncoderLearner:
    """The network in training on the GPU, if there is one."""

    def __init__(self, examples: Sequence[EncoderExample], plan: EncoderPlan) -> None:
        torch.manual_seed(plan.seed)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._plan = plan
        network = EncoderNetwork().train()
        if plan.start:
            network.load_learned(Path(plan.start))
        self.network = network.to(self._device)
        optimizer = torch.optim.AdamW([weight for weight in network.parameters() if weight.requires_grad], weight_decay=0.01)
        self.progress = Progress.of(self.network, optimizer)
        self._ordered = sorted(examples, key=lambda one: len(one.ids))

    def step(self, done: float | None = None) -> dict[str, float]:
        """Take the next step and return its losses; done: see `training.loop.learning_rate`."""
        plan, progress = self._plan, self.progress
        torch.manual_seed(1_000_003 * plan.seed + progress.step)  # dropout: the same after a kill
        batch = drawn(self._ordered, plan.batch, plan.seed, progress.step).to(self._device)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._device.type == "cuda"):
            losses = losses_of(self.network, batch)
        progress.descend(plan, torch.stack([loss.float() for loss in losses.values()]).sum(), done)
        return {name: float(loss.detach()) for name, loss in losses.items()}


def train_encoder(
    examples: Sequence[EncoderExample], plan: EncoderPlan, work: Path, report: Report, until: int | None = None
) -> Progress[EncoderNetwork]:
    """Train until the plan is done, resuming from a checkpoint in `work`; return the progress."""
    learner = EncoderLearner(examples, plan)
    run(learner.progress, plan, work, learner.step, report, every=100, until=until)
    return learner.progress


def train_encoder_for(
    seconds: float, examples: Sequence[EncoderExample], plan: EncoderPlan, log: Path, report: Report, saved: Saved
) -> Progress[EncoderNetwork]:
    """Train for this time, whatever the plan's steps, from the beginning; return the progress. The rate falls with the time.

    saved: called with the progress about every minute.
    """
    began = written = time.monotonic()
    learner = EncoderLearner(examples, plan)
    lines, done = LearningLog(log, 0), 0.0
    losses: list[dict[str, float]] = []
    while done < 1.0:
        losses.append(learner.step(done))
        done = (time.monotonic() - began) / seconds
        if len(losses) == _EVERY or done >= 1.0:
            means = {name: sum(row[name] for row in losses) / len(losses) for name in losses[0]}
            means |= {"rate": learning_rate(plan, learner.progress.step, done), "seconds": time.monotonic() - began}
            lines.write(learner.progress.step, means)
            report(learner.progress.step, means)
            losses = []
        if done >= 1.0 or time.monotonic() - written > _SAVE_EVERY_S:
            saved(learner.progress)
            written = time.monotonic()
    return learner.progress


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
