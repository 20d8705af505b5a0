"""The parts of a run service: the network, its clock, the planner and the tools."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from policies.guardrails.guardrails import Guardrails
from policies.guardrails.loading import load_guardrails
from policies.limits.catalogue import LimitsCatalogue
from policies.limits.loading import load_limits
from twins.network import Network

if TYPE_CHECKING:
    from agents.planner import Planner
    from tools.context import ToolContext
    from tools.oran.clock import NetworkClock
    from tools.registry import ToolRegistry


@dataclass(frozen=True)
class Parts:
    """What a run works on: the network, its clock, the planner, the tools and their context.

    network_name: the name under which commitments are filed: a URL, or the name of an embedded network. has_url: the watchdog's
    process can reach the network by its name. schema_of: returns the peer's schema of an A1 policy type, or None.
    """

    network: Network
    network_name: str
    clock: NetworkClock
    planner: Planner
    registry: ToolRegistry
    context: ToolContext
    has_url: bool = False
    schema_of: Callable[[str], Mapping[str, Any] | None] = lambda policy_type: None
    limits: LimitsCatalogue = field(default_factory=load_limits)
    guardrails: Guardrails = field(default_factory=load_guardrails)
