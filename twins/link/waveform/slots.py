"""Received slots: the input of every receiver, in simulation, tabulation and training."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.waveform.fading import draw_channel
from twins.link.waveform.pusch import Pusch

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Slots:
    """B received slots of one transmit configuration.

    `pusch` the transmitter; `channel` the profile that the slots were drawn from (a receiver may use its statistics, but
    `response` only if it declares perfect CSI); `coded` float[B, coded_bits] of 0 and 1; `clean` complex[B, rx, 14, S] without
    noise; `noise` the same shape, unit variance; `noise_power` float[B], linear, relative to unit mean received power per
    antenna; `response` complex[B, rx, layers, 14, S], the effective channel of the layers.
    """

    pusch: Pusch
    channel: ChannelConfiguration
    coded: torch.Tensor
    clean: torch.Tensor
    noise: torch.Tensor
    noise_power: torch.Tensor
    response: torch.Tensor

    @property
    def received(self) -> torch.Tensor:
        """The noisy grid complex[B, rx, 14, S]."""
        return self.clean + self.noise * self.noise_power.sqrt()[:, None, None, None]

    def at_snr(self, snr_db: float | torch.Tensor) -> Slots:
        """Return the same slots (bits, channel, noise) at another SNR in dB, a number or float[B]: common random numbers."""
        import torch

        level = torch.as_tensor(snr_db, dtype=torch.float32).expand(self.noise_power.shape)
        return replace(self, noise_power=10.0 ** (-level / 10.0))

    def part(self, rows: slice) -> Slots:
        """Return the slots in `rows`."""
        names = ("coded", "clean", "noise", "noise_power", "response")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})


def send(pusch: Pusch, configuration: LinkConfiguration, channel: ChannelConfiguration, coded: torch.Tensor) -> Slots:
    """Send coded bits float[B, coded_bits], one slot per row, through independent draws of `channel` at its SNR."""
    import torch
    from sionna.phy.utils import complex_normal

    batch = coded.shape[0]
    with torch.no_grad():
        ports = draw_channel(pusch, channel, configuration.rx_antennas, batch)
        clean = torch.einsum("brpts,bpts->brts", ports, pusch.symbols(coded))
        noise = complex_normal(list(clean.shape))
    slots = Slots(pusch, channel, coded, clean, noise, torch.ones(batch), pusch.effective(ports))
    return slots.at_snr(channel.received_snr_db(configuration))


def random_bits(shape: tuple[int, ...]) -> torch.Tensor:
    """Draw uniform bits float32 of `shape` from Sionna's generator."""
    from sionna.phy.mapping import BinarySource

    bits: torch.Tensor = BinarySource()(list(shape))
    return bits
