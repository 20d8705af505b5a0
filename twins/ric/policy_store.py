"""A1 policies in the near-RT RIC, and the xApp that enforces them.

1. A new policy is validated against its type's schema and stored with the status NOT_ENFORCED / OTHER_REASON.
2. The xApp (one worker thread, in order of arrival) applies it to the network after `xapp_delay_s` of wall time. Then the status
   is ENFORCED, or NOT_ENFORCED with the reason: SCOPE_NOT_APPLICABLE (no such slice or object), STATEMENT_NOT_APPLICABLE
   (limits violated).
3. Deleting a policy removes it from the network before the request is answered.
4. Each change of status is posted to the policy's notification destination, if one was given.
All A1 dialects share one store, so that a policy created in one is visible in the others.
"""

from __future__ import annotations

import json
import queue
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from policies.change import ChangeSet, PolicyEdit
from twins.network import InvalidChangeError, NetworkError, UnknownObjectError
from twins.ric.managed_ran import ManagedRan
from twins.ric.policy_types import PolicyType, policy_types
from twins.ric.problem import ProblemError

Body = dict[str, Any]
_POLICY_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.:\-]{0,127}$")
WAITING: Body = {"enforceStatus": "NOT_ENFORCED", "enforceReason": "OTHER_REASON"}
ENFORCED: Body = {"enforceStatus": "ENFORCED"}


@dataclass
class Policy:
    """A policy: the requested `body`, the body currently `enforced` by the network, and the status."""

    type_id: str
    id: str
    body: Body
    destination: str | None = None
    enforced: Body | None = None
    status: Body = field(default_factory=lambda: dict(WAITING))
    version: int = 0
    service: str = ""
    transient: bool = False


class PolicyStore:
    """The policies of one near-RT RIC; `notify(destination, status)` posts a status.

    policies: those of a near-RT RIC before this one, in front of the same network. changed: called, without a lock held, after
    the xApp has changed network or status.
    """

    def __init__(
        self,
        ran: ManagedRan,
        xapp_delay_s: float,
        notify: Callable[[str, Body], None],
        *,
        policies: tuple[Policy, ...] = (),
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._ran = ran
        self._delay_s = xapp_delay_s
        self._notify = notify
        self._changed = changed
        self._policies: dict[tuple[str, str], Policy] = {}
        self._writes = 0
        self._jobs: queue.Queue[tuple[str, str, int] | None] = queue.Queue()
        self._load()
        self._restore(policies)
        self._xapp = threading.Thread(target=self._work, name="xapp", daemon=True)
        self._xapp.start()

    def _load(self) -> None:
        """Load the policies that the network already enforces."""
        enforced = getattr(self._ran.network, "policies", None)
        for policy_id, (type_id, body) in (enforced() if callable(enforced) else {}).items():
            policy = Policy(type_id, policy_id, dict(body), enforced=dict(body), status=dict(ENFORCED))
            self._policies[type_id, policy_id] = policy

    def _restore(self, policies: tuple[Policy, ...]) -> None:
        """Take over policies; those that the xApp had not looked at yet it looks at now."""
        for policy in policies:
            self._policies[policy.type_id, policy.id] = replace(policy)
            if policy.enforced != policy.body:
                self._jobs.put((policy.type_id, policy.id, policy.version))

    def close(self) -> None:
        """Stop the xApp."""
        self._jobs.put(None)
        self._xapp.join(timeout=10)

    def types(self) -> list[PolicyType]:
        """Return the policy types that the network can enforce."""
        offered = self._ran.card().policy_types
        return [policy_type for policy_type in policy_types().values() if policy_type.id in offered]

    def type(self, type_id: str) -> PolicyType:
        """Return a policy type; raises ProblemError(404)."""
        types = self.types()
        for policy_type in types:
            if policy_type.id == type_id:
                return policy_type
        offered = ", ".join(policy_type.id for policy_type in types)
        raise ProblemError(404, f"policyTypeId={type_id!r} is not offered here; offered: {offered}")

    def ids(self, type_id: str) -> list[str]:
        """Return the ids of the policies of a type."""
        self.type(type_id)
        with self._ran.lock:
            return [policy.id for policy in self._policies.values() if policy.type_id == type_id]

    def all(self) -> list[Policy]:
        """Return every policy."""
        with self._ran.lock:
            return list(self._policies.values())

    def get(self, type_id: str, policy_id: str) -> Policy:
        """Return a policy; raises ProblemError(404)."""
        self.type(type_id)
        with self._ran.lock:
            policy = self._policies.get((type_id, policy_id))
        if policy is None:
            raise ProblemError(404, f"policyId={policy_id!r} of type {type_id} does not exist")
        return policy

    def put(self, type_id: str, policy_id: str, body: Body, destination: str | None = None) -> bool:
        """Create or replace a policy; returns whether it was created. Raises ProblemError(400, 404, 409)."""
        self._check(self.type(type_id), policy_id, body, destination)
        with self._ran.lock:
            policy = self._policies.get((type_id, policy_id))
            created = policy is None
            if created and any(other.id == policy_id for other in self._policies.values()):
                raise ProblemError(409, f"policyId={policy_id!r} exists under another type; choose another id")
            if policy is None:
                policy = self._policies[type_id, policy_id] = Policy(type_id, policy_id, body)
            policy.destination = destination or policy.destination
            if created or policy.body != body:
                policy.body, policy.status = body, dict(WAITING)
                # Counted over all policies: one that was deleted and created again has another version.
                self._writes += 1
                policy.version = self._writes
                self._jobs.put((type_id, policy_id, policy.version))
        return created

    @staticmethod
    def _check(policy_type: PolicyType, policy_id: str, body: Body, destination: str | None) -> None:
        if not _POLICY_ID.match(policy_id):
            raise ProblemError(400, f"policyId={policy_id!r}: 1..128 characters of A-Z a-z 0-9 _ . : - are allowed")
        if destination is not None and not destination.startswith(("http://", "https://")):
            raise ProblemError(400, f"notificationDestination={destination!r} is not an http(s) URI")
        if objections := policy_type.objections(body):
            raise ProblemError(400, "; ".join(objections))

    def delete(self, type_id: str, policy_id: str) -> None:
        """Delete a policy and remove it from the network; raises ProblemError(404, 409)."""
        with self._ran.lock:
            policy = self.get(type_id, policy_id)
            if policy.enforced is not None:
                try:
                    self._apply(policy, None)
                except NetworkError as error:
                    raise ProblemError(409, f"policyId={policy_id!r} cannot be withdrawn: {error}") from error
            del self._policies[type_id, policy_id]

    def _apply(self, policy: Policy, body: Body | None) -> None:
        edit = PolicyEdit(policy_type=policy.type_id, policy_id=policy.id, old=policy.enforced, new=body)
        self._ran.network.apply(ChangeSet(edits=(edit,)), f"xapp-{uuid4()}")
        policy.enforced = body

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            time.sleep(self._delay_s)
            self._enforce(*job)

    def _enforce(self, type_id: str, policy_id: str, version: int) -> None:
        with self._ran.lock:
            policy = self._policies.get((type_id, policy_id))
            if policy is None or policy.version != version:
                return
            policy.status = self._try(policy)
            destination, status = policy.destination, dict(policy.status)
        self._changed()
        if destination:
            self._notify(destination, status)

    def _try(self, policy: Policy) -> Body:
        try:
            self._apply(policy, policy.body)
        except (UnknownObjectError, InvalidChangeError) as error:
            return {"enforceStatus": "NOT_ENFORCED", "enforceReason": _refusal(error)}
        except (NetworkError, ValueError):
            return dict(WAITING)
        return dict(ENFORCED)


def _refusal(error: UnknownObjectError | InvalidChangeError) -> str:
    """Return which part of the policy is not applicable: its scope, or the rest of it."""
    fields = [violation.field for violation in error.violations] if isinstance(error, InvalidChangeError) else ["scope"]
    is_scope = any(field.split("/")[0] == "scope" for field in fields)
    return "SCOPE_NOT_APPLICABLE" if is_scope else "STATEMENT_NOT_APPLICABLE"


def callback_body(status: Body, double_encoded: bool) -> bytes:
    """Return the body of a status notification; some near-RT RICs encode the JSON text again, as a string."""
    text = json.dumps(status)
    return (json.dumps(text) if double_encoded else text).encode()
