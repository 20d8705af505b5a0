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
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from tools.beams.network import MOST_TOP, STRIDE, BeamNetwork, measured_set
from training.beams.experience import Experience, Ranges
from training.loop import Progress, Report, Schedule, run

TOP_SHARES = (0.5, 0.2, 0.2, 0.1)  # of trajectories with 0 to 3 beams of their own measured


@dataclass(frozen=True)
class Plan(Schedule):
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

    def told(self) -> dict[str, Any]:
        """Return the plan as plain values; the antenna array by its codebook."""
        told: dict[str, Any] = json.loads(
            json.dumps({**asdict(self), "ranges": {**asdict(self.ranges), "array": self.ranges.array.codebook}})
        )
        return told


def begin(plan: Plan) -> Progress[BeamNetwork]:
    """Return fresh weights from the plan's seed."""
    torch.manual_seed(plan.seed)
    network = BeamNetwork(plan.ranges.array.beams, plan.width).train()
    return Progress.of(network, torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=1e-3))


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


def train_step(experience: Experience, plan: Plan, progress: Progress[BeamNetwork]) -> dict[str, float]:
    """Take one step; returns cross-entropy (nat) and top-1 accuracy. Raises FloatingPointError where the loss is not finite."""
    batch = draw_batch(experience, plan, progress.step)
    logits, best = follow(progress.network, batch), batch.best[:, 1:]
    loss = functional.cross_entropy(logits.flatten(0, 1), best.flatten())
    progress.descend(plan, loss)
    return {"cross_entropy": loss.item(), "top1": (logits.argmax(-1) == best).float().mean().item()}


def train(
    plan: Plan, experience: Experience, work: Path, report: Report, every: int = 20, until: int | None = None
) -> Progress[BeamNetwork]:
    """Train to `plan.steps`, or `until`, from the checkpoint in `work` if there is one; see `training.loop.run`."""
    progress = begin(plan)
    run(progress, plan, work, lambda: train_step(experience, plan, progress), report, every, until)
    return progress
