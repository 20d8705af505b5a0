"""A case before the gate: the exact change set, and everything that the rules may look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from harness.commitments.store import Commitment
from harness.runtime.settings import GateSettings
from policies.change import ChangeSet
from policies.guardrails.guardrails import Guardrails
from policies.intent import Intent
from policies.limits.catalogue import LimitsCatalogue
from policies.proposal import Candidate
from policies.slices import Slice
from twins.configuration_view import ConfigurationView
from twins.network import Network, NetworkCard


@dataclass(frozen=True)
class Case:
    """What is judged, and against what.

    candidate: what the twin predicts of exactly this change set, None where it was not tried. schema_of: the peer's schema of
    an A1 policy type, None where it offers none. newest_window: end of the newest KPI window (network time). conflicts: open
    commitments that own something that the change set touches. users: connected users by (cell id, slice).
    """

    change_set: ChangeSet
    intent: Intent
    candidate: Candidate | None
    expires_at: datetime
    network: Network
    card: NetworkCard
    limits: LimitsCatalogue
    guardrails: Guardrails
    settings: GateSettings
    newest_window: datetime | None
    planner: str
    role: str = "planner"
    shadow: bool = False
    conflicts: tuple[Commitment, ...] = ()
    schema_of: Callable[[str], Mapping[str, Any] | None] = lambda policy_type: None
    users: Mapping[tuple[str, Slice], float] = field(default_factory=dict)

    @cached_property
    def standing(self) -> ConfigurationView:
        """The configuration as it stands, read once for all rules but the executor contract, which reads again."""
        return ConfigurationView(self.network.configuration())
