"""Frequency responses of a slot's channel: a TR 38.901 TDL or CDL profile from Sionna, or a flat AWGN channel."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from twins.link.configuration import SYMBOLS_PER_SLOT, ChannelConfiguration
from twins.link.waveform.pusch import Pusch

if TYPE_CHECKING:
    import torch

Generator = Any  # sionna.phy.channel.GenerateOFDMChannel


def draw_channel(
    pusch: Pusch, channel: ChannelConfiguration, rx_antennas: int, slots: int, min_speed_mps: float | None = None
) -> torch.Tensor:
    """Draw `slots` independent responses of the ports, complex64[slots, rx_antennas, tx_antennas, 14, S]; mean power 1.

    The speed of each slot is `channel.speed_mps`, or uniform from `min_speed_mps` to it. Uses Sionna's generator: set
    `sionna.phy.config.seed` first to repeat a draw.
    """
    if channel.profile == "AWGN":
        return _constant(pusch, rx_antennas, slots)
    generator = _generator(
        pusch.grid,
        channel.profile,
        channel.delay_spread_ns,
        (channel.speed_mps if min_speed_mps is None else min_speed_mps, channel.speed_mps),
        channel.carrier_ghz,
        pusch.key.tx_antennas,
        rx_antennas,
    )
    response: torch.Tensor = generator(slots)[:, 0, :, 0]
    return response


def _constant(pusch: Pusch, rx_antennas: int, slots: int) -> torch.Tensor:
    """Gain 1 between all antennas, with the phases of a DFT matrix so that layers stay orthogonal."""
    import torch

    tx_antennas = pusch.key.tx_antennas
    receive, transmit = torch.arange(rx_antennas)[:, None], torch.arange(tx_antennas)[None]
    angle = -2.0 * torch.pi * receive * transmit / max(rx_antennas, tx_antennas)
    gain = torch.polar(torch.ones_like(angle), angle)[None, :, :, None, None]
    return gain.expand(slots, -1, -1, SYMBOLS_PER_SLOT, pusch.subcarriers).clone()


@lru_cache(maxsize=512)
def _generator(
    grid: Any,
    profile: str,
    delay_spread_ns: float,
    speeds: tuple[float, float],
    carrier_ghz: float,
    tx_antennas: int,
    rx_antennas: int,
) -> Generator:
    from sionna.phy.channel import GenerateOFDMChannel
    from sionna.phy.channel.tr38901 import CDL, TDL

    carrier, spread = carrier_ghz * 1e9, delay_spread_ns * 1e-9
    speed_range = {"min_speed": speeds[0], "max_speed": speeds[1]}
    if profile.startswith("TDL"):
        model = TDL(profile[-1], spread, carrier, num_rx_ant=rx_antennas, num_tx_ant=tx_antennas, **speed_range)
    else:
        model = CDL(
            profile[-1],
            spread,
            carrier,
            _array(tx_antennas, carrier),
            _array(rx_antennas, carrier),
            "uplink",
            **speed_range,
        )
    # normalize_channel=True would scale each slot to unit energy and remove the fading.
    return GenerateOFDMChannel(model, grid, normalize_channel=False)


def _array(antennas: int, carrier: float) -> Any:
    from sionna.phy.channel.tr38901 import AntennaArray

    dual = antennas > 1
    return AntennaArray(
        num_rows=1,
        num_cols=max(antennas // 2, 1),
        polarization="dual" if dual else "single",
        polarization_type="cross" if dual else "V",
        antenna_pattern="omni",
        carrier_frequency=carrier,
    )
