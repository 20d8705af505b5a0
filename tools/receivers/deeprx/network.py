"""DeepRx: a fully convolutional residual receiver over the whole slot, after Honkala, Korpi and Huttunen (2021).

As in the paper, the input is the received grid, the raw channel estimate at the DMRS and the DMRS pattern; residual blocks of
dilated depthwise-separable convolutions process time and frequency jointly; the output is one LLR per bit, trained by binary
cross-entropy. Differences, each for quality per operation (a few tens of thousands of weights instead of a million):

1. Three stages with a combining layer between them, as in "DeepRx MIMO" (Korpi et al. 2021): a stage corrects the channel
   estimate, symbols are combined and demapped with it in closed form, and soft decisions serve the next stage as further pilots.
2. The receive antennas share the weights and are joined in the combining layers, so any number of antennas can be used.
3. Modulation orders 2, 4 and 6 share all weights; the order is an input, and demapping uses the constellation.
4. No batch normalization: the second convolution of each block starts at zero, so that the untrained network *is* LS + combining.
5. The loss includes the cross-entropy of every stage and the error of its channel estimate.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from tools.receivers.classical.detection import combine
from tools.receivers.classical.qam import soft_demap

ORDERS = (2, 4, 6)
PLANES = 14
DILATIONS: tuple[tuple[tuple[int, int], ...], ...] = (
    ((1, 1), (2, 3), (1, 6)),
    ((1, 1), (2, 3), (2, 6)),
    ((1, 1), (2, 3), (2, 6)),
)  # (time, frequency) of each block, by stage; divisors of a slot's 14 symbols and a PRB's 12 subcarriers, see `Block`


class SlotInput(NamedTuple):
    """Network input for B slots, R antennas and S subcarriers; amplitudes relative to the slot's mean.

    `received` and `initial` (LS estimate) complex[B, R, 14, S]; `noise` float[B], variance; `pilots` complex[14, S]; `data`
    bool[14, S]; `order` bits per symbol.
    """

    received: Tensor
    initial: Tensor
    noise: Tensor
    pilots: Tensor
    data: Tensor
    order: int


class StageOutput(NamedTuple):
    """Output of a stage: `llr` float[B, N, order] at the N data elements, `response` complex[B, R, 14, S]."""

    llr: Tensor
    response: Tensor


class Block(nn.Module):
    """Two dilated depthwise-separable convolutions with a residual connection.

    The gradient of a dilated depthwise convolution is slow on a CPU. In training the grid is therefore folded, so that elements
    one dilation apart become neighbours, and convolved without dilation: the same result in a third of the time.
    """

    def __init__(self, channels: int, dilation: tuple[int, int]) -> None:
        super().__init__()
        self.dilation = dilation
        self.depth_a, self.point_a = _depthwise(channels, dilation), nn.Conv2d(channels, channels, 1)
        self.depth_b, self.point_b = _depthwise(channels, dilation), nn.Conv2d(channels, channels, 1)
        nn.init.zeros_(self.point_b.weight)
        nn.init.zeros_(self.point_b.bias)  # type: ignore[arg-type]

    def forward(self, state: Tensor) -> Tensor:
        """Map [B, C, 14, S] to the same shape."""
        if self.training and self.dilation != (1, 1):
            return _unfold(self._forward_folded(_fold(state, self.dilation)), self.dilation, state)
        inner = self.point_a(self.depth_a(torch.relu(state)))
        out: Tensor = state + self.point_b(self.depth_b(torch.relu(inner)))
        return out

    def _forward_folded(self, state: Tensor) -> Tensor:
        inner = self.point_a(_dense(self.depth_a, torch.relu(state)))
        out: Tensor = state + self.point_b(_dense(self.depth_b, torch.relu(inner)))
        return out


class Stage(nn.Module):
    """Corrects the channel estimate of each antenna and rates its uncertainty (`doubt`)."""

    def __init__(self, channels: int, dilations: tuple[tuple[int, int], ...]) -> None:
        super().__init__()
        self.enter = nn.Conv2d(PLANES, channels, 3, padding=1)
        self.blocks = nn.Sequential(*(Block(channels, dilation) for dilation in dilations))
        self.correction, self.doubt = nn.Conv2d(channels, 2, 1), nn.Conv2d(channels, 1, 1)
        for head in (self.correction, self.doubt):
            nn.init.zeros_(head.weight)
            nn.init.zeros_(head.bias)  # type: ignore[arg-type]

    def forward(self, planes: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """Map planes [B R, PLANES, 14, S] and the previous state to correction [.., 2, ..], doubt [.., 1, ..] and state."""
        if not self.training:  # channels last is faster in inference; in training, on the folded grid, it is not
            planes = planes.contiguous(memory_format=torch.channels_last)
        entered = self.enter(planes)
        state = self.blocks(entered if state is None else entered + state)
        return self.correction(torch.relu(state)), self.doubt(torch.relu(state)), state


class DeepRx(nn.Module):
    """The network, `channels` wide."""

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        self.channels = channels
        self.stages = nn.ModuleList(Stage(channels, dilations) for dilations in DILATIONS)
        self.bits = nn.Conv2d(channels, max(ORDERS), 1)
        nn.init.zeros_(self.bits.weight)
        nn.init.zeros_(self.bits.bias)  # type: ignore[arg-type]

    def forward(self, slot: SlotInput) -> list[StageOutput]:
        """Return the output of every stage; the last is the receiver's."""
        batch, antennas, symbols, subcarriers = slot.received.shape
        constants = _constant_planes(slot)
        response, doubt = slot.initial, torch.zeros(batch, symbols, subcarriers, device=slot.noise.device)
        state: Tensor | None = None
        outputs: list[StageOutput] = []
        _, soft, soft_variance = _decide(slot, response, doubt)
        for stage in self.stages:
            planes = _planes(slot, response, soft, soft_variance, doubt, constants)
            correction, hidden, state = stage(planes, state)
            correction = correction.unflatten(0, (batch, antennas))
            response = response + torch.complex(correction[:, :, 0], correction[:, :, 1])
            doubt = hidden.unflatten(0, (batch, antennas)).mean(dim=1)[:, 0]
            llr, soft, soft_variance = _decide(slot, response, doubt)
            outputs.append(StageOutput(llr, response))
        assert state is not None  # there is at least one stage
        extra = self.bits(torch.relu(torch.unflatten(state, 0, (batch, antennas)).mean(dim=1)))  # [B, 6, 14, S]
        extra = extra.permute(0, 2, 3, 1)[:, slot.data][..., : slot.order]
        outputs[-1] = StageOutput(outputs[-1].llr + extra, response)
        return outputs


def _depthwise(channels: int, dilation: tuple[int, int]) -> nn.Conv2d:
    return nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation, groups=channels, bias=False)


def _dense(depth: nn.Conv2d, state: Tensor) -> Tensor:
    return nn.functional.conv2d(state, depth.weight, padding=1, groups=depth.groups)


def _fold(state: Tensor, dilation: tuple[int, int]) -> Tensor:
    """[B, C, T, S] to [B dt df, C, T/dt, S/df]."""
    batch, channels, symbols, subcarriers = state.shape
    dt, df = dilation
    split = state.reshape(batch, channels, symbols // dt, dt, subcarriers // df, df)
    return split.permute(0, 3, 5, 1, 2, 4).reshape(batch * dt * df, channels, symbols // dt, subcarriers // df)


def _unfold(folded: Tensor, dilation: tuple[int, int], like: Tensor) -> Tensor:
    """Inverse of `_fold`; `like` has the original shape."""
    batch, channels = like.shape[:2]
    dt, df = dilation
    split = folded.reshape(batch, dt, df, channels, *folded.shape[2:]).permute(0, 3, 4, 1, 5, 2)
    return split.reshape(like.shape)


def _decide(slot: SlotInput, response: Tensor, doubt: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Combine and demap: LLRs [B, N, order], soft symbols complex[B, 14, S] (pilots at pilot elements), and their variance."""
    noise = slot.noise[:, None, None, None] * doubt[:, None].exp()
    symbols, spread = combine(slot.received, response, noise)
    llr, mean, variance = soft_demap(symbols[:, slot.data], spread[:, slot.data], slot.order)
    soft = slot.pilots.expand(len(llr), -1, -1).clone()
    soft[:, slot.data] = mean
    soft_variance = torch.zeros(soft.shape, device=variance.device)
    soft_variance[:, slot.data] = variance
    return llr, soft.detach(), soft_variance.detach()


def _constant_planes(slot: SlotInput) -> Tensor:
    """Planes common to all stages, float[B, 7, 14, S]: data, DMRS, distance to a DMRS symbol, noise, modulation order."""
    batch, _, symbols, subcarriers = slot.received.shape
    device = slot.noise.device
    is_pilot = (slot.pilots.abs() > 0).float()
    dmrs_symbols = torch.nonzero(is_pilot.sum(dim=1) > 0).flatten()
    distance = (torch.arange(symbols, device=device)[:, None] - dmrs_symbols[None]).abs().min(dim=1).values / 7.0
    fixed = torch.stack([slot.data.float(), is_pilot, distance[:, None].expand(symbols, subcarriers).float()])
    order = torch.tensor([float(slot.order == candidate) for candidate in ORDERS], device=device)
    return torch.cat(
        [
            fixed.expand(batch, -1, -1, -1),
            (slot.noise.log()[:, None, None, None] / 5.0).expand(batch, 1, symbols, subcarriers),
            order[None, :, None, None].expand(batch, -1, symbols, subcarriers),
        ],
        dim=1,
    )


def _planes(slot: SlotInput, response: Tensor, soft: Tensor, soft_variance: Tensor, doubt: Tensor, constants: Tensor) -> Tensor:
    """Input of a stage [B R, PLANES, 14, S]: estimate, innovation, power and variance of decisions, doubt, and the constants."""
    antennas = response.shape[1]
    innovation = (slot.received - response * soft[:, None]) * soft.conj()[:, None]
    shared = torch.stack([soft.abs().square(), soft_variance, doubt], dim=1)
    shared = torch.cat([shared, constants], dim=1)[:, None].expand(-1, antennas, -1, -1, -1)
    per_antenna = torch.stack([response.real, response.imag, innovation.real, innovation.imag], dim=2)
    planes = torch.cat([per_antenna, shared], dim=2)
    return planes.flatten(0, 1)
