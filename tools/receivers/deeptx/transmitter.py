"""DeepTx: a PUSCH-shaped transmission without DMRS, with data on superimposed pilots in all 14 symbols.

Carrier, codebook precoding and MCS are those of a PUSCH; the mapping of coded bits to resource elements is learned.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tools.receivers.deeptx.transmitter_network import TransmitterNetwork
from twins.link.configuration import SYMBOLS_PER_SLOT
from twins.link.waveform.pusch import Pusch, PuschKey

if TYPE_CHECKING:
    import torch


class DeepTx(Pusch):
    """A single-layer transmitter; attributes as in `Pusch`.

    All 14 symbols are `data`. `pilots` complex[1, 14, S] are superimposed: sqrt(a) p, with the weights at construction.
    `pilot_sequence` complex[14, S] is p, of unit magnitude. The transport block has the MCS's code rate on all resource elements:
    the limit of TS 38.214 clause 6.1.4.2 to 156 of a PRB's 168, which leaves room for one DMRS symbol, does not apply.
    """

    def __init__(self, key: PuschKey, network: TransmitterNetwork) -> None:
        import torch
        from sionna.phy.nr.utils import calculate_tb_size

        super().__init__(key)
        self.network = network
        self.pilot_sequence = pilot_sequence(self.subcarriers)
        self.data = torch.ones(SYMBOLS_PER_SLOT, self.subcarriers, dtype=torch.bool)
        self.dmrs_positions = ()
        self.coded_bits = SYMBOLS_PER_SLOT * self.subcarriers * self.bits_per_symbol
        size = calculate_tb_size(self.bits_per_symbol, self.code_rate, num_coded_bits=self.coded_bits, return_cw_length=False)[0]
        self.transport_block_bits = int(size)
        with torch.no_grad():
            self.pilots = (network.split(self.bits_per_symbol, self.subcarriers).sqrt() * self.pilot_sequence)[None]

    def symbols(self, coded: torch.Tensor) -> torch.Tensor:
        """Map coded bits float[B, coded_bits], frequency first, to the grid complex[B, tx_antennas, 14, S]; differentiable."""

        bits = coded.reshape(len(coded), SYMBOLS_PER_SLOT, self.subcarriers, self.bits_per_symbol)
        grid: torch.Tensor = (self.network(bits, self.bits_per_symbol) * self.pilot_sequence)[:, None]
        if self.precoding is None:
            return grid
        precoded: torch.Tensor = self.precoding[None, :, :1, None] * grid
        return precoded


@lru_cache(maxsize=64)
def pilot_sequence(subcarriers: int) -> torch.Tensor:
    """Return the pilots complex[14, subcarriers]: QPSK of the Gold sequence of TS 38.211 clause 5.2.1.

    It is seeded per symbol like DMRS in clause 6.4.1.1.1.1, in slot 0 with scrambling identity 1.
    """
    import torch
    from sionna.phy.nr.utils import generate_prng_seq

    identity = 1
    bits = torch.stack(
        [
            torch.as_tensor(
                generate_prng_seq(2 * subcarriers, (2**17 * (symbol + 1) * (2 * identity + 1) + 2 * identity) % 2**31)
            )
            for symbol in range(SYMBOLS_PER_SLOT)
        ]
    ).float()
    signs = (1.0 - 2.0 * bits) / 2.0**0.5
    return torch.complex(signs[:, 0::2], signs[:, 1::2])
