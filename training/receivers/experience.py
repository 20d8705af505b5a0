"""What DeepRx is trained on: slots drawn from declared ranges. The data card's validity comes from the same declaration."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.waveform.fading import draw_channel
from twins.link.waveform.pusch import Pusch, PuschKey, pusch_of
from twins.link.waveform.slots import Slots, random_bits

if TYPE_CHECKING:
    import torch

ANTENNA_GAIN_DB = {1: -3.0, 2: 0.0, 4: 3.0}  # what is taken off the SNR drawn for two antennas
MCS_OF_ORDER = {2: 5, 4: 13, 6: 20}  # any index of the order does: the coded bits are uniform


@dataclass(frozen=True)
class Ranges:
    """The ranges that training draws from.

    `profiles` TR 38.901; `delay_spreads_ns` a pool, as a TDL object has a fixed spread; `speed_mps` uniform from 0 to it;
    `snr_db` uniform per modulation order, at two antennas (3 dB are taken off at four and added at one); `antennas` and
    `prbs` with their weights.
    """

    profiles: tuple[str, ...] = ("TDL-A", "TDL-B", "TDL-C", "TDL-D")
    delay_spreads_ns: tuple[float, ...] = (10.0, 30.0, 60.0, 100.0, 140.0, 200.0, 300.0, 400.0, 500.0)
    speed_mps: float = 45.0
    carrier_ghz: float = 3.5
    subcarrier_khz: int = 30
    dmrs_symbols: dict[int, float] = field(default_factory=lambda: {1: 4.0, 2: 4.0, 3: 1.0, 4: 1.0})
    antennas: dict[int, float] = field(default_factory=lambda: {1: 1.0, 2: 6.0, 4: 1.0})
    prbs: dict[int, float] = field(default_factory=lambda: {4: 1.0, 6: 4.0, 12: 1.0})
    orders: dict[int, float] = field(default_factory=lambda: {2: 2.0, 4: 4.0, 6: 4.0})
    snr_db: dict[int, tuple[float, float]] = field(default_factory=lambda: {2: (-8.0, 14.0), 4: (-1.0, 22.0), 6: (4.0, 28.0)})
    elements: int = 16 * 2 * 6  # slots x antennas x PRBs of a batch


@dataclass(frozen=True)
class Draw:
    """What a batch is drawn to be: one configuration and channel, `snr_db` float[slots] slot by slot."""

    configuration: LinkConfiguration
    channel: ChannelConfiguration
    snr_db: torch.Tensor


def draw(ranges: Ranges, seed: int, fixed: dict[str, Any]) -> Draw:
    """Draw the conditions of the batch that `seed` names; `fixed` fields of its configuration."""
    import torch

    chance = random.Random(seed)
    order, dmrs, antennas, prbs = (
        chance.choices(tuple(weights), tuple(weights.values()))[0]
        for weights in (ranges.orders, ranges.dmrs_symbols, ranges.antennas, ranges.prbs)
    )
    drawn = {"mcs_index": MCS_OF_ORDER[order], "prbs": prbs, "rx_antennas": antennas, "dmrs_symbols": dmrs}
    configuration = LinkConfiguration.model_validate({**drawn, "subcarrier_khz": ranges.subcarrier_khz, **fixed})
    channel = ChannelConfiguration.model_validate(
        {
            "profile": chance.choice(ranges.profiles),
            "delay_spread_ns": chance.choice(ranges.delay_spreads_ns),
            "speed_mps": ranges.speed_mps,
            "carrier_ghz": ranges.carrier_ghz,
            "snr_db": 0.0,
        }
    )
    slots = max(ranges.elements // (antennas * prbs), 2)
    low, high = ranges.snr_db[order]
    levels = low + (high - low) * torch.tensor([chance.random() for _ in range(slots)])
    return Draw(configuration, channel, levels - ANTENNA_GAIN_DB[antennas])


def pass_through(transmitter: Pusch, drawn: Draw, seed: int) -> Slots:
    """Send random bits of `transmitter` through the drawn channel, each slot at a uniform speed up to the channel's."""
    import torch
    from sionna.phy import config

    config.seed = seed
    slots, antennas = len(drawn.snr_db), drawn.configuration.rx_antennas
    coded = random_bits((slots, transmitter.coded_bits))
    ports = draw_channel(transmitter, drawn.channel, antennas, slots, min_speed_mps=0.0)
    clean = torch.einsum("brpts,bpts->brts", ports, transmitter.symbols(coded))
    noise = torch.view_as_complex(torch.randn((*clean.shape, 2), generator=torch.Generator().manual_seed(seed)) / 2**0.5)
    sent = Slots(transmitter, drawn.channel, coded, clean, noise, torch.ones(slots), transmitter.effective(ports))
    return sent.at_snr(drawn.snr_db)


def draw_batch(ranges: Ranges, seed: int) -> Slots:
    """Draw the PUSCH batch that `seed` names: one transmit configuration and profile, speeds and SNRs slot by slot."""
    import torch

    drawn = draw(ranges, seed, {"receiver": "deeprx"})
    with torch.no_grad():
        return pass_through(pusch_of(PuschKey.of(drawn.configuration)), drawn, seed)
