"""Processing delays of many links: the model of `twins.link.delay.processing_delay`, computed once per distinct link."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.link.columns import Columns
from twins.link.configuration import SUBCARRIERS_PER_PRB, SYMBOLS_PER_SLOT, LinkConfiguration
from twins.link.delay.operations import Operations, SlotShape, classical_operations
from twins.link.delay.processing_delay import ComputeBudget, ProcessingDelay, processing_delay

NeuralOperations = Callable[[str, int, int], float | None]
"""(family, modulation order, DMRS symbols) → operations per slot and PRB; None for the classical receiver."""

_DELAY_FIELDS = (
    *("mcs_table", "mcs_index", "prbs", "subcarrier_khz", "layers", "tx_antennas", "rx_antennas", "dmrs_symbols"),
    *("transmitter", "receiver", "estimator", "detector", "ldpc_algorithm", "ldpc_iterations", "compute_gops"),
)


def mean_delays(configurations: Columns, transmissions: NDArray[np.float64], neural: NeuralOperations) -> NDArray[np.float64]:
    """Return the mean delay in seconds of N links, float64[N], for `transmissions` float64[N] (1..4) per block.

    `configurations` as from `configuration_columns`, with `compute_gops`.
    """
    distinct, inverse = _distinct_rows(configurations)
    inputs = zip(*(np.asarray(configurations[name])[distinct].tolist() for name in _DELAY_FIELDS), strict=True)
    delays = np.array([_delays(values, neural) for values in inputs])  # [rows, 5]: of 1 to 5 transmissions
    whole = np.floor(transmissions).astype(np.int64)
    low, high = delays[inverse, whole - 1], delays[inverse, whole]
    result: NDArray[np.float64] = low + (transmissions - whole) * (high - low)
    return result


def _distinct_rows(configurations: Columns) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows with distinct inputs of the delay model, and the index among them for each link."""
    codes = np.zeros(len(configurations["mcs_index"]), dtype=np.int64)
    for name in _DELAY_FIELDS:
        _, code = np.unique(np.asarray(configurations[name]), return_inverse=True)
        codes = codes * (int(code.max(initial=0)) + 1) + code
        _, codes = np.unique(codes, return_inverse=True)  # keeps the codes small
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    return first, inverse


@lru_cache(maxsize=200_000)  # a search meets the same few thousand links on every channel
def _delays(values: tuple[Any, ...], neural: NeuralOperations) -> tuple[float, ...]:
    fields = dict(zip(_DELAY_FIELDS, values, strict=True))
    gops = float(fields.pop("compute_gops"))
    configuration = LinkConfiguration(**{name: None if value == "" else value for name, value in fields.items()})
    shape = _shape(configuration)
    family = f"{configuration.receiver_name}_{configuration.tx_antennas}x{configuration.rx_antennas}_{configuration.layers}"
    per_prb = neural(family, shape.bits_per_symbol, configuration.dmrs_symbols)
    return _model(configuration, shape, per_prb, gops)


def _model(configuration: LinkConfiguration, shape: SlotShape, per_prb: float | None, gops: float) -> tuple[float, ...]:
    operations: Operations = (
        classical_operations(shape, configuration) if per_prb is None else {"network": per_prb * configuration.prbs}
    )
    delay: ProcessingDelay = processing_delay(configuration, shape, operations, ComputeBudget(operations_per_second=1e9 * gops))
    return tuple(delay.seconds(sent) for sent in range(1, 6))


def _shape(configuration: LinkConfiguration) -> SlotShape:
    """Shape of the slot: PUSCH's, or with data on all elements if the pilots are superimposed."""
    shape = SlotShape.of_pusch(configuration)
    if configuration.transmitter == "pusch":
        return shape
    from twins.radio.transport_block import transport_block

    elements = configuration.prbs * SUBCARRIERS_PER_PRB * SYMBOLS_PER_SLOT
    size = int(transport_block(shape.bits_per_symbol, shape.code_rate, elements)[0])
    return shape._replace(data=elements, pilots=0, information_bits=size, coded_bits=elements * shape.bits_per_symbol)
