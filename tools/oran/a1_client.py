"""Client of the standard A1-P v2 (O-RAN.WG2.A1AP-v02.00), under /A1-P/v2."""

from __future__ import annotations

from tools.oran.a1_base import A1Base, segment
from tools.oran.a1_southbound import Body
from tools.oran.peer import PeerSettings


class A1Client(A1Base):
    """A1-P v2 over `url`; policy types by their string id. Implements A1Southbound."""

    def __init__(self, url: str, settings: PeerSettings | None = None, prefix: str = "/A1-P/v2") -> None:
        super().__init__(url, prefix, settings)

    def types(self) -> tuple[str, ...]:
        """Return the ids of the policy types."""
        return tuple(self._strings("/policytypes"))

    def ids(self, type_id: str) -> tuple[str, ...]:
        """Return the ids of a type's policies."""
        return tuple(self._strings(f"/policytypes/{segment(type_id)}/policies"))

    def _fetch_schema(self, type_id: str) -> Body:
        return self._policy_schema(f"/policytypes/{segment(type_id)}")

    def _policy(self, type_id: str, policy_id: str) -> str:
        return f"{self.prefix}/policytypes/{segment(type_id)}/policies/{segment(policy_id)}"
