"""Arithmetic operations that a receiver spends on one slot, block by block: what its processing time is computed from.

An operation is one real addition, multiplication, comparison or elementary function. Counts follow the algorithms that the link
twin runs, per slot:

- `ls`: despreading, then linear interpolation over frequency and time; `lmmse`: the same with Wiener filters made beforehand
- `combining`: maximum ratio combining of one layer; `linear`: LMMSE filter of several layers; `qr` and `kbest`: QR decomposition,
  then breadth-first search
- `demapping`: per real dimension, over its PAM levels; `joint_demapping`: over the whole constellation, after `linear`
- `network`: what a neural receiver says of itself by an attribute `operations(pusch, configuration) -> float`, operations a slot
- LDPC, named by its algorithm: iterations x edges of the graph x operations an edge
"""

from __future__ import annotations

from math import log2
from typing import TYPE_CHECKING, NamedTuple

from twins.link.configuration import SYMBOLS_PER_SLOT, LinkConfiguration
from twins.link.delay.code_graph import CodeGraph, code_graph

if TYPE_CHECKING:
    from twins.link.receiver import Receiver
    from twins.link.waveform.pusch import Pusch

Operations = dict[str, float]

KBEST_PATHS = 16
_COMPLEX = 8.0  # complex multiply and add
_EDGE = {"offset-minsum": 10.0, "minsum": 8.0, "boxplus": 10.0, "boxplus-phi": 20.0}  # variable and check node update, per edge


class SlotShape(NamedTuple):
    """What of a transmission decides the work: `data` and `pilots` resource elements of a layer, bits, and the target rate."""

    data: int
    pilots: int
    information_bits: int
    coded_bits: int
    code_rate: float
    bits_per_symbol: int

    @classmethod
    def of(cls, transmitter: Pusch) -> SlotShape:
        """Return the shape of a built transmitter."""
        return cls(
            data=int(transmitter.data.sum()),
            pilots=int((transmitter.pilots[0].abs() > 0).sum()),
            information_bits=transmitter.transport_block_bits,
            coded_bits=transmitter.coded_bits,
            code_rate=transmitter.code_rate,
            bits_per_symbol=transmitter.bits_per_symbol,
        )

    @classmethod
    def of_pusch(cls, configuration: LinkConfiguration) -> SlotShape:
        """Return the shape of the standard PUSCH of `configuration` without building it (no torch)."""
        from twins.radio.abstraction import load_link_table
        from twins.radio.transport_block import transport_block

        table, index = load_link_table(configuration.mcs_table), configuration.mcs_index
        order, rate = int(table.modulation_order[index]), float(table.code_rate[index])
        # Two CDM groups carry no data, so a DMRS symbol has none: half of its subcarriers are pilots (DMRS type 1).
        data = configuration.subcarriers * (SYMBOLS_PER_SLOT - configuration.dmrs_symbols)
        elements = data * configuration.layers
        information = int(transport_block(order, rate, elements)[0])
        pilots = configuration.subcarriers // 2 * configuration.dmrs_symbols
        return cls(data, pilots, information, elements * order, rate, order)

    @property
    def graph(self) -> CodeGraph:
        """The transport block's LDPC graph."""
        return code_graph(self.information_bits, self.coded_bits, self.code_rate)


def detection_operations(receiver: Receiver, transmitter: Pusch, configuration: LinkConfiguration) -> Operations:
    """Operations of everything before decoding; empty for a receiver that is not classical and does not count its own."""
    if hasattr(receiver, "operations"):
        return {"network": float(receiver.operations(transmitter, configuration))}
    if configuration.receiver != "classical":
        return {}
    return classical_operations(SlotShape.of(transmitter), configuration)


def classical_operations(shape: SlotShape, configuration: LinkConfiguration) -> Operations:
    """Operations of channel estimation, detection and demapping of the classical receiver, by block."""
    counts = _detection(shape, configuration)
    if configuration.channel_estimator != "perfect":
        counts[configuration.channel_estimator] = _estimation(shape, configuration)
    return counts


def decoding_operations(shape: SlotShape, configuration: LinkConfiguration, combined: bool) -> Operations:
    """Operations of LDPC decoding: of a first transmission, or of several combined, which need the whole graph."""
    edges = shape.graph.all_edges if combined else shape.graph.edges
    algorithm = configuration.ldpc_algorithm
    return {algorithm: configuration.ldpc_iterations * edges * _EDGE[algorithm]}


def _estimation(shape: SlotShape, configuration: LinkConfiguration) -> float:
    links = configuration.rx_antennas * configuration.layers
    subcarriers, known, symbols = configuration.subcarriers, configuration.dmrs_symbols, SYMBOLS_PER_SLOT
    despreading = _COMPLEX * shape.pilots
    if configuration.channel_estimator == "ls":
        return links * (despreading + 6.0 * subcarriers * (known + symbols))
    pairs = shape.pilots / known / 2.0  # despread over pairs of pilots
    return links * (despreading + _COMPLEX * subcarriers * known * (pairs + symbols))


def _detection(shape: SlotShape, configuration: LinkConfiguration) -> Operations:
    antennas, layers, order = configuration.rx_antennas, configuration.layers, shape.bits_per_symbol
    points, data = 2.0**order, float(shape.data)
    if configuration.mimo_detector == "kbest":
        listed = KBEST_PATHS * order * layers * 2.0  # LLRs from the list
        return {"qr": data * _COMPLEX * antennas * layers**2, "kbest": data * (_search(layers, points) + listed)}
    if layers == 1:
        levels = 2.0 ** (order / 2)
        return {"combining": data * (14.0 * antennas + 4.0), "demapping": data * 2.0 * levels * (3.0 + order)}
    products = layers**2 * antennas + layers**3 + layers * antennas + layers**2
    return {"linear": data * _COMPLEX * products, "joint_demapping": data * layers * points * (4.0 + 2.0 * order)}


def _search(layers: int, points: float) -> float:
    """Operations of the K-best tree search: metrics of all children of the kept paths, and their sorting, layer by layer."""
    total, kept = 0.0, 1.0
    for depth in range(1, layers + 1):
        children = kept * points
        total += children * (_COMPLEX * depth + 3.0 + log2(children))
        kept = min(children, KBEST_PATHS)
    return total
