"""A case for the gate: the exact change set, and everything that the rules may look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from harness.commitments.commitment import Commitment
from harness.runtime.settings import GateSettings
from harness.runtime.timetable import AT_ONCE, Timetable
from policies.change import ChangeSet
from policies.guardrails.guardrails import Guardrails
from policies.intent import Intent, KpiContext
from policies.limits.catalogue import LimitsCatalogue
from policies.proposal import Candidate
from policies.quality.flaw import Flaw
from policies.restrictions.prohibition import Prohibition
from policies.restrictions.restriction import Restriction
from policies.slices import Slice
from twins.configuration_view import ConfigurationView
from twins.network import Network, NetworkCard


@dataclass(frozen=True)
class Case:
    """The change set to judge, and what it is judged against.

    candidate: the twin's prediction for exactly this change set, None if it was not tried. expires_at: when the proposal
    expires. newest_window: end of the newest KPI window. read_from: when its reading began, None if no time passed until `card`
    was read (all network time). flaws: recent measurements that the intent needs and that are not good. conflicts: open
    commitments that own something that the change set edits. schema_of: returns the peer's schema of an A1 policy type, or
    None. users: connected users by (cell id, slice). restrictions: the standing ones of this network. forbidden: what the
    request itself forbids. timetable: when the change would be in effect. context_values: what was measured of each condition
    of the intent, None if nothing.
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
    conflicts: tuple[Commitment, ...] = ()
    schema_of: Callable[[str], Mapping[str, Any] | None] = lambda policy_type: None
    users: Mapping[tuple[str, Slice], float] = field(default_factory=dict)
    read_from: datetime | None = None
    flaws: tuple[Flaw, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    forbidden: tuple[Prohibition, ...] = ()
    timetable: Timetable = AT_ONCE
    context_values: Mapping[KpiContext, float | None] = field(default_factory=dict)

    @cached_property
    def configuration(self) -> ConfigurationView:
        """The current configuration, read once for all rules except the executor contract, which reads again."""
        return ConfigurationView(self.network.configuration())
