"""The status of an A1 policy: one state for the spellings of all dialects.

1. `enforceStatus` (O-RAN.WG2.A1AP-v02.00; the OSC mediator also sends it with a space) and `instance_status` with
   `has_been_deleted` (older OSC releases) are read, also as JSON in a JSON string.
2. Only the exact spellings ENFORCED and IN EFFECT mean that a policy is enforced. A spelling that is not known is `unknown`, and
   so is an answer that contradicts itself: enforced and not applicable, or one name with two values.
3. Whatever name with "deleted" in it is true, in whichever spelling, means that the policy is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from policies.text.unambiguous_json import unambiguous_json
from tools.oran.peer import PeerError

_ENFORCED = frozenset({"ENFORCED", "IN EFFECT"})
_NOT_ENFORCED = frozenset({"NOT_ENFORCED", "NOT ENFORCED", "NOT IN EFFECT"})
_NOT_APPLICABLE = frozenset({"SCOPE_NOT_APPLICABLE", "STATEMENT_NOT_APPLICABLE"})


class PolicyState(StrEnum):
    """pending: accepted, not enforced yet; refused: not applicable; unknown: the peer's answer says none of the others."""

    PENDING = "pending"
    ENFORCED = "enforced"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    DELETED = "deleted"


@dataclass(frozen=True)
class PolicyStatus:
    """The state of a policy, with the peer's reason if it is not enforced."""

    state: PolicyState
    reason: str = ""

    @property
    def enforced(self) -> bool:
        """Whether the near-RT RIC says that it enforces the policy."""
        return self.state is PolicyState.ENFORCED

    @property
    def is_final(self) -> bool:
        """Whether waiting longer is of no use."""
        return self.state in (PolicyState.ENFORCED, PolicyState.REFUSED, PolicyState.DELETED)

    def __str__(self) -> str:
        return f"{self.state}: {self.reason}" if self.reason else str(self.state)


def parse_status(value: Any) -> PolicyStatus:
    """Return the status in a peer's answer; raises PeerError if it is neither an object nor text."""
    if isinstance(value, str):
        value = _decoded(value)
    if not isinstance(value, dict):
        raise PeerError(f"A1 policy status {_excerpt(value)} is no JSON object; check the peer's version and dialect")
    deleted = {name: str(item).strip().casefold() for name, item in value.items() if "deleted" in name.casefold()}
    gone = next((name for name, item in deleted.items() if item == "true"), None)
    if gone is not None:
        return PolicyStatus(PolicyState.DELETED, gone[:60])
    states = {_state(value[name], value) for name in ("enforceStatus", "instance_status") if name in value}
    if set(deleted.values()) <= {"false", "none", ""} and len(states) == 1:
        return states.pop()
    return PolicyStatus(PolicyState.UNKNOWN, f"status {_excerpt(value)}")


def _decoded(text: str) -> Any:
    try:
        value = unambiguous_json(text)
    except (ValueError, RecursionError):
        return {"enforceStatus": text}
    return {"enforceStatus": value} if isinstance(value, str) else value


def _state(spelling: Any, value: dict[str, Any]) -> PolicyStatus:
    if isinstance(spelling, str) and spelling in _ENFORCED and _reason(value) not in _NOT_APPLICABLE:
        return PolicyStatus(PolicyState.ENFORCED)
    if not isinstance(spelling, str) or spelling not in _NOT_ENFORCED:
        return PolicyStatus(PolicyState.UNKNOWN, f"status {_excerpt(value)}")
    reason = str(value.get("enforceReason") or "OTHER_REASON")[:120]
    is_refused = _reason(value) in _NOT_APPLICABLE
    return PolicyStatus(PolicyState.REFUSED if is_refused else PolicyState.PENDING, reason)


def _reason(value: dict[str, Any]) -> str:
    return str(value.get("enforceReason", "")).strip().upper().replace(" ", "_")


def _excerpt(value: Any) -> str:
    return repr(str(value)[:120])
