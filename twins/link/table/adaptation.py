"""Link adaptation by information: the MCS that an outer loop settles at for a receiver, without decoding a block.

Slots are detected once at each modulation order; the decoder's curves of the table then tell the block error rate of every MCS.
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
_STREAM = 9_000_000  # apart from the batches of a simulation with the same seed
_RESERVED_FROM = 28  # TS 38.214 tables 5.1.3.1-1 and -2


@dataclass(frozen=True)
class Adapted:
    """What an outer loop settles at: the MCS index of the configuration's table, and its block error rate by the curves."""

    mcs_index: int
    bler: float

    @property
    def holds(self) -> bool:
        """Whether the target is met there; else it is the lowest MCS, which misses it too."""
        return self.bler <= BLER_TARGET


def adapted_mcs(configuration: LinkConfiguration, channel: ChannelConfiguration, seed: int = 1, slots: int = SLOTS) -> Adapted:
    """Return the highest MCS that `configuration`'s receiver decodes with a first block error rate of at most 0.1.

    Where none reaches that, the lowest that has a curve. Raises NotCovered for a decoder without curves, and ReceiverUnavailable
    where the receiver cannot receive this link.
    """
    tables = LinkTables.load()
    tried = [configuration.model_copy(update={"mcs_index": index}) for index in range(_RESERVED_FROM)]
    rows = rows_of(configuration_columns(tried), channel_columns([channel]))
    if rows.decoder[0] < 0:
        raise NotCovered(
            f"ldpc_algorithm={configuration.ldpc_algorithm} x {configuration.ldpc_iterations} has no curve in the link table: it"
            f" knows {', '.join(f'{name} x {iterations}' for name, iterations in DECODERS)}"
        )
    found: list[Adapted] = []
    for order in np.unique(rows.order):
        indices = np.flatnonzero(rows.order == order)
        information = _information(tried[int(indices[-1])], channel, seed_of(seed, _STREAM, int(order)), slots)
        rates = tables.decoded(information, rows, indices)
        of_order = [Adapted(int(i), float(rate)) for i, rate in zip(indices, rates, strict=True) if np.isfinite(rate)]
        found += of_order
        if of_order and min(one.bler for one in of_order) > BLER_TARGET:
            break  # a higher order is worse still
    within = [one for one in found if one.bler <= BLER_TARGET]
    return max(within, key=lambda one: one.mcs_index) if within else min(found, key=lambda one: one.mcs_index)


def _information(configuration: LinkConfiguration, channel: ChannelConfiguration, seed: int, slots: int) -> Floats:
    """Slot information float64[slots] at the configuration's modulation order."""
    import torch
    from sionna.phy import config

    transmitter = make_transmitter(configuration)
    receiver = make_receiver(transmitter, configuration, channel)
    with sionna_generators(), torch.no_grad():
        config.seed = seed
        sent = send(transmitter, configuration, channel, random_bits((slots, transmitter.coded_bits)))
        found: Floats = slot_information(receiver.detect(sent).llr, sent.coded).double().numpy()
    return found
