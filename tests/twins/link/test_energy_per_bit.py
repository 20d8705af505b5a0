"""SNR and Eb/N0 are told apart, and converted as Sionna converts them."""

from math import log10

import pytest
from pydantic import ValidationError

from twins.link.energy_per_bit import SNR_DEFINITION, Grid, describe_snr, energy_ratio_db, noise_power, snr_of


@pytest.mark.parametrize(("bits", "rate", "ratio_db"), [(6, 2 / 3, 6.02), (4, 1 / 2, 3.01), (2, 1 / 2, 0.0)])
def test_the_ratio_of_symbol_to_bit_energy(bits, rate, ratio_db):
    assert energy_ratio_db(bits, rate) == pytest.approx(ratio_db, abs=0.005)
    assert snr_of(10.0, bits, rate) == pytest.approx(10.0 + ratio_db, abs=0.005)


def test_a_grid_adds_the_energy_of_cyclic_prefix_and_pilots():
    grid = Grid(symbols=14, pilot_symbols=2, subcarriers=76, cyclic_prefix=6)
    assert grid.overhead_db == pytest.approx(1.00, abs=0.005)
    assert snr_of(10.0, 6, 2 / 3, grid) == pytest.approx(15.02, abs=0.005)
    assert Grid(pilot_symbols=0, subcarriers=76).overhead_db == 0.0


@pytest.mark.parametrize(("bits", "rate"), [(6, 2 / 3), (4, 0.5), (2, 0.5), (8, 0.9)])
def test_it_is_sionnas_noise_power_with_and_without_a_grid(bits, rate):
    from sionna.phy.ofdm import ResourceGrid
    from sionna.phy.utils import ebnodb2no

    sionna_grid = ResourceGrid(
        num_ofdm_symbols=14, fft_size=76, subcarrier_spacing=30e3, cyclic_prefix_length=6, pilot_pattern="kronecker",
        pilot_ofdm_symbol_indices=[2, 11],
    )  # fmt: skip
    grid = Grid(symbols=14, pilot_symbols=2, subcarriers=76, cyclic_prefix=6)
    assert noise_power(snr_of(7.5, bits, rate)) == pytest.approx(float(ebnodb2no(7.5, bits, rate)), rel=1e-5)
    assert noise_power(snr_of(7.5, bits, rate, grid)) == pytest.approx(float(ebnodb2no(7.5, bits, rate, sionna_grid)), rel=1e-5)


def test_a_level_is_printed_with_its_definition_and_noise_power():
    text = describe_snr(20.0)
    assert "20.00 dB SNR (N0 = 0.01)" in text
    assert SNR_DEFINITION in text
    assert -10 * log10(noise_power(13.7)) == pytest.approx(13.7)


@pytest.mark.parametrize(("bits", "rate"), [(0, 0.5), (2, 0.0), (2, 1.5)])
def test_a_transport_format_that_carries_nothing_is_refused(bits, rate):
    with pytest.raises(ValueError, match=f"bits_per_symbol={bits}, code_rate={rate}"):
        energy_ratio_db(bits, rate)


def test_a_grid_of_pilots_alone_is_refused():
    with pytest.raises(ValidationError, match="leaves no data"):
        Grid(symbols=2, pilot_symbols=2, subcarriers=12)
