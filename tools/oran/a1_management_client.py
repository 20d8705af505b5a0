"""Client of the A1 policy management service (R1 interface), which manages the policies of several near-RT RICs.

A policy is created by POST (with RIC and type) and replaced by PUT (the policy object only). Status 423 means that the RIC is
locked or synchronizing; the request is retried. A service registered with an interval must call `keep_alive` in time, otherwise
the peer deregisters it and deletes its policies; `Keepalive` calls it from a thread.
"""

from __future__ import annotations

import threading

from tools.oran.a1_base import A1Base, segment
from tools.oran.a1_southbound import Body
from tools.oran.peer import PeerSettings
from twins.network import NetworkError, UnknownObjectError


class ManagementA1Client(A1Base):
    """The policy management service over `url`. `ric_id` empty: the first RIC that offers the type. Implements A1Southbound."""

    def __init__(
        self,
        url: str,
        settings: PeerSettings | None = None,
        ric_id: str = "",
        service_id: str = "twinpilot",
        prefix: str = "/a1-policy-management/v1",
    ) -> None:
        super().__init__(url, prefix, settings)
        self._ric_id = ric_id
        self.service_id = service_id

    def types(self) -> tuple[str, ...]:
        """Return the ids of the policy types of all RICs, or of the selected one."""
        return tuple(dict.fromkeys(type_id for type_id, ric in self._offers() if self._ric_id in ("", ric)))

    def ids(self, type_id: str) -> tuple[str, ...]:
        """Return the ids of a type's policies."""
        answer = self.peer.request("GET", self.prefix + "/policies", params={"policyTypeId": type_id})
        try:
            return tuple(str(policy["policyId"]) for policy in answer.array())
        except (KeyError, TypeError):
            raise answer.garbage("an array of {policyId, nearRtRicId} was expected") from None

    def register(self, keepalive_s: int = 0) -> None:
        """Register this service; it is supervised if `keepalive_s` (seconds) > 0."""
        body = {"serviceId": self.service_id, "keepAliveIntervalSeconds": keepalive_s}
        self.peer.request("PUT", self.prefix + "/services", body=body, accept=(200, 201))

    def keep_alive(self) -> None:
        """Send a keepalive of this service; raises UnknownObjectError if it has been deregistered."""
        self.peer.request("PUT", f"{self.prefix}/services/{segment(self.service_id)}/keepalive", accept=(200, 201))

    def _offers(self) -> list[tuple[str, str]]:
        answer = self.peer.request("GET", self.prefix + "/policy-types")
        try:
            return [(str(offer["policyTypeId"]), str(offer["nearRtRicId"])) for offer in answer.array()]
        except (KeyError, TypeError):
            raise answer.garbage("an array of {policyTypeId, nearRtRicId} was expected") from None

    def _ric(self, type_id: str) -> str:
        rics = [ric for offered, ric in self._offers() if offered == type_id and self._ric_id in ("", ric)]
        if not rics:
            raise UnknownObjectError(f"A1 at {self.peer.url}: no near-RT RIC offers policy type {type_id!r}")
        return rics[0]

    def _send(self, type_id: str, policy_id: str, body: Body, headers: dict[str, str]) -> None:
        path = self._policy(type_id, policy_id)
        if self.get(type_id, policy_id) is not None:
            self.peer.request("PUT", path, body=body, headers=headers, accept=(200, 201, 202), repeatable=False)
            return
        creation = {
            "nearRtRicId": self._ric(type_id),
            "policyTypeId": type_id,
            "policyId": policy_id,
            "serviceId": self.service_id,
            "transient": False,
            "policyObject": body,
        }
        accept = (200, 201, 202)
        self.peer.request("POST", self.prefix + "/policies", body=creation, headers=headers, accept=accept, repeatable=False)

    def _fetch_schema(self, type_id: str) -> Body:
        return self._policy_schema(f"/policy-types/{segment(type_id)}")

    def _policy(self, type_id: str, policy_id: str) -> str:
        return f"{self.prefix}/policies/{segment(policy_id)}"


class Keepalive:
    """Calls `keep_alive` every third of the interval until closed; `failure` is the error of the last call, None if it worked."""

    def __init__(self, client: ManagementA1Client, interval_s: int) -> None:
        client.register(interval_s)
        self.failure: NetworkError | None = None
        self._client = client
        self._interval_s = interval_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="a1-keepalive", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self._interval_s / 3):
            try:
                self._client.keep_alive()
                self.failure = None
            except NetworkError as error:
                self.failure = error

    def close(self) -> None:
        """Stop; the peer will deregister the service after the interval."""
        self._stop.set()
        self._thread.join(timeout=5)
