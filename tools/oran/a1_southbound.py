"""A1 southbound: a common interface for all A1 dialects of near-RT RICs.

1. `A1Southbound` addresses types and policies by id and returns the status as `PolicyStatus`.
2. Accepted does not mean enforced: `await_enforced` polls the status, which initially is NOT_ENFORCED / OTHER_REASON.
3. A policy that the near-RT RIC considers not applicable is a refused change and raises InvalidChangeError.
Source: O-RAN.WG2.A1AP-v02.00; status values of O-RAN.WG2.A1TD.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from policies.violation import Violation
from tools.oran.peer import PeerError
from twins.network import InvalidChangeError

Body = dict[str, Any]
_FINAL_REASONS = ("SCOPE_NOT_APPLICABLE", "STATEMENT_NOT_APPLICABLE")


@dataclass(frozen=True)
class PolicyStatus:
    """Whether a policy is enforced, and the reason if it is not."""

    enforced: bool
    reason: str = ""

    @property
    def is_final(self) -> bool:
        """Whether the status cannot change any more: enforced, or not applicable."""
        return self.enforced or self.reason in _FINAL_REASONS


@runtime_checkable
class A1Southbound(Protocol):
    """The policies of a near-RT RIC, in any dialect. All methods raise PeerError if the peer fails."""

    def types(self) -> tuple[str, ...]:
        """Return the ids of the policy types."""

    def schema(self, type_id: str) -> Body:
        """Return the JSON schema of a type's policies; raises UnknownObjectError."""

    def ids(self, type_id: str) -> tuple[str, ...]:
        """Return the ids of a type's policies."""

    def get(self, type_id: str, policy_id: str) -> Body | None:
        """Return a policy, or None if it does not exist."""

    def put(self, type_id: str, policy_id: str, body: Body, idempotency_key: str | None = None) -> None:
        """Create or replace a policy; raises InvalidChangeError, before sending, if it violates the type's schema."""

    def delete(self, type_id: str, policy_id: str) -> None:
        """Delete a policy; deleting one that does not exist is not an error."""

    def status(self, type_id: str, policy_id: str) -> PolicyStatus:
        """Return the status of a policy; raises UnknownObjectError."""


def parse_status(value: Any) -> PolicyStatus:
    """Parse a policy status, also if it was encoded twice; raises PeerError for anything else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = {"enforceStatus": value}
    if isinstance(value, dict):
        status = value.get("enforceStatus", value.get("instance_status"))
        if status in ("ENFORCED", "IN EFFECT"):
            return PolicyStatus(True)
        if status in ("NOT_ENFORCED", "NOT IN EFFECT"):
            return PolicyStatus(False, str(value.get("enforceReason") or "OTHER_REASON"))
    raise PeerError(
        f"A1 policy status {str(value)[:120]!r} has no enforceStatus ENFORCED or NOT_ENFORCED; check the peer's dialect"
    )


def await_enforced(a1: A1Southbound, type_id: str, policy_id: str, deadline_s: float = 10.0, poll_s: float = 0.02) -> None:
    """Wait until the policy is enforced.

    deadline_s, poll_s: wall seconds (the poll interval doubles up to 1 s). Raises InvalidChangeError if the policy is not
    applicable, PeerError if it is not enforced by the deadline.
    """
    until = time.monotonic() + deadline_s
    while not (status := a1.status(type_id, policy_id)).is_final:
        if time.monotonic() + poll_s > until:
            raise PeerError(
                f"A1 policy {policy_id} of type {type_id} was accepted but is not enforced after {deadline_s:g} s"
                f" ({status.reason}); check whether its xApp is running"
            )
        time.sleep(poll_s)
        poll_s = min(2 * poll_s, 1.0)
    if not status.enforced:
        raise InvalidChangeError([_not_applicable(type_id, policy_id, status)])


def _not_applicable(type_id: str, policy_id: str, status: PolicyStatus) -> Violation:
    part = "scope" if status.reason == "SCOPE_NOT_APPLICABLE" else "statement"
    return Violation(
        field=f"A1 policy {policy_id} of type {type_id}",
        value=status.reason,
        allowed=f"a {part} that the near-RT RIC can enforce",
        source="O-RAN.WG2.A1TD, policy status",
        remedy=f"correct the {part}: cells, slice and values that this network has and its limits allow",
    )
