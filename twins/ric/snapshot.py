"""The state of an embedded RAN: network, near-RT RIC and O1 endpoint at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twins.ric.o1_provisioning import Answers
from twins.ric.policy_store import Policy


@dataclass(frozen=True)
class RanSnapshot:
    """What a later server needs to go on as if nothing had happened.

    network: the twin's own snapshot. answers: those of O1 by idempotency key. last_period: the number of the newest PM period.
    instance: what tells the network from others; it goes with the state, not with the server.
    """

    network: Any
    policies: tuple[Policy, ...]
    answers: Answers
    last_period: int
    instance: str = ""
