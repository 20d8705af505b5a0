"""Transport block coding equals Sionna's for redundancy version 0, and combines transmissions of all versions."""

from types import SimpleNamespace

import pytest
import torch
from sionna.phy.nr import TBDecoder, TBEncoder

from twins.link.configuration import REDUNDANCY_VERSIONS, LinkConfiguration
from twins.link.simulation.transport_block import CodingUnavailable, TransportBlockCode, code_of, transmitter_of
from twins.link.waveform.pusch import PuschKey, pusch_of

ONE_BLOCK = LinkConfiguration(mcs_index=13, prbs=2)
TWO_BLOCKS_OF_TWO_LAYERS = LinkConfiguration(mcs_index=26, prbs=9, layers=2, tx_antennas=2)


def _code(configuration: LinkConfiguration) -> TransportBlockCode:
    return code_of(transmitter_of(configuration), "offset-minsum", 8)


def _bits(code: TransportBlockCode, blocks: int) -> torch.Tensor:
    return torch.randint(0, 2, (blocks, code.information_bits), generator=torch.Generator().manual_seed(3)).float()


def _received(coded: torch.Tensor, noise: float, seed: int = 4) -> torch.Tensor:
    """LLRs of BPSK over AWGN of variance `noise`."""
    noisy = 2.0 * coded - 1.0 + noise**0.5 * torch.randn(coded.shape, generator=torch.Generator().manual_seed(seed))
    llr: torch.Tensor = 2.0 * noisy / noise
    return llr


@pytest.mark.parametrize("configuration", [ONE_BLOCK, TWO_BLOCKS_OF_TWO_LAYERS])
def test_version_0_equals_the_bits_of_sionnas_transmitter(configuration: LinkConfiguration) -> None:
    code, bits = _code(configuration), _bits(_code(configuration), 3)
    sionna = pusch_of(PuschKey.of(configuration)).transmitter._tb_encoder
    assert torch.equal(code.encode(bits), sionna(bits[:, None])[:, 0])


@pytest.mark.parametrize("configuration", [ONE_BLOCK, TWO_BLOCKS_OF_TWO_LAYERS])
def test_a_single_transmission_is_decoded_as_sionna_decodes_it(configuration: LinkConfiguration) -> None:
    code, bits = _code(configuration), _bits(_code(configuration), 8)
    llr = _received(code.encode(bits), noise=0.35 if configuration is ONE_BLOCK else 0.15)
    sionna = TBDecoder(pusch_of(PuschKey.of(configuration)).transmitter._tb_encoder, num_bp_iter=8, cn_update="offset-minsum")
    expected_bits, expected_crc = sionna(llr[:, None])
    decoded, crc_ok = code.decode(llr[:, None])
    assert torch.equal(decoded, expected_bits[:, 0]) and torch.equal(crc_ok, expected_crc[:, 0])


def test_code_blocks_are_segmented_with_their_own_crcs() -> None:
    code = _code(TWO_BLOCKS_OF_TWO_LAYERS)
    assert code.code_blocks == 2
    assert code.code_blocks * (code.code_block_bits - 24) == code.information_bits + 24


def test_unequal_codeword_lengths_survive_every_version() -> None:
    """If the number of code blocks does not divide the coded bits, codewords have two lengths."""
    key = PuschKey.of(TWO_BLOCKS_OF_TWO_LAYERS)
    transmitter = SimpleNamespace(key=key, transport_block_bits=12552, coded_bits=16428, code_rate=0.76, bits_per_symbol=6)
    sionna = TBEncoder(12552, 16428, 0.76, 6, 2, n_rnti=[1], n_id=[1])
    assert len({int(length) for length in sionna.cw_lengths if length}) == 2
    code = code_of(transmitter, "offset-minsum", 8)
    bits = _bits(code, 2)
    assert torch.equal(code.encode(bits), sionna(bits[:, None])[:, 0])
    llrs = torch.stack([_received(code.encode(bits, version), noise=0.8, seed=version) for version in REDUNDANCY_VERSIONS], dim=1)
    decoded, crc_ok = code.decode(llrs, REDUNDANCY_VERSIONS)
    assert crc_ok.all() and torch.equal(decoded, bits)


def test_more_versions_decode_what_one_cannot() -> None:
    code = _code(ONE_BLOCK)
    bits = _bits(code, 32)
    llrs = torch.stack([_received(code.encode(bits, version), noise=2.2, seed=version) for version in REDUNDANCY_VERSIONS], dim=1)
    lost = [int((~code.decode(llrs[:, :sent], REDUNDANCY_VERSIONS[:sent])[1]).sum()) for sent in (1, 2, 4)]
    assert lost[0] == 32 and lost[2] == 0 and lost[0] >= lost[1] >= lost[2]


def test_versions_differ_and_new_parity_beats_repetition() -> None:
    code = _code(ONE_BLOCK)
    bits = _bits(code, 32)
    sent = [code.encode(bits, version) for version in range(4)]
    assert all(not torch.equal(sent[a], sent[b]) for a in range(4) for b in range(a))
    first = _received(sent[0], noise=1.3)
    second = {version: _received(sent[version], noise=1.3, seed=5) for version in (0, 2)}
    ok = {version: int(code.decode(torch.stack([first, llr], dim=1), (0, version))[1].sum()) for version, llr in second.items()}
    assert ok[2] > 2 * ok[0]


def test_llrs_of_the_wrong_shape_are_refused() -> None:
    code = _code(ONE_BLOCK)
    with pytest.raises(ValueError, match=r"llrs has shape .* one row for each of \(0, 2\)"):
        code.decode(torch.zeros(4, 1, code.coded_bits), (0, 2))


def test_a_rate_that_needs_repetition_is_refused() -> None:
    with pytest.raises(CodingUnavailable, match=r"mcs_index=0 of table 1 .* use a higher mcs_index"):
        transmitter_of(LinkConfiguration(mcs_index=0))
