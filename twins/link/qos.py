"""QoS of an orchestration (delay, throughput, BER) from the link tables or by simulation; training and harness share this code.

1. `evaluate(orchestration, device, channel, rung)` evaluates one orchestration and returns the `LinkResult` behind the QoS too.
2. `QosEvaluator` evaluates many configurations at once, as columns: this is what a search over a configuration space uses.
3. Each rung is a `LinkEvaluator`: `twins.link.table.tables.LinkTables` and `SimulatedLink`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from policies.qos import Qos
from twins.link.columns import Columns, channels_of, configurations_of
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.delay.processing_delay import ACCELERATOR, ComputeBudget
from twins.link.device import DeviceState
from twins.link.orchestration import Orchestration, compile_orchestration
from twins.link.qos_columns import QosColumns
from twins.link.result import LinkResult
from twins.link.simulation.stopping import Stopping

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rung = Literal["table", "simulation"]


class QosEvaluator(Protocol):
    """Evaluates many links at once."""

    def evaluate_batch(self, configurations: Columns, channels: Columns) -> QosColumns:
        """Return the QoS of N links.

        `configurations` has the arrays[N] of `configuration_columns`, and `compute_gops`, the budget of the processing delay in
        10^9 operations/s; `channels` those of `channel_columns`, [N], or [1] for a channel shared by all links. Where a link is
        outside the evaluator's range, `covered` is False and its values are undefined.
        """
        ...


class LinkEvaluator(Protocol):
    """Evaluates one link in full detail."""

    def evaluate(
        self, configuration: LinkConfiguration, channel: ChannelConfiguration, budget: ComputeBudget = ACCELERATOR
    ) -> LinkResult:
        """Return the link's quality, its delay with compute `budget`; raises a ValueError with the reason if it cannot."""
        ...


@dataclass(frozen=True)
class QosEvaluation:
    """The `qos` that an orchestration delivers, and the `link` result behind it with intervals, provenance and coverage."""

    qos: Qos
    link: LinkResult


@dataclass(frozen=True)
class SimulatedLink:
    """The simulation as an evaluator; every link uses the same `seed`, so links are compared on the same slots."""

    seed: int = 1
    stopping: Stopping = field(default_factory=Stopping)

    def evaluate(
        self, configuration: LinkConfiguration, channel: ChannelConfiguration, budget: ComputeBudget = ACCELERATOR
    ) -> LinkResult:
        """Simulate one link; takes seconds."""
        from twins.link.simulation.simulation import simulate

        return simulate(configuration, channel, seed=self.seed, stopping=self.stopping, budget=budget)

    def evaluate_batch(self, configurations: Columns, channels: Columns) -> QosColumns:
        """Simulate N links in turn; a link whose transmitter, receiver or code is not available is not covered."""
        links = configurations_of(configurations)
        link_channels = channels_of(channels)
        link_channels = link_channels * len(links) if len(link_channels) == 1 else link_channels
        budgets = [budget_of(gops) for gops in configurations["compute_gops"].tolist()]
        return _as_columns([self._qos(*arguments) for arguments in zip(links, link_channels, budgets, strict=True)])

    def _qos(self, configuration: LinkConfiguration, channel: ChannelConfiguration, budget: ComputeBudget) -> Qos | None:
        from twins.link.receiver import ReceiverUnavailable
        from twins.link.transmitter import TransmitterUnavailable

        try:
            return qos_of(self.evaluate(configuration, channel, budget))
        except (ReceiverUnavailable, TransmitterUnavailable):
            return None


def evaluate(
    orchestration: Orchestration, device: DeviceState, channel: ChannelConfiguration, rung: Rung = "table"
) -> QosEvaluation:
    """Return what `orchestration` delivers on `device` and `channel`.

    Raises OrchestrationRefused if the orchestration cannot be transmitted or exceeds the device, and the rung's own ValueError
    (NotCovered by the tables, ReceiverUnavailable, TransmitterUnavailable) if it cannot be evaluated.
    """
    configuration = compile_orchestration(orchestration, device)
    link = link_evaluator(rung).evaluate(configuration, channel, budget_of(device.compute_gops))
    return QosEvaluation(qos_of(link), link)


def qos_of(link: LinkResult) -> Qos:
    """Return the QoS of a link result: its point estimates of delay, throughput and BER."""
    return Qos(delay_ms=link.delay_ms, throughput_mbps=link.throughput_mbps.value, ber=link.ber.value)


def link_evaluator(rung: Rung) -> LinkEvaluator:
    """Return the evaluator of `rung`."""
    if rung == "simulation":
        return SimulatedLink()
    from twins.link.table.tables import LinkTables

    return LinkTables.load()


def budget_of(compute_gops: float) -> ComputeBudget:
    """Return the compute budget for `compute_gops` in 10^9 operations/s."""
    return ComputeBudget(operations_per_second=1e9 * compute_gops)


def _as_columns(delivered: list[Qos | None]) -> QosColumns:
    import numpy as np

    def column(name: str) -> NDArray[Any]:
        return np.array([np.nan if qos is None else getattr(qos, name) for qos in delivered])

    covered = np.array([qos is not None for qos in delivered], dtype=bool)
    return QosColumns(column("delay_ms"), column("throughput_mbps"), column("ber"), covered)
