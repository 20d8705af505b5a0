"""Training data of the neural receivers: slots drawn from declared ranges, which also define the data card's validity."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.table.families import MCS_OF_ORDER
from twins.link.waveform.fading import draw_channel
from twins.link.waveform.pusch import Pusch, PuschKey, pusch_of
from twins.link.waveform.slots import Slots, random_bits

if TYPE_CHECKING:
    import torch

ANTENNA_GAIN_DB = {1: -3.0, 2: 0.0, 4: 3.0}  # subtracted from the SNR drawn for two antennas


@dataclass(frozen=True)
class Ranges:
    """The ranges that training draws from.

    `profiles` of TR 38.901; `delay_spreads_ns` a pool, because a TDL object has a fixed delay spread; speed uniform from 0 to
    `speed_mps`; `snr_db` uniform per modulation order, for two antennas (3 dB less for four and more for one); `dmrs_symbols`,
    `antennas`, `prbs` and `orders` with their weights.
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
    elements: int = 16 * 2 * 6  # slots x antennas x PRBs per batch


@dataclass(frozen=True)
class BatchConditions:
    """The drawn conditions of a batch: one configuration and channel, and `snr_db` float[slots] of each slot."""

    configuration: LinkConfiguration
    channel: ChannelConfiguration
    snr_db: torch.Tensor


def draw(ranges: Ranges, seed: int, fixed: dict[str, Any]) -> BatchConditions:
    """Draw the conditions of the batch of `seed`; `fixed` fields override its configuration."""
    import torch

    rng = random.Random(seed)
    order, dmrs, antennas, prbs = (
        rng.choices(tuple(weights), tuple(weights.values()))[0]
        for weights in (ranges.orders, ranges.dmrs_symbols, ranges.antennas, ranges.prbs)
    )
    drawn = {"mcs_index": MCS_OF_ORDER[order], "prbs": prbs, "rx_antennas": antennas, "dmrs_symbols": dmrs}
    configuration = LinkConfiguration.model_validate({**drawn, "subcarrier_khz": ranges.subcarrier_khz, **fixed})
    channel = ChannelConfiguration.model_validate(
        {
            "profile": rng.choice(ranges.profiles),
            "delay_spread_ns": rng.choice(ranges.delay_spreads_ns),
            "speed_mps": ranges.speed_mps,
            "carrier_ghz": ranges.carrier_ghz,
            "snr_db": 0.0,
        }
    )
    slots = max(ranges.elements // (antennas * prbs), 2)
    low, high = ranges.snr_db[order]
    levels = low + (high - low) * torch.tensor([rng.random() for _ in range(slots)])
    return BatchConditions(configuration, channel, levels - ANTENNA_GAIN_DB[antennas])


def send_batch(transmitter: Pusch, conditions: BatchConditions, seed: int) -> Slots:
    """Send random bits with `transmitter` over the drawn channel, each slot at a uniform speed up to the channel's."""
    import torch
    from sionna.phy import config

    config.seed = seed
    slots, antennas = len(conditions.snr_db), conditions.configuration.rx_antennas
    coded = random_bits((slots, transmitter.coded_bits))
    ports = draw_channel(transmitter, conditions.channel, antennas, slots, min_speed_mps=0.0)
    clean = torch.einsum("brpts,bpts->brts", ports, transmitter.symbols(coded))
    noise = torch.view_as_complex(torch.randn((*clean.shape, 2), generator=torch.Generator().manual_seed(seed)) / 2**0.5)
    sent = Slots(transmitter, conditions.channel, coded, clean, noise, torch.ones(slots), transmitter.effective(ports))
    return sent.at_snr(conditions.snr_db)


def draw_batch(ranges: Ranges, seed: int) -> Slots:
    """Draw the PUSCH batch of `seed`: one transmit configuration and profile, with speed and SNR per slot."""
    import torch

    conditions = draw(ranges, seed, {"receiver": "deeprx"})
    with torch.no_grad():
        return send_batch(pusch_of(PuschKey.of(conditions.configuration)), conditions, seed)
