"""The configuration space that the oracle searches.

`DEFAULT_SPACE` has every combination of its `formats` (antenna ports, layers, transmitter, receiver) with its other choices that
TS 38.211 and the link twin can transmit; formats and ranges are those of the link table. It is ordered from cheap to expensive:
among equal rewards the oracle takes the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from twins.link.columns import configuration_columns
from twins.link.configuration import LdpcAlgorithm, LinkConfiguration
from twins.link.device import DeviceState, permitted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# transmitter, receiver, estimator, detector, antenna ports, layers
Format = tuple[str, str, str | None, str | None, int, int]

FORMATS: tuple[Format, ...] = (
    ("pusch", "classical", "ls", "lmmse", 1, 1),
    ("pusch", "classical", "lmmse", "lmmse", 1, 1),
    ("pusch", "deeprx", None, None, 1, 1),
    ("pusch", "classical", "ls", "lmmse", 2, 2),
)
_FORMAT_FIELDS = ("transmitter", "receiver", "estimator", "detector", "tx_antennas", "layers")


@dataclass(frozen=True)
class ConfigurationSpace:
    """Choices of each argument of an orchestration; PRBs, dBm, kHz, iterations as in `LinkConfiguration`."""

    prbs: tuple[int, ...] = (4, 6, 12, 24)
    powers_dbm: tuple[float, ...] = (14.0, 17.0, 20.0, 23.0)
    harq_retransmissions: tuple[int, ...] = (0, 1, 3)
    decoders: tuple[tuple[LdpcAlgorithm, int], ...] = (("offset-minsum", 8), ("boxplus-phi", 20))
    formats: tuple[Format, ...] = FORMATS
    dmrs_symbols: tuple[int, ...] = (1, 2)
    mcs: tuple[tuple[int, int], ...] = tuple((1, index) for index in (3, 5, 7, 9, 11, 13, 15, 18, 20, 22, 24, 27))
    subcarriers_khz: tuple[int, ...] = (30,)

    @cached_property
    def configurations(self) -> tuple[LinkConfiguration, ...]:
        """All configurations of the space that can be transmitted, cheapest first, with as many receive antennas as layers."""
        axes = (self.prbs, self.powers_dbm, self.harq_retransmissions, self.decoders, self.formats, self.dmrs_symbols, self.mcs)
        candidates = (_configuration(*values) for values in product(*axes, self.subcarriers_khz))
        return tuple(candidate for candidate in candidates if candidate is not None)

    @cached_property
    def columns(self) -> dict[str, NDArray[Any]]:
        """The configurations as columns, see `twins.link.columns.configuration_columns`."""
        return configuration_columns(self.configurations)

    def for_device(self, device: DeviceState) -> tuple[NDArray[np.int64], dict[str, NDArray[Any]]]:
        """Return indices and columns of the configurations permitted by `device`, with its antennas and compute budget."""
        import numpy as np

        constants = {"rx_antennas": device.rx_antennas, "compute_gops": device.compute_gops}
        columns = {**self.columns, **{name: np.full(len(self.configurations), value) for name, value in constants.items()}}
        indices = np.flatnonzero(permitted(device, columns) & (columns["layers"] <= device.rx_antennas))
        return indices, {name: values[indices] for name, values in columns.items()}


def _configuration(
    prbs: int,
    power_dbm: float,
    retransmissions: int,
    decoder: tuple[LdpcAlgorithm, int],
    link_format: Format,
    dmrs_symbols: int,
    mcs: tuple[int, int],
    subcarrier_khz: int,
) -> LinkConfiguration | None:
    fields = dict(zip(_FORMAT_FIELDS, link_format, strict=True))
    try:
        return LinkConfiguration.model_validate(
            {
                **fields,
                "rx_antennas": fields["layers"],
                "prbs": prbs,
                "transmit_power_dbm": power_dbm,
                "harq_retransmissions": retransmissions,
                "ldpc_algorithm": decoder[0],
                "ldpc_iterations": decoder[1],
                "dmrs_symbols": dmrs_symbols,
                "mcs_table": mcs[0],
                "mcs_index": mcs[1],
                "subcarrier_khz": subcarrier_khz,
            }
        )
    except ValidationError:
        return None


DEFAULT_SPACE = ConfigurationSpace()
