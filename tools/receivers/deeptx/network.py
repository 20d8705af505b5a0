"""The receiver trained with DeepTx: DeepRx's stages on a slot whose pilots are superimposed on the data.

1. The received grid is first derotated by the pilot sequence, so that every resource element carries the same known pilot, and by
   the mean delay estimated from the pilots, so that the channel varies slowly over frequency.
2. The channel is estimated by weighted local averaging over time and frequency: first from the pilots alone, with data as
   interference; after each stage again from pilots and soft decisions together (expectation maximization, with learned windows).
3. Between the averages DeepRx's stages (`tools.receivers.deeprx.network.Stage`) correct the estimate and rate its uncertainty;
   then the antennas are combined and the learned constellation is demapped in closed form.
4. The untrained network is this iterative receiver itself. The gradient passes through the decisions back to the pilots;
   otherwise training would not see the benefit of pilot power.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from tools.receivers.classical.detection import combine
from tools.receivers.deeprx.network import Stage, StageOutput
from tools.receivers.deeptx.constellation import demap
from tools.receivers.deeptx.transmitter_network import ORDERS

DILATIONS: tuple[tuple[tuple[int, int], ...], ...] = (
    ((1, 1), (2, 3)),
    ((1, 1), (2, 3), (1, 6)),
    ((1, 1), (2, 3)),
)  # (time, frequency) of each block, by stage; divisors of a slot's 14 symbols and a PRB's 12 subcarriers
REACH = (6, 8)  # of a window, in symbols and subcarriers on either side
WIDTHS = (
    (4.0, 4.0),
    (2.5, 2.5),
    (2.5, 2.5),
    (2.5, 2.5),
)  # initial standard deviations of the windows, first estimate first


class PilotedSlot(NamedTuple):
    """Network input for B slots, R antennas and S subcarriers.

    `received` complex[B, R, 14, S], derotated by the pilots, amplitude relative to the slot's mean; `noise` float[B], variance;
    `split` float[14, S], the pilot's share of the power; `points` complex[2^order], the constellation; `order` bits per symbol.
    """

    received: Tensor
    noise: Tensor
    split: Tensor
    points: Tensor
    order: int


class SoftSymbols(NamedTuple):
    """Soft estimate of the transmitted symbols: `mean` complex and `variance` float, both [B, 14, S]."""

    mean: Tensor
    variance: Tensor


class Window(nn.Module):
    """Channel estimate by local averaging with a learned positive window, separable in time and frequency."""

    def __init__(self, widths: tuple[float, float]) -> None:
        super().__init__()
        steps = (torch.arange(-reach, reach + 1) / width for reach, width in zip(REACH, widths, strict=True))
        self.log_time, self.log_frequency = (nn.Parameter(-0.5 * step**2) for step in steps)

    def forward(self, received: Tensor, soft: SoftSymbols, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Return the response complex[B, R, 14, S] and its error variance float[B, 14, S] due to noise and unknown data.

        Least squares in the window, with each resource element weighted by the inverse of its noise and symbol variance.
        """
        over_time, over_frequency = self.log_time.exp(), self.log_frequency.exp()
        weight = 1.0 / (noise[:, None, None] + soft.variance)
        power = weight * (soft.mean.real.square() + soft.mean.imag.square())
        matched = received * (weight * soft.mean.conj())[:, None]
        antennas = received.shape[1]
        sums = _average(torch.cat([matched.real, matched.imag, power[:, None]], dim=1), over_time, over_frequency)
        spread = _average(power, over_time.square(), over_frequency.square())
        total = sums[:, -1].clamp_min(1e-6)
        response = torch.complex(sums[:, :antennas], sums[:, antennas:-1]) / total[:, None]
        return response, spread / total.square()


class ReceiverNetwork(nn.Module):
    """The network, `channels` wide. The antennas share all weights and are joined by combining."""

    def __init__(self, channels: int = 24) -> None:
        super().__init__()
        self.channels = channels
        self.windows = nn.ModuleList(Window(widths) for widths in WIDTHS)
        self.stages = nn.ModuleList(Stage(channels, dilations) for dilations in DILATIONS)
        self.bits = nn.Conv2d(channels, max(ORDERS), 1)
        nn.init.zeros_(self.bits.weight)
        nn.init.zeros_(self.bits.bias)  # type: ignore[arg-type]

    def forward(self, slot: PilotedSlot) -> list[StageOutput]:
        """Return the output of every stage, the last is the receiver's; LLRs float[B, 14 S, order], frequency first."""
        batch, antennas = slot.received.shape[:2]
        shape = (batch, *slot.split.shape)
        soft = SoftSymbols(slot.split.sqrt().expand(shape).to(torch.complex64), (1.0 - slot.split).expand(shape))
        response, error = self.windows[0](slot.received, soft, slot.noise)
        ramp = _delay_ramp(response.detach())
        slot, response = slot._replace(received=slot.received * ramp.conj()), response * ramp.conj()
        doubt, outputs = _doubt(error, slot.noise), list[StageOutput]()
        state: Tensor | None = None
        _, soft = _decide(slot, response, doubt)
        for window, stage in zip(self.windows[1:], self.stages, strict=True):
            response, error = window(slot.received, soft, slot.noise)
            doubt = _doubt(error, slot.noise)
            correction, hidden, state = stage(_planes(slot, response, soft, doubt), state)
            correction = correction.unflatten(0, (batch, antennas))
            response = response + torch.complex(correction[:, :, 0], correction[:, :, 1])
            doubt = doubt + hidden.unflatten(0, (batch, antennas)).mean(dim=1)[:, 0]
            llr, soft = _decide(slot, response, doubt)
            outputs.append(StageOutput(llr, response * ramp))
        assert state is not None
        mean_state = state.reshape(batch, antennas, *state.shape[1:]).mean(dim=1)
        extra = self.bits(torch.relu(mean_state))  # [B, 6, 14, S]
        extra = extra.permute(0, 2, 3, 1)[..., : slot.order].flatten(1, 2)
        return [*outputs[:-1], StageOutput(outputs[-1].llr + extra, outputs[-1].response)]


def _average(planes: Tensor, over_time: Tensor, over_frequency: Tensor) -> Tensor:
    """Sum float[..., 14, S] in the window with banded matrices, which is many times faster than a single-channel convolution."""
    symbols, subcarriers = planes.shape[-2:]
    summed: Tensor = _banded(over_time, symbols) @ (planes @ _banded(over_frequency, subcarriers).T)
    return summed


def _banded(taps: Tensor, size: int) -> Tensor:
    """Matrix [size, size] that sums neighbours with weights `taps`, the middle tap on its diagonal."""
    reach, index = len(taps) // 2, torch.arange(size)
    tap = index[None] - index[:, None] + reach
    return taps[tap.clamp(0, 2 * reach)] * ((tap >= 0) & (tap <= 2 * reach))


def _delay_ramp(response: Tensor) -> Tensor:
    """Phases complex[B, 1, 1, S] of each slot's mean delay, from the mean rotation between neighbouring subcarriers."""
    rotation = (response[..., 1:] * response[..., :-1].conj()).sum(dim=(1, 2, 3)).angle()
    phases = rotation[:, None] * torch.arange(response.shape[-1])
    return torch.polar(torch.ones_like(phases), phases)[:, None, None]


def _doubt(error: Tensor, noise: Tensor) -> Tensor:
    """Log of the factor by which the estimation error variance increases the noise of a resource element, float[B, 14, S]."""
    return (error / noise[:, None, None]).log1p()


def _decide(slot: PilotedSlot, response: Tensor, doubt: Tensor) -> tuple[Tensor, SoftSymbols]:
    """Combine and demap: LLRs [B, 14 S, order], and the soft symbols."""
    noise = slot.noise[:, None, None, None] * doubt[:, None].exp()
    symbols, spread = combine(slot.received, response, noise)
    data = (1.0 - slot.split).clamp_min(1e-6)
    llr, mean, variance = demap((symbols - slot.split.sqrt()) / data.sqrt(), spread / data, slot.points)
    return llr.flatten(1, 2), SoftSymbols(data.sqrt() * mean + slot.split.sqrt(), data * variance)


def _planes(slot: PilotedSlot, response: Tensor, soft: SoftSymbols, doubt: Tensor) -> Tensor:
    """Input of a stage [B R, 14, 14, S]: estimate, innovation, received; decisions, doubt, split, noise, modulation order."""
    batch, antennas = response.shape[:2]
    innovation = (slot.received - response * soft.mean[:, None]) * soft.mean.conj()[:, None]
    per_antenna = torch.stack([part for grid in (response, innovation, slot.received) for part in (grid.real, grid.imag)], dim=2)
    order = torch.tensor([float(slot.order == candidate) for candidate in ORDERS])
    flat = torch.cat([(slot.noise.log() / 5.0)[:, None], order.expand(batch, -1)], dim=1)[:, :, None, None]
    grids = [soft.mean.abs().square(), soft.variance, doubt, slot.split.expand(batch, -1, -1)]
    shared = torch.cat([torch.stack(grids, dim=1), flat.expand(-1, -1, *response.shape[2:])], dim=1)
    planes = torch.cat([per_antenna, shared[:, None].expand(-1, antennas, -1, -1, -1)], dim=2)
    return planes.flatten(0, 1)
