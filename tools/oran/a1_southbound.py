"""A1 southbound: a common interface for all A1 dialects of near-RT RICs.

1. `A1Southbound` addresses types and policies by id and returns the status as `PolicyStatus`.
2. Accepted does not mean enforced: `await_enforced` polls until the policy is enforced, at most until a deadline.
3. A policy that the near-RT RIC considers not applicable is a refused change and raises InvalidChangeError.
4. A policy that is not found right after its PUT is pending; `status_of` also reads a failed query, as unknown.
Source: O-RAN.WG2.A1AP-v02.00; status values of O-RAN.WG2.A1TD.
"""

from __future__ import annotations

import time
from typing import Any, Protocol, runtime_checkable

from policies.violation import Violation
from tools.oran.peer import PeerError
from tools.oran.policy_status import PolicyState, PolicyStatus
from twins.network import InvalidChangeError, StaleEditError, UnknownObjectError

Body = dict[str, Any]
NOT_FOUND = PolicyStatus(PolicyState.DELETED, "the near-RT RIC does not know this policy")


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


def status_of(a1: A1Southbound, type_id: str, policy_id: str) -> PolicyStatus:
    """Return the status of a policy: deleted if the peer does not know it, unknown if the peer cannot be asked."""
    try:
        return a1.status(type_id, policy_id)
    except UnknownObjectError:
        return NOT_FOUND
    except (PeerError, InvalidChangeError, StaleEditError) as error:
        return PolicyStatus(PolicyState.UNKNOWN, str(error))


def await_enforced(a1: A1Southbound, type_id: str, policy_id: str, deadline_s: float = 10.0, poll_s: float = 0.02) -> None:
    """Wait until the policy is enforced.

    deadline_s, poll_s: wall seconds (the poll interval doubles up to 1 s). Raises InvalidChangeError if the policy is not
    applicable, PeerError if it was deleted, or is not enforced by the deadline.
    """
    until = time.monotonic() + deadline_s
    known = False
    while True:
        status = status_of(a1, type_id, policy_id)
        if status == NOT_FOUND and not known:
            status = PolicyStatus(PolicyState.PENDING, "not found yet")
        else:
            known = known or status.state is not PolicyState.UNKNOWN
        if status.is_final or time.monotonic() + poll_s > until:
            return _require_enforced(type_id, policy_id, status, deadline_s)
        time.sleep(poll_s)
        poll_s = min(2 * poll_s, 1.0)


def _require_enforced(type_id: str, policy_id: str, status: PolicyStatus, deadline_s: float) -> None:
    if status.state is PolicyState.REFUSED:
        raise InvalidChangeError([_not_applicable(type_id, policy_id, status)])
    if status.state is PolicyState.DELETED:
        raise PeerError(
            f"A1 policy {policy_id} of type {type_id} was accepted, but is deleted ({status.reason}); check who deletes it"
        )
    if not status.enforced:
        raise PeerError(
            f"A1 policy {policy_id} of type {type_id} was accepted but is not enforced after {deadline_s:g} s"
            f" ({status}); check whether its xApp is running"
        )


def _not_applicable(type_id: str, policy_id: str, status: PolicyStatus) -> Violation:
    part = "scope" if status.reason == "SCOPE_NOT_APPLICABLE" else "statement"
    return Violation(
        field=f"A1 policy {policy_id} of type {type_id}",
        value=status.reason,
        allowed=f"a {part} that the near-RT RIC can enforce",
        source="O-RAN.WG2.A1TD, policy status",
        remedy=f"correct the {part}: cells, slice and values that this network has and its limits allow",
    )
