"""The transmitted slot: Sionna's PUSCH transmitter of one configuration, built once and cached.

1. Sionna silently ignores changes to a `PUSCHConfig` after its transmitter was built, so each configuration has its own
   transmitter.
2. What does not change the transmitted grid (receiver, decoder, HARQ, power) is not part of the key, so receivers share it.
3. From the codebook (TS 38.211 tables 6.3.1.5-1 to -7) a precoder is used that transmits on all ports at full power; the first
   precoder of each table loses 1.2 to 6 dB when there are fewer layers than ports.
4. `symbols(bits)` maps coded bits to the precoded grid; `Pusch.data` and `.pilots` locate data and DMRS in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from twins.link.configuration import LinkConfiguration

if TYPE_CHECKING:
    import torch

_FULL_POWER_TPMI = {(1, 2): 2, (2, 2): 0, (1, 4): 12, (2, 4): 14, (3, 4): 3, (4, 4): 0}  # by layers and antenna ports


@dataclass(frozen=True)
class PuschKey:
    """The fields of a `LinkConfiguration` that determine the transmitted grid."""

    mcs_table: int
    mcs_index: int
    prbs: int
    subcarrier_khz: int
    layers: int
    tx_antennas: int
    dmrs_symbols: int

    @classmethod
    def of(cls, configuration: LinkConfiguration) -> PuschKey:
        """Return the key of `configuration`."""
        return cls(**{name: getattr(configuration, name) for name in cls.__dataclass_fields__})


class Pusch:
    """A PUSCH transmitter.

    `transmitter` is Sionna's; `bits_per_symbol` 2, 4, 6 or 8; `code_rate` in (0, 1); `transport_block_bits`; `coded_bits` per
    slot; `pilots` complex64[layers, 14, S], the DMRS of each layer, 0 elsewhere; `data` bool[14, S], True at data elements.
    """

    def __init__(self, key: PuschKey) -> None:
        import torch
        from sionna.phy.nr import PUSCHTransmitter

        self.key = key
        sionna_config = _sionna_config(key)
        self.transmitter: Any = PUSCHTransmitter(sionna_config, return_bits=False)
        self.grid: Any = self.transmitter.resource_grid
        self.bits_per_symbol = int(sionna_config.tb.num_bits_per_symbol)
        self.code_rate = float(sionna_config.tb.target_coderate)
        self.transport_block_bits = int(sionna_config.tb_size)
        self.coded_bits = int(sionna_config.num_coded_bits)
        self.subcarriers = key.prbs * 12
        mask = self.transmitter.pilot_pattern.mask[0]  # [layers, 14, S], True at pilots and empty elements
        self.data = ~mask[0].bool()
        self.pilots = torch.zeros(mask.shape, dtype=torch.complex64)
        for layer in range(key.layers):
            self.pilots[layer][mask[layer].bool()] = self.transmitter.pilot_pattern.pilots[0, layer].to(torch.complex64)
        precoder = self.transmitter._precoder
        self.precoding: torch.Tensor | None = None if precoder is None else precoder._w[0]  # [ports, layers]
        self.dmrs_positions = tuple(int(i) for i in torch.nonzero(mask[0].bool().any(dim=-1)).flatten())

    def symbols(self, coded: torch.Tensor) -> torch.Tensor:
        """Map coded bits float[B, coded_bits] to the transmitted grid complex[B, tx_antennas, 14, S]."""
        tx = self.transmitter
        grid = tx._resource_grid_mapper(tx._layer_mapper(tx._mapper(coded[:, None, :])))
        grid = grid if tx._precoder is None else tx._precoder(grid)
        mapped: torch.Tensor = grid[:, 0]
        return mapped

    def effective(self, channel: torch.Tensor) -> torch.Tensor:
        """Return the effective channel complex[B, rx, layers, 14, S] of the ports' `channel` complex[B, rx, ports, 14, S]."""
        import torch

        if self.precoding is None:
            return channel
        return torch.einsum("brpts,pl->brlts", channel, self.precoding)


@lru_cache(maxsize=64)
def pusch_of(key: PuschKey) -> Pusch:
    """Return the transmitter of `key`, built once."""
    return Pusch(key)


def _sionna_config(key: PuschKey) -> Any:
    from sionna.phy.nr import PUSCHConfig

    config = PUSCHConfig()
    config.carrier.subcarrier_spacing = key.subcarrier_khz
    config.carrier.n_size_grid = key.prbs
    config.num_antenna_ports = key.tx_antennas
    config.num_layers = key.layers
    if key.tx_antennas > 1:
        config.precoding = "codebook"
        config.tpmi = _FULL_POWER_TPMI[key.layers, key.tx_antennas]
    config.dmrs.config_type = 1
    config.dmrs.length = 1
    config.dmrs.additional_position = key.dmrs_symbols - 1
    config.dmrs.num_cdm_groups_without_data = 2
    config.tb.mcs_table = key.mcs_table
    config.tb.mcs_index = key.mcs_index
    return config
