"""Services (rApps) registered at the policy management service, supervised by keepalive.

A service that misses its keepalive interval is deregistered and its policies are deleted; an interval of 0 disables supervision.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from twins.ric.policy_store import PolicyStore
from twins.ric.problem import ProblemError

_MAX_INTERVAL_S = 7 * 24 * 3600


class _Service:
    def __init__(self, interval_s: int, callback: str) -> None:
        self.interval_s = interval_s
        self.callback = callback
        self.active_at = time.monotonic()

    @property
    def idle_s(self) -> float:
        return time.monotonic() - self.active_at

    @property
    def is_lost(self) -> bool:
        return 0 < self.interval_s < self.idle_s


class ServiceRegistry:
    """The registered services; a thread removes those that missed their keepalive, every `period_s` wall seconds."""

    def __init__(self, store: PolicyStore, period_s: float = 0.25) -> None:
        self._store = store
        self._services: dict[str, _Service] = {}
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._period_s = period_s
        self._thread = threading.Thread(target=self._supervise, name="keepalive", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the supervision."""
        self._stop.set()
        self._thread.join(timeout=10)

    def register(self, body: dict[str, Any]) -> bool:
        """Register or update a service; returns whether it is new. Raises ProblemError(400)."""
        name, interval = body.get("serviceId"), body.get("keepAliveIntervalSeconds", 0)
        callback = body.get("callbackUrl", "")
        if not isinstance(name, str) or not name:
            raise ProblemError(400, f"serviceId={name!r}: a string is required")
        if isinstance(interval, bool) or not isinstance(interval, int) or not 0 <= interval <= _MAX_INTERVAL_S:
            raise ProblemError(400, f"keepAliveIntervalSeconds={interval!r}: an integer 0..{_MAX_INTERVAL_S} is required")
        if not isinstance(callback, str):
            raise ProblemError(400, f"callbackUrl={callback!r}: a string is required")
        with self._lock:
            created = name not in self._services
            self._services[name] = _Service(interval, callback)
        return created

    def _get(self, name: str) -> _Service:
        if name not in self._services:
            raise ProblemError(404, f"serviceId={name!r} is not registered; PUT /services registers it")
        return self._services[name]

    def keep_alive(self, name: str) -> None:
        """Record a keepalive of the service; raises ProblemError(404)."""
        with self._lock:
            self._get(name).active_at = time.monotonic()

    def remove(self, name: str) -> None:
        """Deregister the service and delete its policies; raises ProblemError(404)."""
        with self._lock:
            self._get(name)
            del self._services[name]
        for policy in self._store.all():
            if policy.service == name:
                self._store.delete(policy.type_id, policy.id)

    def listing(self, name: str | None) -> list[dict[str, Any]]:
        """Return the services, or the one called `name`, in the format of R1; raises ProblemError(404)."""
        with self._lock:
            services = dict(self._services) if name is None else {name: self._get(name)}
        return [
            {
                "serviceId": key,
                "keepAliveIntervalSeconds": service.interval_s,
                "timeSinceLastActivitySeconds": int(service.idle_s),
                "callbackUrl": service.callback,
            }
            for key, service in services.items()
        ]

    def _supervise(self) -> None:
        while not self._stop.wait(self._period_s):
            with self._lock:
                lost = [name for name, service in self._services.items() if service.is_lost]
            for name in lost:
                self.remove(name)
