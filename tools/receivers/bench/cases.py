"""The links on which receivers are compared: profiles and delay spreads not used in training, across DeepRx's data card."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twins.link.configuration import ChannelConfiguration, LinkConfiguration

RECEIVERS = ("ls+lmmse", "lmmse+lmmse", "deeprx", "perfect+lmmse")
LS, LMMSE, DEEPRX, PERFECT = range(4)
LOW_SPEED_MPS = 3.0

_MCS = {2: 5, 4: 13, 6: 20}  # of table 1: code rates 0.37, 0.48 and 0.55
_LOWEST_DB = {2: -4.0, 4: 4.0, 6: 10.0}
_HIGHEST_DB = {2: 14.0, 4: 22.0, 6: 28.0}  # upper end of DeepRx's training range at two antennas


@dataclass(frozen=True)
class Case:
    """A single-layer link at 30 kHz and 3.5 GHz; `order` in bits per symbol, `antennas` at the receiver."""

    profile: str
    delay_spread_ns: float
    speed_mps: float
    dmrs_symbols: int
    order: int = 4
    antennas: int = 2
    prbs: int = 6

    @property
    def name(self) -> str:
        """Short, unique name."""
        modulation = {2: "QPSK", 4: "16QAM", 6: "64QAM"}[self.order]
        return (
            f"{self.profile} {self.delay_spread_ns:g} ns {self.speed_mps:g} m/s, {modulation}, {self.dmrs_symbols} DMRS,"
            f" 1x{self.antennas}, {self.prbs} PRB"
        )

    @property
    def configuration(self) -> LinkConfiguration:
        """The link configuration, with the default LDPC decoder."""
        return LinkConfiguration(
            mcs_index=_MCS[self.order], prbs=self.prbs, rx_antennas=self.antennas, dmrs_symbols=self.dmrs_symbols
        )

    @property
    def channel(self) -> ChannelConfiguration:
        """The channel, at 0 dB."""
        fields: dict[str, Any] = {"profile": self.profile, "delay_spread_ns": self.delay_spread_ns}
        return ChannelConfiguration(**fields, speed_mps=self.speed_mps, carrier_ghz=3.5, snr_db=0.0)

    @property
    def covered(self) -> bool:
        """Whether DeepRx's data card covers the link."""
        from tools.receivers.deeprx.receiver import coverage

        return coverage(self.configuration, self.channel).covered

    def levels(self, step_db: float) -> list[float]:
        """Return the SNRs in dB, ascending, shifted by 3 dB for one antenna and by -3 dB for four."""
        shift = {1: 3.0, 2: 0.0, 4: -3.0}[self.antennas]
        low, high = _LOWEST_DB[self.order] + shift, _HIGHEST_DB[self.order] + shift
        return [low + step_db * index for index in range(int((high - low) / step_db) + 1)]


ONE_DMRS = (
    Case("CDL-C", 170, 30, 1),
    Case("CDL-A", 45, 40, 1),
    Case("CDL-B", 250, 20, 1),
    Case("CDL-D", 170, 40, 1),
    Case("CDL-E", 45, 25, 1),
    Case("TDL-E", 350, 30, 1),
    Case("TDL-A", 250, 35, 1),
)
"""One DMRS symbol at 20 to 40 m/s."""

QUICK_TWO = Case("TDL-D", 350, LOW_SPEED_MPS, 2, order=2)
"""The link of TWO_DMRS for the quick benchmark: low speed, inside DeepRx's card."""

TWO_DMRS = (
    Case("CDL-C", 170, LOW_SPEED_MPS, 2),
    Case("CDL-A", 45, LOW_SPEED_MPS, 2),
    Case("TDL-E", 350, LOW_SPEED_MPS, 2),
    Case("CDL-A", 250, 0, 2, order=6),
    Case("CDL-C", 350, 45, 2),
    Case("CDL-B", 250, 30, 2),
    Case("CDL-D", 45, 45, 2),
    Case("CDL-E", 170, 20, 2),
    Case("TDL-E", 45, 40, 2),
    Case("TDL-A", 350, 35, 2),
    Case("CDL-C", 250, 10, 2, order=2),
    Case("CDL-B", 350, 30, 2, order=6),
    Case("CDL-A", 170, 10, 2, antennas=1),
    Case("CDL-C", 250, 30, 2, antennas=4),
    Case("TDL-C", 500, 45, 2, prbs=4),
    Case("TDL-D", 10, 15, 2, prbs=12),
    Case("CDL-B", 45, 20, 2, prbs=48),
    Case("TDL-A", 20, 0, 2),
    Case("TDL-B", 250, 20, 2),
    Case("TDL-C", 75, 45, 2, order=6),
    QUICK_TWO,
    Case("TDL-B", 45, 40, 2, antennas=4),
    Case("TDL-A", 500, 30, 2, antennas=1),
    Case("TDL-C", 250, 10, 2, prbs=24),
)
"""Two DMRS symbols: speeds 0 to 45 m/s, delay spreads 10 to 500 ns, orders, antennas, PRBs; DeepRx's card covers TDL-A to -D."""
