"""SNR and Eb/N0: what a level in dB refers to, and the conversion between the two.

1. The link twin's SNR is Es/N0: mean received power per resource element and receive antenna, over the noise power N0 on it. With
   unit received power, N0 = 10^(-SNR/10); pilots and cyclic prefix do not enter.
2. Eb/N0 refers to an information bit: Es/N0 = Eb/N0 + 10 log10(bits per symbol x code rate).
3. With a resource grid, Sionna's `ebnodb2no` (sionna.phy.utils) also spreads the energy of a bit over cyclic prefix and pilots:
   N0 is larger by their share of the transmitted samples, so that Es/N0 of a resource element is lower by as much.
"""

from __future__ import annotations

from math import log10

from pydantic import Field, model_validator

from policies.word import Word

SNR_DEFINITION = (
    "SNR is Es/N0, the mean received power per resource element and receive antenna over the noise power N0 on it (pilots and"
    " cyclic prefix not counted)"
)


class Grid(Word):
    """A resource grid in the terms of Sionna: OFDM symbols, of which some hold pilots alone; subcarriers; cyclic prefix in
    samples."""

    symbols: int = Field(default=14, ge=1, le=14)
    pilot_symbols: int = Field(default=2, ge=0, le=13)
    subcarriers: int = Field(ge=1, le=3276)
    cyclic_prefix: int = Field(default=0, ge=0, le=4096)

    @model_validator(mode="after")
    def _has_data(self) -> Grid:
        if self.pilot_symbols >= self.symbols:
            raise ValueError(f"pilot_symbols={self.pilot_symbols} leaves no data in symbols={self.symbols}: use fewer pilots")
        return self

    @property
    def overhead_db(self) -> float:
        """Energy of cyclic prefix and pilots: transmitted over data-bearing energy, dB; Sionna's `ebnodb2no` adds it to N0."""
        return 10.0 * log10((1 + self.cyclic_prefix / self.subcarriers) * self.symbols / (self.symbols - self.pilot_symbols))


def energy_ratio_db(bits_per_symbol: int, code_rate: float) -> float:
    """Return Es/N0 - Eb/N0 in dB for `bits_per_symbol` coded bits at `code_rate`, 0..1; raises ValueError outside of it."""
    if bits_per_symbol < 1 or not 0.0 < code_rate <= 1.0:
        raise ValueError(f"bits_per_symbol={bits_per_symbol}, code_rate={code_rate}: allowed at least 1, and above 0 to 1")
    return 10.0 * log10(bits_per_symbol * code_rate)


def snr_of(eb_n0_db: float, bits_per_symbol: int, code_rate: float, grid: Grid | None = None) -> float:
    """Return the SNR in dB (Es/N0) for Eb/N0 in dB; with `grid`, Eb includes its cyclic prefix and pilots."""
    return eb_n0_db + energy_ratio_db(bits_per_symbol, code_rate) - (grid.overhead_db if grid else 0.0)


def noise_power(snr_db: float) -> float:
    """Return N0, linear, relative to unit received power per resource element and receive antenna."""
    return float(10.0 ** (-snr_db / 10.0))


def describe_snr(snr_db: float) -> str:
    """Return the level with its definition and N0 in one sentence."""
    return f"at {snr_db:.2f} dB SNR (N0 = {noise_power(snr_db):.4g}); {SNR_DEFINITION}"
