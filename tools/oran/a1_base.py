"""Base class of the A1 clients: fetches each type's schema once and validates every policy before it is sent."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from policies.change import A1Policy
from tools.oran.a1_southbound import Body
from tools.oran.peer import Peer, PeerSettings
from tools.oran.policy_schema import policy_violations
from tools.oran.policy_status import PolicyStatus, parse_status
from twins.network import InvalidChangeError, UnknownObjectError


def segment(text: str) -> str:
    """Return `text` quoted as a path segment."""
    return quote(text, safe="")


class A1Base(ABC):
    """An A1 client of a peer. The status of a policy is asked for; notifications of it would be lost while no process listens."""

    def __init__(self, url: str, prefix: str, settings: PeerSettings | None = None) -> None:
        self.peer = Peer("A1", url, settings)
        self.prefix = prefix.rstrip("/")
        self._schemas: dict[str, Body] = {}

    def close(self) -> None:
        """Close the connections."""
        self.peer.close()

    def schema(self, type_id: str) -> Body:
        """Return the JSON schema of a type's policies, fetched from the peer; raises UnknownObjectError, PeerError."""
        if type_id not in self._schemas:
            self._schemas[type_id] = self._fetch_schema(type_id)
        return self._schemas[type_id]

    def check(self, type_id: str, body: Body) -> None:
        """Raise InvalidChangeError if `body` violates the type's schema."""
        if violations := policy_violations(type_id, self.schema(type_id), body):
            raise InvalidChangeError(violations)

    def get(self, type_id: str, policy_id: str) -> Body | None:
        """Return a policy, or None if it does not exist."""
        return self.versioned(type_id, policy_id)[0]

    def all(self) -> Iterator[A1Policy]:
        """Yield every policy of every type; one that is deleted meanwhile is left out. Raises PeerError."""
        for type_id in self.types():
            for policy_id in self.ids(type_id):
                body = self.get(type_id, policy_id)
                if body is not None:
                    yield A1Policy(policy_type=type_id, policy_id=policy_id, body=body)

    def versioned(self, type_id: str, policy_id: str) -> tuple[Body | None, str]:
        """Return a policy, or None if it does not exist, with its entity tag, empty if the peer gives none."""
        try:
            answer = self.peer.request("GET", self._policy(type_id, policy_id))
        except UnknownObjectError:
            return None, ""
        return answer.object(), answer.etag

    def put(self, type_id: str, policy_id: str, body: Body, idempotency_key: str | None = None) -> None:
        """Create or replace a policy after validating it against the peer's schema.

        Not retried if its outcome is unknown: the caller reads back. Raises InvalidChangeError, LostAnswerError, PeerError.
        """
        self.check(type_id, body)
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        self._send(type_id, policy_id, body, headers)

    def delete(self, type_id: str, policy_id: str) -> None:
        """Delete a policy; deleting one that does not exist is not an error."""
        try:
            self.peer.request("DELETE", self._policy(type_id, policy_id), accept=(200, 202, 204))
        except UnknownObjectError:
            return

    def status(self, type_id: str, policy_id: str) -> PolicyStatus:
        """Return the status of a policy; raises UnknownObjectError, PeerError."""
        return parse_status(self.peer.request("GET", self._policy(type_id, policy_id) + "/status").json())

    def _send(self, type_id: str, policy_id: str, body: Body, headers: dict[str, str]) -> None:
        self.peer.request(
            "PUT",
            self._policy(type_id, policy_id),
            body=body,
            headers=headers,
            accept=(200, 201, 202),
            repeatable=False,
        )

    def _policy_schema(self, path: str) -> Body:
        """Return the member policySchema of the type at `path`."""
        answer = self.peer.request("GET", self.prefix + path)
        schema = answer.object().get("policySchema")
        if not isinstance(schema, dict):
            raise answer.garbage("policySchema was expected")
        return schema

    def _strings(self, path: str, kinds: type | tuple[type, ...] = str) -> list[Any]:
        answer = self.peer.request("GET", self.prefix + path)
        items = answer.array()
        if any(isinstance(item, bool) or not isinstance(item, kinds) for item in items):
            raise answer.garbage("an array of identifiers was expected")
        return items

    @abstractmethod
    def types(self) -> tuple[str, ...]:
        """Return the ids of the policy types."""

    @abstractmethod
    def ids(self, type_id: str) -> tuple[str, ...]:
        """Return the ids of a type's policies."""

    @abstractmethod
    def _fetch_schema(self, type_id: str) -> Body: ...

    @abstractmethod
    def _policy(self, type_id: str, policy_id: str) -> str:
        """Return the path of a policy."""
