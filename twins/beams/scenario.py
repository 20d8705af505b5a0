"""A typed beam-management scenario: gNB array and codebook, carrier, propagation, mobility and measurements.

Combinations that no gNB can transmit are refused here with the rule that forbids them, before anything heavy is imported.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from policies.word import Word

Propagation = Literal["UMi", "UMa"]
ReferenceSignal = Literal["SSB", "CSI-RS"]
FR1_GHZ = (0.41, 7.125)  # TS 38.101-1 clause 5.1
FR2_GHZ = (24.25, 52.6)  # FR2-1, TS 38.101-2 clause 5.1
MAX_BEAMS = 64  # NZP CSI-RS resources per set, TS 38.306; SSB candidates per half frame in FR2, TS 38.213 clause 4.1
SSB_SYMBOLS, CSI_RS_SYMBOLS = 4, 1  # TS 38.211 clauses 7.4.3.1 and 7.4.1.5.3 (one port)
CSI_RS_DENSITY = 3.0 / 12.0  # share of a PRB's elements in a symbol, row 1 of TS 38.211 table 7.4.1.5.3-1
THERMAL_NOISE_DBM_HZ = -174.0


class BeamArray(Word):
    """A uniform planar array with half-wavelength spacing, and its codebook.

    The codebook is a DFT over the columns (TS 38.214 clause 5.2.2.2.1 with N1 = `columns`, N2 = 1): `beams` azimuth beams, all
    with the same downtilt, in degrees below the horizon.
    """

    columns: int = Field(default=32, ge=2, le=64)
    rows: int = Field(default=2, ge=1, le=16)
    oversampling: Literal[1, 2, 4] = 1
    downtilt_deg: float = Field(default=8.0, ge=-30.0, le=60.0)

    @property
    def elements(self) -> int:
        """Number of antenna elements."""
        return self.columns * self.rows

    @property
    def beams(self) -> int:
        """Number of beams in the codebook."""
        return self.columns * self.oversampling

    @property
    def codebook(self) -> str:
        """Name of the codebook in data cards."""
        return f"DFT {self.beams} of {self.columns} columns"


class Mobility(Word):
    """Terminal mobility: a constant speed drawn from [low, high] m/s and a heading with random turning rate.

    `turn_deg_s` is the standard deviation of the turning rate in degrees/s.
    """

    low_mps: float = Field(default=8.0, ge=0.0, le=100.0)
    high_mps: float = Field(default=20.0, ge=0.0, le=100.0)
    turn_deg_s: float = Field(default=5.0, ge=0.0, le=180.0)

    @model_validator(mode="after")
    def _ordered(self) -> Mobility:
        if self.high_mps < self.low_mps:
            raise ValueError(f"high_mps={self.high_mps} is below low_mps={self.low_mps}: give the lower speed as low_mps")
        return self


class BeamScenario(Word):
    """One sector and the terminals that pass through it.

    `tx_power_dbm` over `prbs`; distances in m on the ground; `blockers` is the number of moving screens within 40 m of each
    terminal (TR 38.901 clause 7.6.4.2); `measurement_error_db` is the standard deviation of L1-RSRP in addition to thermal noise
    (TS 38.133 table 10.1.20.1.1-1 allows ±5 dB).
    """

    propagation: Propagation = "UMi"
    carrier_ghz: float = 28.0
    subcarrier_khz: Literal[15, 30, 120, 240] = 120
    prbs: int = Field(default=66, ge=20, le=275)
    base_height_m: float = Field(default=10.0, ge=3.0, le=60.0)
    tx_power_dbm: float = Field(default=35.0, ge=0.0, le=60.0)
    noise_figure_db: float = Field(default=9.0, ge=0.0, le=20.0)
    array: BeamArray = BeamArray()
    mobility: Mobility = Mobility()
    blockers: int = Field(default=4, ge=0, le=30)
    nearest_m: float = Field(default=15.0, ge=10.0, le=1000.0)
    farthest_m: float = Field(default=150.0, ge=20.0, le=1000.0)
    burst_period_ms: Literal[5, 10, 20, 40, 80, 160] = 20
    bursts: int = Field(default=100, ge=2, le=2000)
    measurement_error_db: float = Field(default=1.0, ge=0.0, le=6.0)

    @model_validator(mode="after")
    def _transmittable(self) -> BeamScenario:
        problems = [*self._carrier_problems(), *self._distance_problems()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _carrier_problems(self) -> list[str]:
        if not (self.in_fr1 or FR2_GHZ[0] <= self.carrier_ghz <= FR2_GHZ[1]):
            return [
                f"carrier_ghz={self.carrier_ghz} is in neither FR1 {FR1_GHZ} nor FR2-1 {FR2_GHZ} GHz (TS 38.101-1, -2 clause 5.1)"
            ]
        allowed = (15, 30) if self.in_fr1 else (120, 240)
        problems = []
        if self.subcarrier_khz not in allowed:
            problems.append(
                f"subcarrier_khz={self.subcarrier_khz} at {self.carrier_ghz} GHz: SSB uses {allowed[0]} or {allowed[1]} kHz there"
                " (TS 38.213 clause 4.1)"
            )
        if self.array.beams > MAX_BEAMS:
            problems.append(
                f"array: {self.array.beams} beams are more than the {MAX_BEAMS} that can be swept (TS 38.213 clause 4.1):"
                " use fewer columns or less oversampling"
            )
        return problems

    def _distance_problems(self) -> list[str]:
        if self.nearest_m >= self.farthest_m:
            return [f"nearest_m={self.nearest_m} is not below farthest_m={self.farthest_m}"]
        track = self.mobility.low_mps * self.duration_s
        available = 2.0 * self.farthest_m * 0.8
        if track > available:
            return [
                f"mobility: {self.mobility.low_mps:g} m/s for {self.duration_s:g} s is {track:.0f} m, the sector has"
                f" {available:.0f} m: use fewer bursts"
            ]
        return []

    @property
    def in_fr1(self) -> bool:
        """Whether the carrier is below 7.125 GHz."""
        return FR1_GHZ[0] <= self.carrier_ghz <= FR1_GHZ[1]

    @property
    def reference_signal(self) -> ReferenceSignal:
        """Signal of the beam sweep: SSB if the beams fit into a half frame (4, 8 or 64, TS 38.213 clause 4.1), else CSI-RS."""
        max_ssb = MAX_BEAMS if not self.in_fr1 else 8 if self.carrier_ghz > 3.0 else 4
        return "SSB" if self.array.beams <= max_ssb else "CSI-RS"

    @property
    def duration_s(self) -> float:
        """Time from the first to the last burst, s."""
        return (self.bursts - 1) * self.burst_period_ms * 1e-3

    @property
    def wavelength_m(self) -> float:
        """Carrier wavelength, m."""
        return 0.299792458 / self.carrier_ghz

    @property
    def element_power_dbm(self) -> float:
        """Transmit power per resource element, dBm."""
        from math import log10

        return self.tx_power_dbm - 10.0 * log10(12 * self.prbs)

    @property
    def noise_dbm(self) -> float:
        """Thermal noise per resource element at the terminal, dBm."""
        from math import log10

        return THERMAL_NOISE_DBM_HZ + 10.0 * log10(self.subcarrier_khz * 1e3) + self.noise_figure_db
