"""Train the beam predictor: resumable, and reproducible for the same seed and steps on the same machine.

1. A pool of trajectories is simulated once (`experience.gather`); batch n depends on seed and n only.
2. The network runs along each trajectory and sees only the beams that it measures, so the trained policy is the one in service.
   The number of likeliest beams measured (0 to 3) is drawn per trajectory, so that one network serves all numbers.
3. The loss is the cross-entropy of the genie's beam at the next burst; mirrored trajectories (left for right) double the pool.
4. AdamW, warm-up then cosine, gradients clipped; the final weights are an exponential moving average.
5. `checkpoint.pt` (atomic) and `log.jsonl` are in the work folder.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from tools.beams.network import MAX_TOP, STRIDE, BeamNetwork, measured_set
from training.beams.experience import Experience, Ranges
from training.loop import Progress, Report, Schedule, run

TOP_SHARES = (0.5, 0.2, 0.2, 0.1)  # shares of trajectories with 0 to 3 likeliest beams measured


@dataclass(frozen=True)
class Plan(Schedule):
    """Training plan: a pool of `groups` of 128 trajectories from `ranges`, `steps` of `batch` trajectories, network `width`.

    Learning rate and averaging as in `Schedule`.
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

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as plain values, with the antenna array as its codebook's name."""
        values: dict[str, Any] = json.loads(
            json.dumps({**asdict(self), "ranges": {**asdict(self.ranges), "array": self.ranges.array.codebook}})
        )
        return values


def begin(plan: Plan) -> Progress[BeamNetwork]:
    """Return the initial state from the plan's seed."""
    torch.manual_seed(plan.seed)
    network = BeamNetwork(plan.ranges.array.beams, plan.width).train()
    return Progress.of(network, torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=1e-3))


class Batch(NamedTuple):
    """N trajectories: `measured` [N, T, B] in dBm, `best` beam [N, T].

    `offset` [N] is the burst of the rotation at which each starts, `top` [N] the number of its likeliest beams to measure.
    """

    measured: Tensor
    best: Tensor
    offset: Tensor
    top: Tensor


def draw_batch(experience: Experience, plan: Plan, step: int) -> Batch:
    """Return the batch of `step`."""
    rng = np.random.default_rng([plan.seed, step])
    rows = rng.integers(0, len(experience.best), plan.batch)
    measured, best = experience.measured[rows].astype(np.float32), experience.best[rows].astype(np.int64)
    beams = measured.shape[2]
    mirror = (-np.arange(beams)) % beams  # beam b points to sin(azimuth) = 2 (b - B/2) / B
    mirrored = rng.random(plan.batch) < 0.5
    measured = np.where(mirrored[:, None, None], measured[:, :, mirror], measured)
    best = np.where(mirrored[:, None], (-best) % beams, best)
    offset, top = rng.integers(0, STRIDE, plan.batch), rng.choice(MAX_TOP + 1, plan.batch, p=TOP_SHARES)
    return Batch(*(torch.from_numpy(array) for array in (measured, best, offset, top)))


def follow(network: BeamNetwork, batch: Batch) -> Tensor:
    """Run along trajectories, measuring as in service; returns the logits [N, T - 1, B] of the beam at each next burst."""
    number, bursts, beams = batch.measured.shape
    state, logits = network.start(number), None
    rotation = torch.arange(beams)[None, :] % STRIDE
    all_logits = []
    for burst in range(bursts - 1):
        shared = rotation == ((batch.offset + burst) % STRIDE)[:, None]
        mask = measured_set(shared, None if logits is None else logits.detach(), batch.top)
        logits, state = network(torch.where(mask, batch.measured[:, burst], torch.nan), state)
        all_logits.append(logits)
    return torch.stack(all_logits, dim=1)


def train_step(experience: Experience, plan: Plan, progress: Progress[BeamNetwork]) -> dict[str, float]:
    """Take one step; returns cross-entropy (nat) and top-1 accuracy. Raises FloatingPointError if the loss is not finite."""
    batch = draw_batch(experience, plan, progress.step)
    logits, best = follow(progress.network, batch), batch.best[:, 1:]
    loss = functional.cross_entropy(logits.flatten(0, 1), best.flatten())
    progress.descend(plan, loss)
    return {"cross_entropy": loss.item(), "top1": (logits.argmax(-1) == best).float().mean().item()}


def train(
    plan: Plan, experience: Experience, work: Path, report: Report, every: int = 20, until: int | None = None
) -> Progress[BeamNetwork]:
    """Train until `plan.steps` or `until`, resuming from a checkpoint in `work`; see `training.loop.run`."""
    progress = begin(plan)
    run(progress, plan, work, lambda: train_step(experience, plan, progress), report, every, until)
    return progress
