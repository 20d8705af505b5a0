"""The transmitted slot: precoded at full power, whatever layers and antenna ports."""

from __future__ import annotations

import pytest

from twins.link.configuration import LinkConfiguration
from twins.link.waveform.pusch import PuschKey, pusch_of
from twins.link.waveform.slots import random_bits


@pytest.mark.parametrize(("ports", "layers"), [(1, 1), (2, 1), (2, 2), (4, 1), (4, 2), (4, 3), (4, 4)])
def test_a_slot_has_full_power_and_orthogonal_layers(ports: int, layers: int) -> None:
    configuration = LinkConfiguration(prbs=4, layers=layers, tx_antennas=ports, rx_antennas=4)
    pusch = pusch_of(PuschKey.of(configuration))
    sent = pusch.symbols(random_bits((16, pusch.coded_bits)))
    power = sent.abs().square().sum(dim=1)[:, pusch.data].mean()
    assert float(power) == pytest.approx(1.0, rel=0.05)  # the QAM symbols are random, the precoder is not
    if pusch.precoding is not None:
        gram = pusch.precoding.conj().T @ pusch.precoding
        assert gram.abs().sum() == pytest.approx(1.0, rel=1e-5)  # off the diagonal nothing is left
        assert gram.diagonal().abs().tolist() == pytest.approx([1.0 / layers] * layers, rel=1e-5)
