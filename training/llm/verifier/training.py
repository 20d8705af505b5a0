"""Training of the verifier: whether a text says what each part of a claim says."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import functional

from agents.readers.verifier.network import VerifierNetwork, tensors_of
from training.llm.verifier.examples import VerifierExample
from training.loop import Progress, Report, Schedule, run


@dataclass(frozen=True)
class VerifierPlan(Schedule):
    """batch: claims of a step. answered: share of the steps on real readers' answers. start: weights of a verifier, or of
    an encoder, to begin with; empty: the pre-trained ones."""

    steps: int = 2400
    rate: float = 5e-4
    warmup: int = 100
    average: float = 0.995
    seed: int = 1
    batch: int = 16
    answered: float = 0.4
    start: str = ""


class VerifierLearner:
    """The network in training on the GPU, if there is one."""

    def __init__(self, made: Sequence[VerifierExample], answered: Sequence[VerifierExample], plan: VerifierPlan) -> None:
        torch.manual_seed(plan.seed)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._plan = plan
        network = VerifierNetwork().train()
        if plan.start:
            network.begin_with(Path(plan.start))
        self.network = network.to(self._device)
        optimizer = torch.optim.AdamW([weight for weight in network.parameters() if weight.requires_grad], weight_decay=0.01)
        self.progress = Progress.of(self.network, optimizer)
        self._made, self._answered = (sorted(some, key=lambda one: len(one.claim.ids)) for some in (made, answered))

    def step(self) -> dict[str, float]:
        """Take the next step and return loss, share of parts judged as they are, and of faults that are found."""
        plan, progress = self._plan, self.progress
        torch.manual_seed(1_000_003 * plan.seed + progress.step)  # dropout: the same after a kill
        draw = random.Random(f"{plan.seed} {progress.step}")
        source = self._answered if self._answered and draw.random() < plan.answered else self._made
        batch = _drawn(source, plan.batch, draw)
        ids, mask, slots, parts = (part.to(self._device) for part in tensors_of([one.claim for one in batch]))
        odds = self.network(ids, mask, slots, parts)
        known = [
            (row, number, float(right))
            for row, one in enumerate(batch)
            for number, right in enumerate(one.right)
            if right is not None
        ]
        rows, numbers, rights = zip(*known, strict=True)
        odds, right = odds[list(rows), list(numbers)], torch.tensor(rights, device=self._device)
        loss = functional.binary_cross_entropy_with_logits(odds, right)
        progress.descend(plan, loss)
        faults = right == 0
        found = ((odds < 0) & faults).sum() / faults.sum().clamp(min=1)
        return {
            "loss": float(loss.detach()),
            "judged": float(((odds > 0) == ~faults).float().mean()),
            "faults found": float(found),
        }


def _drawn(examples: Sequence[VerifierExample], size: int, draw: random.Random) -> list[VerifierExample]:
    """Return claims of similar length, so that little is padding. examples: sorted by length."""
    start = draw.randrange(len(examples))
    window = range(max(0, start - 8 * size), min(len(examples), start + 8 * size + 1))
    return [examples[index] for index in draw.sample(window, min(size, len(window)))]


def train_verifier(
    made: Sequence[VerifierExample],
    answered: Sequence[VerifierExample],
    plan: VerifierPlan,
    work: Path,
    report: Report,
    until: int | None = None,
) -> Progress[VerifierNetwork]:
    """Train until the plan (or step `until`) is done, resuming from a checkpoint in `work`; return the progress."""
    learner = VerifierLearner(made, answered, plan)
    run(learner.progress, plan, work, learner.step, report, every=100, until=until)
    return learner.progress
