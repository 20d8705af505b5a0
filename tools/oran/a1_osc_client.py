"""Client of the OSC dialect of A1: types are numbers with a name, policies are answered with 202, errors may have no body.

The prefix differs between releases (/a1-p, and /A1-P/v2 for the deployed mediator), so it is a parameter, which `connect_a1`
determines.
"""

from __future__ import annotations

from tools.oran.a1_base import A1Base, segment
from tools.oran.a1_southbound import Body
from tools.oran.peer import PeerSettings
from twins.network import UnknownObjectError


class OscA1Client(A1Base):
    """The OSC dialect over `url`; a type's id is its name, or its number written as text. Implements A1Southbound."""

    def __init__(self, url: str, settings: PeerSettings | None = None, prefix: str = "/a1-p") -> None:
        super().__init__(url, prefix, settings)
        self._numbers: dict[str, int] = {}

    def types(self) -> tuple[str, ...]:
        """Return the names of the policy types."""
        self._numbers = {self._definition(number)[0]: number for number in self._strings("/policytypes", int)}
        return tuple(self._numbers)

    def ids(self, type_id: str) -> tuple[str, ...]:
        """Return the ids of a type's policies."""
        return tuple(self._strings(f"/policytypes/{self._number(type_id)}/policies"))

    def register_type(self, number: int, name: str, description: str, schema: Body) -> None:
        """Create a policy type, which this dialect leaves to clients; raises InvalidChangeError if it exists."""
        body = {"name": name, "description": description, "policy_type_id": number, "create_schema": schema}
        self.peer.request("PUT", f"{self.prefix}/policytypes/{number}", body=body, accept=(200, 201, 202))
        self._numbers.pop(name, None)

    def _definition(self, number: int) -> tuple[str, Body]:
        answer = self.peer.request("GET", f"{self.prefix}/policytypes/{number}")
        definition = answer.object()
        name, schema = definition.get("name"), definition.get("create_schema")
        if not isinstance(name, str) or not isinstance(schema, dict):
            raise answer.garbage("name and create_schema were expected")
        return name, schema

    def _number(self, type_id: str) -> int:
        if type_id.isascii() and type_id.isdecimal():
            return int(type_id)
        if type_id not in self._numbers:
            self.types()
        if type_id not in self._numbers:
            names = ", ".join(self._numbers) or "none"
            raise UnknownObjectError(f"A1 at {self.peer.url}: policy type {type_id!r} is not registered; registered: {names}")
        return self._numbers[type_id]

    def _fetch_schema(self, type_id: str) -> Body:
        return self._definition(self._number(type_id))[1]

    def _policy(self, type_id: str, policy_id: str) -> str:
        return f"{self.prefix}/policytypes/{self._number(type_id)}/policies/{segment(policy_id)}"
