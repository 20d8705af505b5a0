"""Facts that a link evaluation needs beyond the counters: from the network, the operator, a standard's default, or missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from policies.limits.catalogue import LimitsCatalogue
from policies.managed_object import Scalar
from tools.contract import ToolValue
from twins.network import Cell

RECEIVER_CLASS = "ReceiverProfile"
_MICRO_BELOW_M = 20.0


class LinkFact(ToolValue):
    """A condition of the link with its origin. A `missing` fact has no value, and no default may be substituted for it."""

    name: str
    value: float | str | None
    unit: str = ""
    origin: Literal["network", "operator", "assumed", "missing"]
    source: str = Field(description="the object, standard or reason")


OperatorValues = Mapping[str, float | None]


def facts_of(
    cell: Cell, receiver: Mapping[str, Scalar], operator: OperatorValues, limits: LimitsCatalogue
) -> tuple[LinkFact, ...]:
    """Return the facts of a cell; `receiver`: attributes of its ReceiverProfile; `operator`: values by fact (None: not given)."""
    return (
        _operator_fact("dmrs_symbols", operator, "symbols a slot") or _pilots(receiver, limits),
        _operator_fact("delay_spread_ns", operator, "ns") or _spread(cell),
        _operator_fact("rx_antennas", operator, "") or _antennas(),
        _estimator(receiver),
        LinkFact(
            name="uplink_sinr", value="downlink CQI", origin="assumed",
            source="the network counts no uplink SINR: the downlink's is used instead",
        ),
        LinkFact(name="speed", value=None, unit="m/s", origin="missing", source="the network reports no mobility traces"),
        LinkFact(
            name="csi_error", value=None, unit="dB", origin="missing",
            source="TS 28.552 has no counter for the channel estimation error, and no history of it is kept",
        ),
    )  # fmt: skip


def _operator_fact(name: str, operator: OperatorValues, unit: str) -> LinkFact | None:
    value = operator.get(name)
    return None if value is None else LinkFact(name=name, value=value, unit=unit, origin="operator", source="as given")


def _pilots(receiver: Mapping[str, Scalar], limits: LimitsCatalogue) -> LinkFact:
    positions = receiver.get("dmrsAdditionalPosition")
    if isinstance(positions, int | float):
        return LinkFact(
            name="dmrs_symbols", value=1.0 + positions, unit="symbols a slot", origin="network",
            source=f"{RECEIVER_CLASS}.dmrsAdditionalPosition",
        )  # fmt: skip
    limit = limits.limit(RECEIVER_CLASS, "dmrsAdditionalPosition")
    assert isinstance(limit.default, int | float)
    source = (
        f"the network does not report the pilot pattern: one front-loaded and {limit.default} additional DMRS symbols, the"
        f" default ({limit.specification} clause {limit.clause})"
    )
    return LinkFact(name="dmrs_symbols", value=1.0 + limit.default, unit="symbols a slot", origin="assumed", source=source)


def _spread(cell: Cell) -> LinkFact:
    value, model = typical_delay_spread_ns(cell.carrier_ghz, cell.height)
    source = f"the network reports no delay spread: the median of {model} without line of sight (TR 38.901 table 7.5-6)"
    return LinkFact(name="delay_spread_ns", value=value, unit="ns", origin="assumed", source=source)


def typical_delay_spread_ns(carrier_ghz: float, height_m: float) -> tuple[float, str]:
    """Return the median delay spread without line of sight, ns, and the model: UMi for antennas below 20 m, else UMa.

    TR 38.901 table 7.5-6, with its lowest carrier of 6 GHz for UMa and 2 GHz for UMi (notes 6 and 7).
    """
    from math import log10

    if height_m < _MICRO_BELOW_M:
        return round(1e9 * 10.0 ** (-6.83 - 0.24 * log10(1.0 + max(carrier_ghz, 2.0)))), "UMi"
    return round(1e9 * 10.0 ** (-6.28 - 0.204 * log10(max(carrier_ghz, 6.0)))), "UMa"


def _antennas() -> LinkFact:
    source = "no managed object has the number of receive antennas: the fewest of the conformance tests (TS 38.104 clause 8.2)"
    return LinkFact(name="rx_antennas", value=2.0, origin="assumed", source=source)


def _estimator(receiver: Mapping[str, Scalar]) -> LinkFact:
    estimator = receiver.get("channelEstimator")
    if isinstance(estimator, str):
        return LinkFact(name="estimator_in_use", value=estimator, origin="network", source=f"{RECEIVER_CLASS}.channelEstimator")
    source = "the network does not report the estimator in use"
    return LinkFact(name="estimator_in_use", value=None, origin="missing", source=source)
