"""Fits the Experiment Model's ensemble to samples: torch, Gaussian negative log-likelihood, early stopping on held-out seeds."""

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
OnEpoch = Callable[[int, int, float], None]
"""Called after each epoch with the number of epochs done, their total, and the held-out loss."""


@dataclass(frozen=True)
class Plan:
    """Number of `members`, fitted for at most `epochs` each, from `seed` on; no member is fitted to the topologies `held_out`."""

    members: int = 5
    epochs: int = 150
    patience: int = 25
    seed: int = 1
    held_out: tuple[int, ...] = ()


class Member(torch.nn.Module):
    """Network of one member: features to means and log variances of the four targets."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.layers = torch.nn.ModuleList(
            [torch.nn.Linear(features, WIDTH), torch.nn.Linear(WIDTH, WIDTH), torch.nn.Linear(WIDTH, 8)]
        )

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return means and log variances, [N, 4] each, for features `x` [N, f]."""
        hidden = torch.nn.functional.silu(self.layers[0](x))
        hidden = torch.nn.functional.silu(self.layers[1](hidden))
        out = self.layers[2](hidden)
        return out[:, :4], out[:, 4:].clamp(-9.0, 4.0)


def fit(data: Samples, plan: Plan, on_epoch: OnEpoch) -> dict[str, Floats]:
    """Return the ensemble's arrays (see `twins.learned.ensemble`), with an uncalibrated scale of 1."""
    held_out = np.isin(data.seed, plan.held_out)
    center, spread = data.x[~held_out].mean(0), data.x[~held_out].std(0) + 1e-3
    target_center, target_spread = data.y[~held_out].mean(0), data.y[~held_out].std(0) + 1e-3
    x, y = _tensor(np.clip((data.x - center) / spread, -8.0, 8.0)), _tensor((data.y - target_center) / target_spread)
    members = [_fit_member(x, y, held_out, plan, index, on_epoch) for index in range(plan.members)]
    arrays = {
        "feature_mean": center,
        "feature_deviation": spread,
        "target_mean": target_center,
        "target_deviation": target_spread,
        "scale": np.ones(4),
    }
    for layer_index in range(3):
        layers = [cast(torch.nn.Linear, member.layers[layer_index]) for member in members]
        arrays[f"weight_{layer_index}"] = np.stack([layer.weight.detach().numpy().T for layer in layers]).astype(np.float32)
        arrays[f"bias_{layer_index}"] = np.stack([layer.bias.detach().numpy() for layer in layers]).astype(np.float32)
    return arrays


def _tensor(values: Floats) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.float32))


def _fit_member(
    x: torch.Tensor, y: torch.Tensor, held_out: NDArray[np.bool_], plan: Plan, index: int, on_epoch: OnEpoch
) -> Member:
    """Fit one member to a bootstrap sample; return the epoch with the lowest loss on held-out seeds."""
    generator = torch.Generator().manual_seed(1000 * plan.seed + index)
    torch.manual_seed(1000 * plan.seed + index)
    train, test = torch.from_numpy(np.flatnonzero(~held_out)), torch.from_numpy(np.flatnonzero(held_out))
    drawn = train[torch.randint(len(train), (len(train),), generator=generator)]
    member = Member(x.shape[1])
    optimizer = torch.optim.AdamW(member.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, plan.epochs)
    lowest, weights, since = float("inf"), member.state_dict(), 0
    for epoch in range(plan.epochs):
        _epoch(member, optimizer, x, y, drawn[torch.randperm(len(drawn), generator=generator)])
        schedule.step()
        with torch.no_grad():
            error = float(_loss(member, x[test], y[test]))
        on_epoch(index * plan.epochs + epoch + 1, plan.members * plan.epochs, error)
        since += 1
        if error < lowest:
            lowest, weights, since = error, {name: value.clone() for name, value in member.state_dict().items()}, 0
        if since >= plan.patience:
            break
    member.load_state_dict(weights)
    return member


def _epoch(member: Member, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor, order: torch.Tensor) -> None:
    for batch in torch.split(order, BATCH):
        optimizer.zero_grad()
        _loss(member, x[batch], y[batch]).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(member.parameters(), 5.0)
        optimizer.step()


def _loss(member: Member, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Negative log-likelihood plus half the squared error, because a large predicted variance would hide large errors."""
    mean, log_variance = member(x)
    squared = (y - mean) ** 2
    likelihood: torch.Tensor = 0.5 * (squared * torch.exp(-log_variance) + log_variance)
    total: torch.Tensor = (likelihood + 0.5 * squared).mean()
    return total
