"""Supervised training of the small model on packed lessons; resumable to the same weights (`training.loop`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

from training.llm.sft.fragment import MOST_VALUES, TRIAL_FIELDS
from training.llm.sft.lesson_set import Batch, LessonSet
from training.llm.sft.network import Shape, SmallModel
from training.llm.sft.vocabulary import Vocabulary
from training.loop import Progress, Report, Schedule, run

TOLD_WEIGHT: Final = 0.5  # 7 of some hundred tokens of a lesson, and what decides whether a task is fulfilled
_EVERY: Final = 50


@dataclass(frozen=True)
class SftPlan(Schedule):
    """`width` and `layers` of the network; `tokens` a batch at most; `shards` of lessons; `vocabulary`, its digest.

    `bfloat16` computes products in half the bits: faster on every device that has them; a training keeps what it began with.
    """

    steps: int = 4000
    rate: float = 2e-3
    warmup: int = 100
    average: float = 0.998
    seed: int = 1
    width: int = 256
    layers: int = 6
    tokens: int = 8192
    shards: int = 1
    vocabulary: str = ""
    bfloat16: bool = True


def train(
    plan: SftPlan, lessons: LessonSet, vocabulary: Vocabulary, work: Path, report: Report, until: int | None = None
) -> Progress[SmallModel]:
    """Train on a GPU if there is one, and return the end; goes on from a checkpoint in `work`."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = SmallModel(Shape(len(vocabulary), plan.width, plan.layers), plan.seed).to(device)
    progress = Progress.of(model, optimizer_of(model, plan))

    def step() -> dict[str, float]:
        batch = lessons.batch(progress.step, plan.tokens, plan.seed)
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=plan.bfloat16):
            written, told = losses(model, vocabulary, batch, device)
        progress.descend(plan, written + TOLD_WEIGHT * told)
        return {"loss": float(written.detach()), "told": float(told.detach()), "tokens": float(batch.ids.size)}

    run(progress, plan, work, step, report, every=min(_EVERY, plan.steps), until=until)
    return progress


def losses(model: SmallModel, vocabulary: Vocabulary, batch: Batch, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return two losses in nat a token: of what is written, and of the fields of which the shares of all good answers are told.

    The second is a divergence: 0 where the model's shares are those of the good answers.
    """
    ids, learned = torch.from_numpy(batch.ids).to(device), torch.from_numpy(batch.learned).to(device)
    hidden = model.hidden(ids[:, :-1])
    targets = learned[:, 1:]
    written = functional.cross_entropy(model.logits(hidden[targets]).float(), ids[:, 1:][targets])
    if not len(batch.told):
        return written, written.new_zeros(())
    rows, columns = torch.from_numpy(batch.told_at).to(device).T
    places = torch.arange(len(TRIAL_FIELDS), device=device)
    scores = model.logits(hidden[rows[:, None], columns[:, None] - 1 + places]).float().log_softmax(-1)
    # Padded columns point behind the field's own values: their share is 0.
    firsts = torch.tensor([vocabulary.id(vocabulary.fragments.trial_names[first]) for first in vocabulary.fragments.trial_firsts])
    wanted = (firsts.to(device)[:, None] + torch.arange(MOST_VALUES, device=device)).clamp(max=len(vocabulary) - 1)
    chosen = scores.gather(-1, wanted.expand(len(batch.told), -1, -1))
    told = torch.from_numpy(batch.told).to(device)
    return written, (torch.xlogy(told, told) - told * chosen).sum(-1).mean()


def optimizer_of(model: SmallModel, plan: SftPlan) -> torch.optim.Optimizer:
    """AdamW; norms and the embedding do not decay."""
    matrices = [weights for name, weights in model.named_parameters() if weights.dim() == 2 and "embedding" not in name]
    others = [weights for name, weights in model.named_parameters() if weights.dim() != 2 or "embedding" in name]
    groups: list[dict[str, Any]] = [{"params": matrices, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98))
