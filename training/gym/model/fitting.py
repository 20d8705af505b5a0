"""Fits the Experiment Model's ensemble to samples: torch, Gaussian negative log-likelihood, seeds held out to stop by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from training.gym.model.samples import Samples
from twins.learned.arrays import Floats

WIDTH, BATCH, RATE, DECAY = 64, 256, 3e-3, 1e-3
Told = Callable[[int, int, float], None]


@dataclass(frozen=True)
class Plan:
    """How many `members` are fitted for at most `epochs`, from `seed` on; the seeds `held_out` are fitted by none."""

    members: int = 5
    epochs: int = 150
    patience: int = 25
    seed: int = 1
    held_out: tuple[int, ...] = ()


class Member(torch.nn.Module):
    """Features to means and log variances of the four targets."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList(
            [torch.nn.Linear(features, WIDTH), torch.nn.Linear(WIDTH, WIDTH), torch.nn.Linear(WIDTH, 8)]
        )

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return means and log variances, [N, 4] each."""
        hidden = torch.nn.functional.silu(self.layers[0](x))
        hidden = torch.nn.functional.silu(self.layers[1](hidden))
        out = self.layers[2](hidden)
        return out[:, :4], out[:, 4:].clamp(-9.0, 4.0)


def fitted(data: Samples, plan: Plan, told: Told) -> dict[str, Floats]:
    """Return the ensemble's arrays (`twins.learned.Ensemble`), with a scale of 1 still to be calibrated."""
    held = np.isin(data.seed, plan.held_out)
    center, spread = data.x[~held].mean(0), data.x[~held].std(0) + 1e-3
    target_center, target_spread = data.y[~held].mean(0), data.y[~held].std(0) + 1e-3
    x, y = _tensor(np.clip((data.x - center) / spread, -8.0, 8.0)), _tensor((data.y - target_center) / target_spread)
    members = [_member(x, y, held, plan, index, told) for index in range(plan.members)]
    arrays = {
        "feature_mean": center,
        "feature_deviation": spread,
        "target_mean": target_center,
        "target_deviation": target_spread,
        "scale": np.ones(4),
    }
    for place in range(3):
        layers = [cast(torch.nn.Linear, member.layers[place]) for member in members]
        arrays[f"weight_{place}"] = np.stack([layer.weight.detach().numpy().T for layer in layers]).astype(np.float32)
        arrays[f"bias_{place}"] = np.stack([layer.bias.detach().numpy() for layer in layers]).astype(np.float32)
    return arrays


def _tensor(values: Floats) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.float32))


def _member(x: torch.Tensor, y: torch.Tensor, held: NDArray[np.bool_], plan: Plan, index: int, told: Told) -> Member:
    """Fit one member on a bootstrap sample; the epoch with the least error on held-out seeds stays."""
    generator = torch.Generator().manual_seed(1000 * plan.seed + index)
    torch.manual_seed(1000 * plan.seed + index)
    known, open_ = torch.from_numpy(np.flatnonzero(~held)), torch.from_numpy(np.flatnonzero(held))
    drawn = known[torch.randint(len(known), (len(known),), generator=generator)]
    member = Member(x.shape[1])
    optimizer = torch.optim.AdamW(member.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, plan.epochs)
    best, kept, since = float("inf"), member.state_dict(), 0
    for epoch in range(plan.epochs):
        _epoch(member, optimizer, x, y, drawn[torch.randperm(len(drawn), generator=generator)])
        schedule.step()
        with torch.no_grad():
            error = float(_loss(member, x[open_], y[open_]))
        told(index * plan.epochs + epoch + 1, plan.members * plan.epochs, error)
        since += 1
        if error < best:
            best, kept, since = error, {name: value.clone() for name, value in member.state_dict().items()}, 0
        if since >= plan.patience:
            break
    member.load_state_dict(kept)
    return member


def _epoch(member: Member, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor, order: torch.Tensor) -> None:
    for batch in torch.split(order, BATCH):
        optimizer.zero_grad()
        _loss(member, x[batch], y[batch]).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(member.parameters(), 5.0)
        optimizer.step()


def _loss(member: Member, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Negative log-likelihood, with half the weight on the plain squared error: variance alone would hide large errors."""
    mean, log_variance = member(x)
    squared = (y - mean) ** 2
    likelihood: torch.Tensor = 0.5 * (squared * torch.exp(-log_variance) + log_variance)
    total: torch.Tensor = (likelihood + 0.5 * squared).mean()
    return total
