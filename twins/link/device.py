"""The device state shown to a planner, and the rules that a link configuration must keep on that device.

Each rule is written once, over columns (one array per `LinkConfiguration` field): arrays of one element check a single
orchestration and name what to change, long arrays filter a whole configuration space.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from policies.violation import Violation
from policies.word import Word
from twins.link.columns import Columns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Modulation = Literal["QPSK", "16QAM", "64QAM", "256QAM"]

BITS_PER_SYMBOL = {"QPSK": 2, "16QAM": 4, "64QAM": 6, "256QAM": 8}


class DeviceState(Word):
    """Current capabilities of both ends of the link: hardware and free resources."""

    tx_antennas: Literal[1, 2, 4] = Field(description="antenna ports of the transmitting device")
    rx_antennas: int = Field(ge=1, le=16, description="antennas of the receiving base station; all of them are used")
    max_power_dbm: float = Field(ge=-40.0, le=26.0, description="maximum transmit power, dBm")
    max_modulation: Modulation = Field(description="highest modulation order that the device supports")
    transmitters: tuple[Literal["pusch", "deeptx"], ...] = Field(
        default=("pusch",), min_length=1, description="installed transmitters"
    )
    receivers: tuple[str, ...] = Field(
        default=("ls+lmmse",),
        min_length=1,
        description="installed receivers: estimator+detector of the classical receiver, or a neural receiver",
    )
    free_prbs: int = Field(ge=1, le=275, description="PRBs that the scheduler can allocate now")
    subcarriers_khz: tuple[Literal[15, 30, 60, 120], ...] = Field(
        default=(30,), min_length=1, description="supported spacings, kHz"
    )
    compute_gops: float = Field(
        default=1000.0,
        ge=0.001,
        le=1e6,
        description="compute budget of the receiving side, 10^9 operations/s; determines the processing delay (ComputeBudget)",
    )


@dataclass(frozen=True)
class DeviceRule:
    """One limit of a device: `is_met` is False where `field` of the orchestration exceeds `attribute` of the device state."""

    field: str
    attribute: str
    column: str
    is_met: Callable[[DeviceState, Columns], NDArray[np.bool_]]
    remedy: str


def _at_most(column: str, attribute: str) -> Callable[[DeviceState, Columns], NDArray[np.bool_]]:
    return lambda device, columns: columns[column] <= getattr(device, attribute)


def _one_of(column: str, attribute: str) -> Callable[[DeviceState, Columns], NDArray[np.bool_]]:
    def is_met(device: DeviceState, columns: Columns) -> NDArray[np.bool_]:
        import numpy as np

        return np.isin(columns[column], list(getattr(device, attribute)))

    return is_met


def _modulation_supported(device: DeviceState, columns: Columns) -> NDArray[np.bool_]:
    import numpy as np

    from twins.radio.abstraction import load_link_table

    tables, indices = np.atleast_1d(columns["mcs_table"], columns["mcs_index"])
    orders = np.zeros(indices.shape, dtype=np.int64)
    for table in np.unique(tables):
        table_orders = load_link_table(int(table)).modulation_order  # TS 38.214 tables 5.1.3.1-1 and -2
        orders[tables == table] = table_orders[indices[tables == table]]
    return np.asarray(orders <= BITS_PER_SYMBOL[device.max_modulation])


RULES = (
    DeviceRule(
        "transmitter.antenna_ports",
        "tx_antennas",
        "tx_antennas",
        _at_most("tx_antennas", "tx_antennas"),
        "use fewer antenna ports",
    ),
    DeviceRule(
        "transmitter.power_dbm",
        "max_power_dbm",
        "transmit_power_dbm",
        _at_most("transmit_power_dbm", "max_power_dbm"),
        "lower the power",
    ),
    DeviceRule(
        "transmitter.mcs_index",
        "max_modulation",
        "mcs_index",
        _modulation_supported,
        "use an MCS of a lower modulation order",
    ),
    DeviceRule(
        "transmitter.module",
        "transmitters",
        "transmitter",
        _one_of("transmitter", "transmitters"),
        "use an installed transmitter",
    ),
    DeviceRule("receiver", "receivers", "receiver_name", _one_of("receiver_name", "receivers"), "use an installed receiver"),
    DeviceRule("resources.prbs", "free_prbs", "prbs", _at_most("prbs", "free_prbs"), "request fewer PRBs"),
    DeviceRule(
        "resources.subcarrier_khz",
        "subcarriers_khz",
        "subcarrier_khz",
        _one_of("subcarrier_khz", "subcarriers_khz"),
        "use a supported spacing",
    ),
)


def permitted(device: DeviceState, columns: Columns) -> NDArray[np.bool_]:
    """Return which of the N configurations in `columns` keep every rule of `device`: bool[N]."""
    import numpy as np

    return np.asarray(np.logical_and.reduce([rule.is_met(device, columns) for rule in RULES]))


def device_violations(device: DeviceState, columns: Columns) -> tuple[Violation, ...]:
    """Return every rule of `device` that a single configuration breaks; `columns` has arrays of one element."""
    return tuple(
        Violation(
            field=rule.field,
            value=str(columns[rule.column].item()),
            allowed=_allowed(getattr(device, rule.attribute)),
            source=f"device state {rule.attribute}",
            remedy=rule.remedy,
        )
        for rule in RULES
        if not rule.is_met(device, columns).all()
    )


def _allowed(value: object) -> str:
    if isinstance(value, tuple):
        return f"one of {', '.join(map(str, value))}"
    return f"at most {value:g}" if isinstance(value, int | float) else f"at most {value}"
