"""What the link twin evaluates: a typed link configuration and its channel.

1. `LinkConfiguration` is one PUSCH-shaped transmission: transport format, resources, antennas, DMRS, receiver, LDPC, HARQ, power.
2. `ChannelConfiguration` is the channel it is sent over: a TR 38.901 profile, delay spread, speed, carrier, and the SNR.
3. Combinations that cannot be transmitted are refused here, with the rule that forbids them, before anything heavy is imported.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from policies.word import Word

SYMBOLS_PER_SLOT = 14
SUBCARRIERS_PER_PRB = 12
REFERENCE_POWER_DBM = 23.0  # UE power class 3, TS 38.101-1 table 6.2.1-1: the power at which `snr_db` is stated
REDUNDANCY_VERSIONS = (0, 2, 3, 1)  # order of transmissions, TS 38.214 clause 6.1.2.1
THERMAL_NOISE_DBM_HZ = -174.0

Profile = Literal[
    "TDL-A", "TDL-B", "TDL-C", "TDL-D", "TDL-E", "CDL-A", "CDL-B", "CDL-C", "CDL-D", "CDL-E", "AWGN"
]  # fmt: skip
Estimator = Literal["ls", "lmmse", "perfect"]
Detector = Literal["lmmse", "kbest"]
LdpcAlgorithm = Literal["offset-minsum", "minsum", "boxplus", "boxplus-phi"]

_MCS_COUNT = {1: 28, 2: 28}  # 0..27 can carry new data; higher indices are reserved, TS 38.214 tables 5.1.3.1-1, -2
_MAX_PRBS = {15: 270, 30: 273, 60: 135, 120: 264}  # TS 38.101-1 table 5.3.2-1 (15..60 kHz), TS 38.101-2 table 5.3.2-1 (120 kHz)


class LinkConfiguration(Word):
    """One PUSCH transmission (TS 38.211 clause 6.3.1, TS 38.212 clause 6.2, TS 38.214 clause 6.1) and how it is received.

    `receiver` "classical" takes `estimator` and `detector` (default LS and LMMSE); a neural receiver replaces both.
    `transmit_power_dbm` shifts the channel's SNR, which is stated at 23 dBm; with a coupling loss it is spread over the PRBs.
    """

    mcs_table: Literal[1, 2] = 1
    mcs_index: int = Field(default=10, ge=0)
    prbs: int = Field(default=6, ge=1)
    subcarrier_khz: Literal[15, 30, 60, 120] = 30
    layers: int = Field(default=1, ge=1, le=4)
    tx_antennas: Literal[1, 2, 4] = 1
    rx_antennas: int = Field(default=2, ge=1, le=16)
    dmrs_symbols: int = Field(default=2, ge=1, le=4)
    transmitter: Literal["pusch", "deeptx"] = "pusch"
    receiver: str = "classical"
    estimator: Estimator | None = None
    detector: Detector | None = None
    ldpc_algorithm: LdpcAlgorithm = "offset-minsum"
    ldpc_iterations: int = Field(default=8, ge=1, le=50)
    harq_retransmissions: int = Field(default=0, ge=0, le=3)
    transmit_power_dbm: float = Field(default=REFERENCE_POWER_DBM, ge=-40.0, le=26.0)

    @model_validator(mode="after")
    def _transmittable(self) -> LinkConfiguration:
        problems = [*self._format_problems(), *self._antenna_problems(), *self._receiver_problems()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _format_problems(self) -> list[str]:
        problems = []
        if self.mcs_index >= _MCS_COUNT[self.mcs_table]:
            problems.append(
                f"mcs_index={self.mcs_index} is not in table {self.mcs_table}: allowed 0..{_MCS_COUNT[self.mcs_table] - 1},"
                f" higher indices are reserved (TS 38.214 table 5.1.3.1-{self.mcs_table})"
            )
        if self.prbs > _MAX_PRBS[self.subcarrier_khz]:
            problems.append(
                f"prbs={self.prbs} is out of range: allowed at most {_MAX_PRBS[self.subcarrier_khz]} at {self.subcarrier_khz} kHz"
                " (TS 38.101-1 and -2, table 5.3.2-1)"
            )
        return problems

    def _antenna_problems(self) -> list[str]:
        problems = []
        if self.layers > self.tx_antennas:
            problems.append(
                f"layers={self.layers} is more than tx_antennas={self.tx_antennas}: each layer needs its own antenna port"
                " (TS 38.211 clause 6.3.1.5)"
            )
        if self.layers > self.rx_antennas:
            problems.append(
                f"layers={self.layers} is more than rx_antennas={self.rx_antennas}: linear and K-Best detection need at least one"
                " receive antenna per layer"
            )
        return problems

    def _receiver_problems(self) -> list[str]:
        if self.receiver == "classical":
            if self.detector == "kbest" and self.layers < 2:
                return [f"detector='kbest' with layers={self.layers}: K-Best searches over layers; use 'lmmse' for one layer"]
            return (
                ["transmitter='deeptx' needs receiver='deeptx': its pilots are superimposed"]
                if self.transmitter == "deeptx"
                else []
            )
        if (self.transmitter == "deeptx") != (self.receiver == "deeptx"):
            return [
                f"transmitter={self.transmitter!r} with receiver={self.receiver!r}: DeepTx and its receiver were trained"
                " together; use 'deeptx' for both or for neither"
            ]
        redundant = [name for name in ("estimator", "detector") if getattr(self, name) is not None]
        return [f"{name} is set, but receiver={self.receiver!r} does this itself: omit {name}" for name in redundant]

    @property
    def channel_estimator(self) -> Estimator:
        """The classical receiver's channel estimator; LS by default."""
        return self.estimator or "ls"

    @property
    def mimo_detector(self) -> Detector:
        """The classical receiver's detector; LMMSE by default."""
        return self.detector or "lmmse"

    @property
    def receiver_name(self) -> str:
        """`ls+lmmse`, `perfect+kbest`, ... for the classical receiver, otherwise `receiver`."""
        if self.receiver == "classical":
            return f"{self.channel_estimator}+{self.mimo_detector}"
        return self.receiver

    @property
    def slot_seconds(self) -> float:
        """Duration of a slot in seconds: 1 ms at 15 kHz, TS 38.211 clause 4.3.2."""
        return 1e-3 * 15 / self.subcarrier_khz

    @property
    def subcarriers(self) -> int:
        """Number of allocated subcarriers."""
        return self.prbs * SUBCARRIERS_PER_PRB


class ChannelConfiguration(Word):
    """A TR 38.901 clause 7.7 profile with its scaled delay spread, speed and carrier, and the SNR.

    Profile "AWGN" is flat: gain 1 everywhere, independent of delay spread and speed; published code performance refers to it.

    Set exactly one of `snr_db` (mean SNR per resource element and receive antenna at 23 dBm transmit power) and
    `coupling_loss_db` (mean loss from transmit to receive antenna port), from which transmit power, bandwidth and noise figure
    give the SNR.
    """

    profile: Profile = "TDL-A"
    delay_spread_ns: float = Field(default=100.0, ge=1.0, le=2000.0)
    speed_mps: float = Field(default=3.0, ge=0.0, le=140.0)
    carrier_ghz: float = Field(default=3.5, ge=0.5, le=100.0)
    snr_db: float | None = Field(default=None, ge=-30.0, le=60.0)
    coupling_loss_db: float | None = Field(default=None, ge=0.0, le=200.0)
    noise_figure_db: float = Field(default=5.0, ge=0.0, le=20.0)

    @model_validator(mode="after")
    def _one_level(self) -> ChannelConfiguration:
        if (self.snr_db is None) == (self.coupling_loss_db is None):
            raise ValueError(
                f"snr_db={self.snr_db} and coupling_loss_db={self.coupling_loss_db}: set exactly one of them, either"
                " determines the SNR"
            )
        return self

    def received_snr_db(self, configuration: LinkConfiguration) -> float:
        """Return the mean SNR in dB per resource element and receive antenna of `configuration` on this channel."""
        if self.snr_db is not None:
            return self.snr_db + configuration.transmit_power_dbm - REFERENCE_POWER_DBM
        from math import log10

        assert self.coupling_loss_db is not None
        bandwidth_hz = configuration.subcarriers * configuration.subcarrier_khz * 1e3
        noise_dbm = THERMAL_NOISE_DBM_HZ + 10.0 * log10(bandwidth_hz) + self.noise_figure_db
        return configuration.transmit_power_dbm - self.coupling_loss_db - noise_dbm

    @property
    def doppler_hz(self) -> float:
        """Maximum Doppler shift v f / c in Hz."""
        return self.speed_mps * self.carrier_ghz * 1e9 / 299_792_458.0
