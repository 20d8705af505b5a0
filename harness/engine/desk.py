"""What the steps of one run work with. None of it is in the graph's state: a resumed run builds it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from harness.approvals.store import ApprovalStore
from harness.commitments.guard import guard
from harness.commitments.network_identity import OtherNetworkError, require_network
from harness.commitments.store import CommitmentStore
from harness.gate.approver_authorization import ApproverPolicy
from harness.gate.gate import Gate
from harness.journal.journal import Journal
from harness.records.artifacts import Artifacts
from harness.records.events import Event, EventKind, Listener
from harness.records.run_record import RunStore
from harness.records.status import Mode
from harness.restrictions.store import RestrictionStore
from harness.runtime.paths import Paths
from harness.runtime.settings import Settings
from harness.runtime.tracing import Tracer
from policies.guardrails.guardrails import Guardrails
from policies.limits.catalogue import LimitsCatalogue
from twins.network import Network

if TYPE_CHECKING:
    from agents.planner import Planner
    from tools.context import ToolContext
    from tools.oran.clock import NetworkClock
    from tools.registry import ToolRegistry
    from tools.telemetry.kpi_source import KpiSource


@dataclass(frozen=True)
class Desk:
    """Everything that the steps of one run need.

    network: read-only. identity: of the network that the run began with. actuator: the same network with apply and revert, None
    in shadow mode. context: the context of tool calls, without an actuator. requester: who wants what the run does. not_before:
    returns a network time, or the latest that this run has seen if that is later, so that a network clock that goes back revives
    no proposal. network_name, has_url: see `harness.engine.parts.Parts`.
    """

    run_id: str
    mode: Mode
    settings: Settings
    paths: Paths
    network: Network
    network_name: str
    identity: str
    has_url: bool
    actuator: Network | None
    clock: NetworkClock
    not_before: Callable[[datetime], datetime]
    planner: Planner
    registry: ToolRegistry
    context: ToolContext
    limits: LimitsCatalogue
    guardrails: Guardrails
    gate: Gate
    schema_of: Callable[[str], Mapping[str, Any] | None]
    journal: Journal
    requester: str
    approvals: ApprovalStore
    approvers: ApproverPolicy
    commitments: CommitmentStore
    restrictions: RestrictionStore
    runs: RunStore
    artifacts: Artifacts
    listener: Listener
    tracer: Tracer

    @property
    def kpis(self) -> KpiSource:
        """The door to the network's KPIs, the same that tools read through."""
        return self.context.kpis

    @property
    def has_watchdog(self) -> bool:
        """Whether a watchdog looks after the run's change: it reaches a network by its URL, and none that this process serves."""
        return self.has_url and self.settings.commitment.watchdog and self.network_name.startswith(("http://", "https://"))

    def require_network(self) -> None:
        """Raise OtherNetworkError, with a record in the journal, unless the network is the one that the run began with.

        Raises NetworkError if it does not answer.
        """
        try:
            require_network(self.network, self.network_name, self.identity)
        except OtherNetworkError as error:
            self.record("network.refused", network=error.name, expected=error.expected, found=error.found)
            raise

    def watch(self) -> None:
        """See to it that a watchdog runs, if one can reach the network."""
        if self.has_watchdog:
            guard(self.settings)

    def emit(self, kind: EventKind, step: str = "", **data: Any) -> None:
        """Send an event to the listener."""
        self.listener(Event(kind, step, data))

    def record(self, kind: str, **body: Any) -> None:
        """Write to the journal."""
        self.journal.append(kind, body, self.run_id)
