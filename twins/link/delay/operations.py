"""Arithmetic operations of a receiver per slot, by receiver block; the processing delay is computed from them.

An operation is one real addition, multiplication, comparison or elementary function. Counts follow the algorithms that the link
twin runs, per slot:

- `ls`: despreading, then linear interpolation over frequency and time; `lmmse`: the same with precomputed Wiener filters
- `combining`: maximum ratio combining of one layer; `linear`: LMMSE filter of several layers; `qr` and `kbest`: QR decomposition,
  then breadth-first search
- `demapping`: per real dimension, over its PAM levels; `joint_demapping`: over the whole constellation, after `linear`
- `network`: what a neural receiver reports by its method `operations(pusch, configuration) -> float`, operations per slot
- LDPC, named by its algorithm: iterations x edges of the graph x operations per edge
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
    """The size of a transmission: `data` and `pilots` resource elements per layer, bits per slot, and the target code rate."""

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
        # With two CDM groups without data a DMRS symbol carries no data; half of its subcarriers are pilots (DMRS type 1).
        data = configuration.subcarriers * (SYMBOLS_PER_SLOT - configuration.dmrs_symbols)
        elements = data * configuration.layers
        information = int(transport_block(order, rate, elements)[0])
        pilots = configuration.subcarriers // 2 * configuration.dmrs_symbols
        return cls(data, pilots, information, elements * order, rate, order)

    @property
    def graph(self) -> CodeGraph:
        """Size of the transport block's LDPC graph."""
        return code_graph(self.information_bits, self.coded_bits, self.code_rate)


def detection_operations(receiver: Receiver, transmitter: Pusch, configuration: LinkConfiguration) -> Operations:
    """Return the operations before decoding, by block; empty for a neural receiver that does not report its own."""
    if hasattr(receiver, "operations"):
        return {"network": float(receiver.operations(transmitter, configuration))}
    if configuration.receiver != "classical":
        return {}
    return classical_operations(SlotShape.of(transmitter), configuration)


def classical_operations(shape: SlotShape, configuration: LinkConfiguration) -> Operations:
    """Return the classical receiver's operations of channel estimation, detection and demapping, by block."""
    counts = _detection(shape, configuration)
    if configuration.channel_estimator != "perfect":
        counts[configuration.channel_estimator] = _estimation(shape, configuration)
    return counts


def decoding_operations(shape: SlotShape, configuration: LinkConfiguration, combined: bool) -> Operations:
    """Return the operations of LDPC decoding: of a first transmission, or of `combined` ones, which need the whole graph."""
    edges = shape.graph.all_edges if combined else shape.graph.edges
    algorithm = configuration.ldpc_algorithm
    return {algorithm: configuration.ldpc_iterations * edges * _EDGE[algorithm]}


def _estimation(shape: SlotShape, configuration: LinkConfiguration) -> float:
    links = configuration.rx_antennas * configuration.layers
    subcarriers, dmrs, symbols = configuration.subcarriers, configuration.dmrs_symbols, SYMBOLS_PER_SLOT
    despreading = _COMPLEX * shape.pilots
    if configuration.channel_estimator == "ls":
        return links * (despreading + 6.0 * subcarriers * (dmrs + symbols))
    pairs = shape.pilots / dmrs / 2.0  # despread over pairs of pilots
    return links * (despreading + _COMPLEX * subcarriers * dmrs * (pairs + symbols))


def _detection(shape: SlotShape, configuration: LinkConfiguration) -> Operations:
    antennas, layers, order = configuration.rx_antennas, configuration.layers, shape.bits_per_symbol
    points, data = 2.0**order, float(shape.data)
    if configuration.mimo_detector == "kbest":
        list_llrs = KBEST_PATHS * order * layers * 2.0
        return {"qr": data * _COMPLEX * antennas * layers**2, "kbest": data * (_search(layers, points) + list_llrs)}
    if layers == 1:
        levels = 2.0 ** (order / 2)
        return {"combining": data * (14.0 * antennas + 4.0), "demapping": data * 2.0 * levels * (3.0 + order)}
    products = layers**2 * antennas + layers**3 + layers * antennas + layers**2
    return {"linear": data * _COMPLEX * products, "joint_demapping": data * layers * points * (4.0 + 2.0 * order)}


def _search(layers: int, points: float) -> float:
    """Operations of the K-best tree search: metrics of all children of the surviving paths, and sorting, layer by layer."""
    total, paths = 0.0, 1.0
    for depth in range(1, layers + 1):
        children = paths * points
        total += children * (_COMPLEX * depth + 3.0 + log2(children))
        paths = min(children, KBEST_PATHS)
    return total
