"""DeepRx in real arithmetic, for runtimes without complex numbers, with the same weights and results.

Complex values have a last dimension of 2, real and imaginary part. LLRs are computed on the whole grid; those of the data
elements are the receiver's output, in the order of `DeepRx`.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from tools.receivers.classical.qam import pam
from tools.receivers.deeprx.network import ORDERS, DeepRx

_FAR = 1e3  # symbols: excludes symbols without DMRS from the minimum distance


class _Grid(NamedTuple):
    """Values common to all stages: the inputs of `RealDeepRx.forward`, and the constant planes [B, 7, 14, S]."""

    received: Tensor
    noise: Tensor
    pilots: Tensor
    data: Tensor
    constants: Tensor


class _Decision(NamedTuple):
    """LLRs [B, 14, S, order], soft symbols [B, 14, S, 2] and their variance [B, 14, S]."""

    llr: Tensor
    soft: Tensor
    variance: Tensor


class RealDeepRx(nn.Module):
    """DeepRx for `order` bits per symbol, on real tensors; any number of slots, antennas and subcarriers."""

    def __init__(self, network: DeepRx, order: int) -> None:
        super().__init__()
        if order not in ORDERS:
            raise ValueError(f"order={order} is none of {ORDERS}: DeepRx demaps these bits per symbol")
        self.order, self.stages, self.bits = order, network.stages, network.bits
        levels, labels = pam(order)
        self.register_buffer("levels", levels)
        self.register_buffer("ones", labels.T.contiguous())  # [bits, L]
        self.levels: Tensor
        self.ones: Tensor

    def forward(self, received: Tensor, initial: Tensor, noise: Tensor, pilots: Tensor, data: Tensor) -> tuple[Tensor, Tensor]:
        """Return LLRs float[B, 14, S, order] and the response float[B, R, 14, S, 2], amplitudes as in `SlotInput`.

        `received` and `initial` (LS estimate) float[B, R, 14, S, 2]; `noise` float[B]; `pilots` float[14, S, 2]; `data`
        float[14, S], 1 at data elements.
        """
        grid = _Grid(received, noise, pilots, data, self._constant_planes(noise, pilots, data))
        batch, antennas = received.shape[:2]
        response, state, doubt = initial, None, torch.zeros_like(received[:, 0, ..., 0])
        decision = self._decide(grid, response, doubt)
        for stage in self.stages:
            planes = _planes(grid, response, decision, doubt)
            correction, hidden, state = stage(planes, state)
            response = response + correction.unflatten(0, (batch, antennas)).permute(0, 1, 3, 4, 2)
            doubt = hidden.unflatten(0, (batch, antennas)).mean(dim=1)[:, 0]
            decision = self._decide(grid, response, doubt)
        assert state is not None
        extra = self.bits(torch.relu(state.unflatten(0, (batch, antennas)).mean(dim=1)))
        return decision.llr + extra.permute(0, 2, 3, 1)[..., : self.order], response

    def _constant_planes(self, noise: Tensor, pilots: Tensor, data: Tensor) -> Tensor:
        is_pilot = (pilots.square().sum(dim=-1) > 0).to(data.dtype)
        index = torch.arange(data.shape[0], dtype=data.dtype)
        to_dmrs = (index[:, None] - index[None]).abs() + _FAR * (1.0 - is_pilot.amax(dim=1))[None]
        distance = (to_dmrs.amin(dim=1) / 7.0)[:, None] * torch.ones_like(data)
        orders = [torch.full_like(data, float(self.order == candidate)) for candidate in ORDERS]
        fixed = torch.stack([data, is_pilot, distance])[None] + torch.zeros_like(noise)[:, None, None, None]
        level = (noise.log() / 5.0)[:, None, None, None] * torch.ones_like(data)
        return torch.cat([fixed, level, torch.stack(orders)[None] + torch.zeros_like(level)], dim=1)

    def _decide(self, grid: _Grid, response: Tensor, doubt: Tensor) -> _Decision:
        noise = grid.noise[:, None, None] * doubt.exp()
        gain = (response.square().sum(dim=(1, 4)) / noise).clamp_min(1e-9)
        symbols = _conjugate_product(response, grid.received).sum(dim=1) / (noise * gain)[..., None]
        metric = -((symbols[..., None] - self.levels) ** 2) * gain.clamp_max(1e9)[..., None, None]  # [B, 14, S, 2, L]
        lowest = -1e30
        llrs = [
            torch.where(is_one > 0, metric, lowest).logsumexp(-1) - torch.where(is_one > 0, lowest, metric).logsumexp(-1)
            for is_one in self.ones
        ]
        weights = metric.softmax(-1)
        mean = (weights * self.levels).sum(-1)
        second = (weights * self.levels**2).sum(-1).sum(-1)
        variance = (second - mean.square().sum(-1)).clamp_min(0.0)
        soft = torch.where(grid.data[..., None] > 0, mean, grid.pilots)
        return _Decision(torch.stack(llrs, dim=-2).flatten(-2), soft, variance * grid.data)


def _conjugate_product(left: Tensor, right: Tensor) -> Tensor:
    """conj(left) * right, of real and imaginary parts in the last dimension."""
    real = left[..., 0] * right[..., 0] + left[..., 1] * right[..., 1]
    imaginary = left[..., 0] * right[..., 1] - left[..., 1] * right[..., 0]
    return torch.stack([real, imaginary], dim=-1)


def _planes(grid: _Grid, response: Tensor, decision: _Decision, doubt: Tensor) -> Tensor:
    """Input of a stage [B R, PLANES, 14, S], in the order of `DeepRx`."""
    soft, power = decision.soft[:, None], decision.soft.square().sum(dim=-1)
    innovation = _conjugate_product(soft, grid.received) - response * power[:, None, ..., None]
    shared = torch.cat([torch.stack([power, decision.variance, doubt], dim=1), grid.constants], dim=1)[:, None]
    per_antenna = torch.cat([response, innovation], dim=-1).permute(0, 1, 4, 2, 3)
    planes = torch.cat([per_antenna, shared + torch.zeros_like(per_antenna[:, :, :1])], dim=2)
    return planes.flatten(0, 1)
