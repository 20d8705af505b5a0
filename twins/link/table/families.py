"""The tabulated links: families, each on its own grid.

1. A family is a receiver with its antennas and layers. Its grid has discrete axes (profile, DMRS symbols, modulation order) and
   continuous axes (delay spread, speed, PRBs, SNR); the table interpolates on the continuous axes and does not extrapolate.
2. All families are tabulated at 3.5 GHz and 30 kHz: only Doppler relative to the symbol and delay spread relative to the
   subcarrier matter.
3. Every cell holds the distribution of `slot_information` over independent slots, as quantiles at `LEVELS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, product

from twins.link.configuration import ChannelConfiguration, LinkConfiguration

CARRIER_GHZ = 3.5
SUBCARRIER_KHZ = 30
MCS_TABLE = 1
ORDERS = (2, 4, 6)
MCS_OF_ORDER = {2: 5, 4: 13, 6: 20}  # any MCS of the order gives the same transmitted grid
SNR_DB: dict[int, tuple[float, ...]] = {
    2: (-9.0, -6.0, -3.0, 0.0, 3.0, 6.0, 9.0, 13.0, 19.0, 30.0),
    4: (-9.0, -3.0, 0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 20.0, 30.0),
    6: (-9.0, 0.0, 4.0, 8.0, 11.0, 14.0, 17.0, 20.0, 24.0, 30.0),
}
EDGES = (0.0, 0.005, 0.015, 0.03, 0.06, 0.1, 0.15, 0.21, 0.28, 0.35, 0.42, 0.5, 0.58, 0.66, 0.74, 0.82, 0.89, 0.95, 1.0)
LEVELS = tuple((low + high) / 2.0 for low, high in pairwise(EDGES))  # finer at low information, where blocks are lost
WEIGHTS = tuple(high - low for low, high in pairwise(EDGES))


@dataclass(frozen=True)
class Family:
    """One receiver's grid; `slots` is the number of independent slots per cell, for each of `prbs`."""

    receiver_name: str
    layers: int = 1
    tx_antennas: int = 1
    rx_antennas: int = 2
    transmitter: str = "pusch"
    profiles: tuple[str, ...] = ("TDL-A", "TDL-C", "TDL-D")
    delay_spreads_ns: tuple[float, ...] = (30.0, 100.0, 300.0)
    speeds_mps: tuple[float, ...] = (0.0, 13.0, 26.0, 40.0)
    dmrs_symbols: tuple[int, ...] = (1, 2)
    prbs: tuple[int, ...] = (4, 10, 24)
    slots: tuple[int, ...] = (192, 160, 128)

    @property
    def name(self) -> str:
        """Receiver, antennas and layers, such as `ls+lmmse_1x2_1`."""
        return f"{self.receiver_name}_{self.tx_antennas}x{self.rx_antennas}_{self.layers}"

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the family's arrays without quantiles: profile, delay spread, speed, DMRS, order, PRBs, SNR."""
        axes = (self.profiles, self.delay_spreads_ns, self.speeds_mps, self.dmrs_symbols, ORDERS, self.prbs, SNR_DB[ORDERS[0]])
        return tuple(len(axis) for axis in axes)

    def points(self) -> Iterator[GridPoint]:
        """Iterate over the grid points: a channel with PRBs and DMRS symbols, at which all orders and SNRs are evaluated."""
        axes = (self.profiles, self.delay_spreads_ns, self.speeds_mps, self.dmrs_symbols, zip(self.prbs, self.slots, strict=True))
        for profile, spread, speed, dmrs, (prbs, slots) in product(*axes):
            yield GridPoint(self, profile, spread, speed, dmrs, prbs, slots)


@dataclass(frozen=True)
class GridPoint:
    """One point of a family's grid."""

    family: Family
    profile: str
    delay_spread_ns: float
    speed_mps: float
    dmrs_symbols: int
    prbs: int
    slots: int

    @property
    def key(self) -> str:
        """Name of the point, unique over all families."""
        return (
            f"{self.family.name}_{self.profile}_{self.delay_spread_ns:g}ns_{self.speed_mps:g}mps_{self.dmrs_symbols}dmrs"
            f"_{self.prbs}prb_{self.slots}slots"
        )

    @property
    def index(self) -> tuple[int, int, int, int, int]:
        """Position on the axes profile, delay spread, speed, DMRS, PRBs."""
        family = self.family
        return (
            family.profiles.index(self.profile),
            family.delay_spreads_ns.index(self.delay_spread_ns),
            family.speeds_mps.index(self.speed_mps),
            family.dmrs_symbols.index(self.dmrs_symbols),
            family.prbs.index(self.prbs),
        )

    def configuration(self, order: int) -> LinkConfiguration:
        """Return the link configuration of this point with `order` bits per symbol."""
        family = self.family
        estimator, _, detector = family.receiver_name.partition("+")
        receiver = {"estimator": estimator, "detector": detector} if detector else {"receiver": family.receiver_name}
        return LinkConfiguration.model_validate(
            {
                **receiver,
                "transmitter": family.transmitter,
                "mcs_table": MCS_TABLE,
                "mcs_index": MCS_OF_ORDER[order],
                "prbs": self.prbs,
                "subcarrier_khz": SUBCARRIER_KHZ,
                "layers": family.layers,
                "tx_antennas": family.tx_antennas,
                "rx_antennas": family.rx_antennas,
                "dmrs_symbols": self.dmrs_symbols,
            }
        )

    def channel(self) -> ChannelConfiguration:
        """Return the channel of this point, at 0 dB."""
        return ChannelConfiguration.model_validate(
            {
                "profile": self.profile,
                "delay_spread_ns": self.delay_spread_ns,
                "speed_mps": self.speed_mps,
                "carrier_ghz": CARRIER_GHZ,
                "snr_db": 0.0,
            }
        )


FAMILIES: tuple[Family, ...] = (
    Family("ls+lmmse"),
    Family("lmmse+lmmse"),
    Family("perfect+lmmse"),
    Family("ls+lmmse", rx_antennas=4, profiles=("TDL-A", "TDL-C"), speeds_mps=(0.0, 20.0, 40.0), slots=(160, 128, 96)),
    Family(
        "ls+lmmse",
        layers=2,
        tx_antennas=2,
        rx_antennas=4,
        profiles=("TDL-A", "TDL-C"),
        speeds_mps=(0.0, 20.0, 40.0),
        slots=(96, 64, 48),
    ),
    Family("deeprx", speeds_mps=(0.0, 20.0, 40.0), prbs=(4, 24), slots=(96, 48)),  # detection takes tens of times as long
)
