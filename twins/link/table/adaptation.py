"""Link adaptation by mutual information: the MCS at which an outer loop converges for a receiver, without decoding a block.

Slots are detected once per modulation order; the table's decoder curves then give the block error rate of every MCS.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twins.link.columns import channel_columns, configuration_columns
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.receiver import make_receiver
from twins.link.table.curve_grid import DECODERS
from twins.link.table.information import Floats, slot_information
from twins.link.table.not_covered import NotCovered
from twins.link.table.rows import rows_of
from twins.link.table.tables import LinkTables
from twins.link.transmitter import make_transmitter
from twins.link.waveform.seeding import seed_of, sionna_generators
from twins.link.waveform.slots import random_bits, send

BLER_TARGET = 0.1
SLOTS = 96
_STREAM = 9_000_000  # separates these draws from the batches of a simulation with the same seed
_RESERVED_FROM = 28  # TS 38.214 tables 5.1.3.1-1 and -2


@dataclass(frozen=True)
class AdaptedMcs:
    """The MCS index at which an outer loop converges, in the configuration's MCS table, and its block error rate."""

    mcs_index: int
    bler: float

    @property
    def meets_target(self) -> bool:
        """Whether the block error rate is within the target; if not, `mcs_index` is the lowest MCS."""
        return self.bler <= BLER_TARGET


def adapted_mcs(configuration: LinkConfiguration, channel: ChannelConfiguration, seed: int = 1, slots: int = SLOTS) -> AdaptedMcs:
    """Return the highest MCS that `configuration`'s receiver decodes with a first block error rate of at most 0.1.

    If no MCS reaches it, return the lowest that has a decoder curve. Raises NotCovered for a decoder without curves and
    ReceiverUnavailable if the receiver cannot receive this link.
    """
    tables = LinkTables.load()
    configurations = [configuration.model_copy(update={"mcs_index": index}) for index in range(_RESERVED_FROM)]
    rows = rows_of(configuration_columns(configurations), channel_columns([channel]))
    if rows.decoder[0] < 0:
        raise NotCovered(
            f"ldpc_algorithm={configuration.ldpc_algorithm} x {configuration.ldpc_iterations} has no curve in the link table: it"
            f" has {', '.join(f'{name} x {iterations}' for name, iterations in DECODERS)}"
        )
    candidates: list[AdaptedMcs] = []
    for order in np.unique(rows.order):
        indices = np.flatnonzero(rows.order == order)
        information = _information(configurations[int(indices[-1])], channel, seed_of(seed, _STREAM, int(order)), slots)
        rates = tables.first_bler(information, rows, indices)
        of_order = [AdaptedMcs(int(i), float(rate)) for i, rate in zip(indices, rates, strict=True) if np.isfinite(rate)]
        candidates += of_order
        if of_order and not any(candidate.meets_target for candidate in of_order):
            break  # a higher order is worse
    adequate = [candidate for candidate in candidates if candidate.meets_target]
    return max(adequate, key=_mcs_index) if adequate else min(candidates, key=_mcs_index)


def _mcs_index(candidate: AdaptedMcs) -> int:
    return candidate.mcs_index


def _information(configuration: LinkConfiguration, channel: ChannelConfiguration, seed: int, slots: int) -> Floats:
    """Slot information float64[slots] with the configuration's modulation order."""
    import torch
    from sionna.phy import config

    transmitter = make_transmitter(configuration)
    receiver = make_receiver(transmitter, configuration, channel)
    with sionna_generators(), torch.no_grad():
        config.seed = seed
        sent = send(transmitter, configuration, channel, random_bits((slots, transmitter.coded_bits)))
        information: Floats = slot_information(receiver.detect(sent).llr, sent.coded).double().numpy()
    return information
