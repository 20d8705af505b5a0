"""Train the beam predictor: top to bottom, resumable after a kill, the same weights for the same seed and steps on the same
machine.

1. A pool of trajectories is simulated once (`experience.gather`); batch n is chosen from seed and n alone.
2. The network runs along each trajectory and is given what it asked to be measured: the policy that is trained is the one that
   serves. How many of its likeliest beams are measured (0 to 3) is drawn for each trajectory, so that one network serves all.
3. The loss is the cross-entropy of the genie's beam at the next burst; mirrored trajectories (left for right) double the pool.
4. AdamW, warm-up then cosine; gradients clipped; the weights that are kept are an exponential moving average.
5. `checkpoint.pt` (atomic) and `log.jsonl` lie in the work folder.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from tools.beams.network import MOST_TOP, STRIDE, BeamNetwork, measured_set
from training.beams.experience import Experience, Ranges

TOP_SHARES = (0.5, 0.2, 0.2, 0.1)  # of trajectories with 0 to 3 beams of their own measured


@dataclass(frozen=True)
class Plan:
    """What to train: `groups` of 128 trajectories as pool, `steps` of `batch` trajectories, network `width`, peak `rate`,
    `warmup` steps, `average` decay, `seed`; `ranges` to draw from.
    """

    groups: int = 64
    steps: int = 600
    batch: int = 64
    width: int = 16
    rate: float = 5e-3
    warmup: int = 40
    average: float = 0.99
    seed: int = 1
    ranges: Ranges = field(default_factory=Ranges)


@dataclass
class Progress:
    """Where training stands: weights, their average, the optimizer, the next step."""

    network: BeamNetwork
    average: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0


def begin(plan: Plan) -> Progress:
    """Return fresh weights from the plan's seed."""
    torch.manual_seed(plan.seed)
    network = BeamNetwork(plan.ranges.array.beams, plan.width).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=1e-3)
    return Progress(network, {name: value.clone() for name, value in network.state_dict().items()}, optimizer)


def learning_rate(plan: Plan, step: int) -> float:
    """Linear warm-up, then a cosine to a fiftieth of the peak at the last step."""
    if step < plan.warmup:
        return plan.rate * (step + 1) / plan.warmup
    done = (step - plan.warmup) / max(plan.steps - plan.warmup, 1)
    return plan.rate * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0))))


class Batch(NamedTuple):
    """N trajectories: `measured` [N, T, B] dBm, `best` [N, T], at which burst of the rotation each begins `offset` [N], and
    how many of its likeliest beams are measured `top` [N].
    """

    measured: Tensor
    best: Tensor
    offset: Tensor
    top: Tensor


def draw_batch(experience: Experience, plan: Plan, step: int) -> Batch:
    """Return batch `step`."""
    chance = np.random.default_rng([plan.seed, step])
    rows = chance.integers(0, len(experience.best), plan.batch)
    measured, best = experience.measured[rows].astype(np.float32), experience.best[rows].astype(np.int64)
    beams = measured.shape[2]
    mirror = (-np.arange(beams)) % beams  # beam b points to sin(azimuth) = 2 (b - B/2) / B
    turned = chance.random(plan.batch) < 0.5
    measured = np.where(turned[:, None, None], measured[:, :, mirror], measured)
    best = np.where(turned[:, None], (-best) % beams, best)
    offset, top = chance.integers(0, STRIDE, plan.batch), chance.choice(MOST_TOP + 1, plan.batch, p=TOP_SHARES)
    return Batch(*(torch.from_numpy(one) for one in (measured, best, offset, top)))


def follow(network: BeamNetwork, batch: Batch) -> Tensor:
    """Run along trajectories, measuring as in service; returns the logits [N, T - 1, B] of the beam at each next burst."""
    number, bursts, beams = batch.measured.shape
    state, logits = network.start(number), None
    turn = torch.arange(beams)[None, :] % STRIDE
    told = []
    for burst in range(bursts - 1):
        shared = turn == ((batch.offset + burst) % STRIDE)[:, None]
        known = measured_set(shared, None if logits is None else logits.detach(), batch.top)
        logits, state = network(torch.where(known, batch.measured[:, burst], torch.nan), state)
        told.append(logits)
    return torch.stack(told, dim=1)


def train_step(experience: Experience, plan: Plan, progress: Progress) -> dict[str, float]:
    """Take one step; returns cross-entropy (nat) and top-1 accuracy. Raises FloatingPointError where the loss is not finite."""
    batch = draw_batch(experience, plan, progress.step)
    logits, best = follow(progress.network, batch), batch.best[:, 1:]
    loss = functional.cross_entropy(logits.flatten(0, 1), best.flatten())
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
        if value.is_floating_point():
            progress.average[name].lerp_(value, 1.0 - decay)
    progress.step += 1
    return {"cross_entropy": loss.item(), "top1": (logits.argmax(-1) == best).float().mean().item()}


def save(progress: Progress, plan: Plan, path: Path) -> None:
    """Write a checkpoint; a kill leaves the last whole one."""
    state = {
        "network": progress.network.state_dict(),
        "average": progress.average,
        "optimizer": progress.optimizer.state_dict(),
        "step": progress.step,
        "plan": _told(plan),
    }
    temporary = path.with_suffix(".part")
    torch.save(state, temporary)
    temporary.replace(path)


def resume(plan: Plan, path: Path) -> Progress:
    """Continue from `path` if it is there; raises ValueError where it belongs to another plan."""
    progress = begin(plan)
    if not path.exists():
        return progress
    state: dict[str, Any] = torch.load(path, weights_only=True)
    if state["plan"] != _told(plan):
        changed = sorted(name for name, value in _told(plan).items() if state["plan"].get(name) != value)
        raise ValueError(f"{path} was begun with other {', '.join(changed)}: give the same, or another work folder")
    progress.network.load_state_dict(state["network"])
    progress.optimizer.load_state_dict(state["optimizer"])
    progress.average, progress.step = state["average"], state["step"]
    return progress


def train(
    plan: Plan, experience: Experience, work: Path, report: Callable[[int, dict[str, float]], None], every: int = 20
) -> Progress:
    """Train to `plan.steps`, from the checkpoint in `work` if there is one; `report(step, means)` every `every` steps."""
    work.mkdir(parents=True, exist_ok=True)
    checkpoint, log = work / "checkpoint.pt", work / "log.jsonl"
    progress = resume(plan, checkpoint)
    sums: dict[str, float] = {}
    count, since = 0, time.perf_counter()
    while progress.step < plan.steps:
        for name, value in train_step(experience, plan, progress).items():
            sums[name] = sums.get(name, 0.0) + value
        count += 1
        if progress.step % every == 0 or progress.step == plan.steps:
            means = {name: value / count for name, value in sums.items()}
            means |= {"rate": learning_rate(plan, progress.step), "seconds_per_step": (time.perf_counter() - since) / count}
            save(progress, plan, checkpoint)
            with log.open("a", encoding="utf-8") as lines:
                lines.write(
                    json.dumps({"step": progress.step, **{name: round(value, 6) for name, value in means.items()}}) + "\n"
                )
            report(progress.step, means)
            sums, count, since = {}, 0, time.perf_counter()
    return progress


def _told(plan: Plan) -> dict[str, Any]:
    """The plan as plain values, which compare equal after a file."""
    told: dict[str, Any] = json.loads(
        json.dumps({**asdict(plan), "ranges": {**asdict(plan.ranges), "array": plan.ranges.array.codebook}})
    )
    return told
