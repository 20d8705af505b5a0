"""QoS of an orchestration: (delay, throughput, BER), by the link tables or by simulation, the same code in training and harness.

1. `evaluate(orchestration, device, channel, rung)` answers for one orchestration, with the `LinkResult` behind the three values.
2. `QosEvaluator` answers for many configurations at once, as columns: that is what a search over a configuration space needs.
3. Both rungs are `LinkEvaluator`s: `twins.link.table.LinkTables`, and `SimulatedLink`.
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
        10^9 operations/s; `channels` those of `channel_columns`, [N], or [1] for one channel under all. Where the evaluator does
        not reach, `covered` is False and the values mean nothing.
        """
        ...


class LinkEvaluator(Protocol):
    """Evaluates one link with everything that is known of it."""

    def evaluate(
        self, configuration: LinkConfiguration, channel: ChannelConfiguration, budget: ComputeBudget = ACCELERATOR
    ) -> LinkResult:
        """Return the link's quality, its delay with `budget`; raises a ValueError that says why where it cannot."""
        ...


@dataclass(frozen=True)
class QosEvaluation:
    """What an orchestration delivered: `qos`, and `link` behind it with intervals, provenance and coverage."""

    qos: Qos
    link: LinkResult


@dataclass(frozen=True)
class SimulatedLink:
    """The simulation as an evaluator: every link with the same `seed`, so that they are compared on the same slots."""

    seed: int = 1
    stopping: Stopping = field(default_factory=Stopping)

    def evaluate(
        self, configuration: LinkConfiguration, channel: ChannelConfiguration, budget: ComputeBudget = ACCELERATOR
    ) -> LinkResult:
        """Simulate one link; seconds."""
        from twins.link.simulation.simulation import simulate

        return simulate(configuration, channel, seed=self.seed, stopping=self.stopping, budget=budget)

    def evaluate_batch(self, configurations: Columns, channels: Columns) -> QosColumns:
        """Simulate each of N links in turn; not covered are those whose transmitter, receiver or code is not available."""
        links = configurations_of(configurations)
        fields = channels_of(channels)
        fields = fields * len(links) if len(fields) == 1 else fields
        budgets = [budget_of(gops) for gops in configurations["compute_gops"].tolist()]
        return _as_columns([self._qos(*one) for one in zip(links, fields, budgets, strict=True)])

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
    """Return what `orchestration` delivers between the ends `device` on `channel`.

    Raises OrchestrationRefused for what cannot be transmitted or asks for more than the device has, and the rung's own ValueError
    (NotCovered of the tables, ReceiverUnavailable, TransmitterUnavailable) for what it cannot evaluate.
    """
    configuration = compile_orchestration(orchestration, device)
    link = link_evaluator(rung).evaluate(configuration, channel, budget_of(device.compute_gops))
    return QosEvaluation(qos_of(link), link)


def qos_of(link: LinkResult) -> Qos:
    """Return the QoS in a link's result: the three estimates."""
    return Qos(delay_ms=link.delay_ms, throughput_mbps=link.throughput_mbps.value, ber=link.ber.value)


def link_evaluator(rung: Rung) -> LinkEvaluator:
    """Return the evaluator of `rung`."""
    if rung == "simulation":
        return SimulatedLink()
    from twins.link.table.tables import LinkTables

    return LinkTables.load()


def budget_of(compute_gops: float) -> ComputeBudget:
    """Return the budget of a device's `compute_gops`, 10^9 operations/s."""
    return ComputeBudget(operations_per_second=1e9 * compute_gops)


def _as_columns(delivered: list[Qos | None]) -> QosColumns:
    import numpy as np

    def column(name: str) -> NDArray[Any]:
        return np.array([np.nan if one is None else getattr(one, name) for one in delivered])

    covered = np.array([one is not None for one in delivered], dtype=bool)
    return QosColumns(column("delay_ms"), column("throughput_mbps"), column("ber"), covered)
