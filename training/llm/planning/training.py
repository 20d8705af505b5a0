"""Training of the planning model, from its beginning: a small transformer on the names of plans, taught what the planner said.

The plan language has some two hundred names and no English, so a model that knows nothing else suffices: one million parameters,
minutes on one core. Resumable: network, optimizer and step appear together, and a batch depends on seed and step alone.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from agents.planning.loading import load_network, name_ids, new_network
from agents.planning.plan_names import CONCLUSIONS
from training.llm.planning.lesson import Lesson

Report = Callable[[str], None]
_IGNORED: Final = -100
# What a run comes to counts more than what it reads, which is nearly the same in all runs.
_WEIGHTS: Final = {name: 4.0 for kind, whys in CONCLUSIONS.items() for name in (kind, *whys)}


@dataclass(frozen=True)
class PlannerPlan:
    """steps: of `batch` lessons. rate: of AdamW, falling by a cosine to a twentieth, after `warmup` steps.

    start: weights to begin with, empty: none.
    """

    steps: int = 1200
    batch: int = 8
    rate: float = 1e-3
    warmup: int = 60
    seed: int = 1
    save_every_s: float = 60.0
    start: str = ""


def train_planner(lessons: Sequence[Lesson], work: Path, plan: PlannerPlan, report: Report) -> Any:
    """Train until the plan is done and return the network; goes on where an interrupted training stopped.

    Raises ValueError if the folder is of another plan.
    """
    import torch

    torch.manual_seed(plan.seed)
    network: Any = (load_network(Path(plan.start)) if plan.start else new_network()).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=0.01, betas=(0.9, 0.98))
    path, step = work / "checkpoint.pt", 0
    work.mkdir(parents=True, exist_ok=True)
    if path.exists():
        state = torch.load(path, weights_only=True)
        if state["plan"] != asdict(plan):
            raise ValueError(f"{work} was trained with another plan ({state['plan']}): take its plan, or another folder")
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    mean, saved = None, time.monotonic()
    while step < plan.steps:
        draw = random.Random(f"{plan.seed} {step}")
        batch = draw.sample(lessons, min(plan.batch, len(lessons)))
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * _share(step, plan)
        loss = _loss(network, _tensors(batch, draw))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        step += 1
        value = float(loss.detach())
        mean = value if mean is None else 0.95 * mean + 0.05 * value
        if step % 20 == 0:
            report(f"step {step} of {plan.steps}: loss {mean:.4f}")
        if time.monotonic() - saved >= plan.save_every_s or step == plan.steps:
            part = path.with_suffix(".part")
            weights, state = network.state_dict(), optimizer.state_dict()
            torch.save({"network": weights, "optimizer": state, "step": step, "plan": asdict(plan)}, part)
            part.replace(path)
            saved = time.monotonic()
    return network.eval()


def _loss(network: Any, inputs: dict[str, Any]) -> Any:
    """Return the mean cross-entropy of the taught names, by their weights."""
    from torch.nn.functional import cross_entropy

    labels, weights = inputs.pop("labels")[:, 1:], inputs.pop("weights")[:, 1:]
    logits = network(**inputs).logits[:, :-1]
    each = cross_entropy(logits.transpose(1, 2), labels, ignore_index=_IGNORED, reduction="none")
    return (each * weights).sum() / (weights * (labels != _IGNORED)).sum()


def _share(step: int, plan: PlannerPlan) -> float:
    if step < plan.warmup:
        return (step + 1) / plan.warmup
    done = (step - plan.warmup) / max(1, plan.steps - plan.warmup)
    return max(0.05, 0.5 * (1 + math.cos(math.pi * done)))


def _tensors(lessons: Sequence[Lesson], draw: random.Random) -> dict[str, Any]:
    """Return token ids, attention mask and labels, each of shape (lessons, longest)."""
    import torch

    ids, drilled = name_ids(), [lesson.drilled(draw) for lesson in lessons]
    longest = 1 + max(len(names) for names, _ in drilled)
    tokens = torch.zeros((len(lessons), longest), dtype=torch.long)
    labels = torch.full((len(lessons), longest), _IGNORED)
    mask = torch.zeros((len(lessons), longest), dtype=torch.long)
    weights = torch.ones((len(lessons), longest))
    for row, (names, taught) in enumerate(drilled):
        sequence = torch.tensor([1, *(ids[name] for name in names)])
        tokens[row, : len(sequence)] = sequence
        mask[row, : len(sequence)] = 1
        labels[row, : len(sequence)] = torch.where(torch.tensor([False, *taught]), sequence, _IGNORED)
        weights[row, 1 : len(sequence)] = torch.tensor([_WEIGHTS.get(name, 1.0) for name in names])
    return {"input_ids": tokens, "attention_mask": mask, "labels": labels, "weights": weights}
