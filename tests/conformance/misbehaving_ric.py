"""Near-RT RICs that misbehave: proxies in front of the embedded one."""

from __future__ import annotations

import json

import httpx
from trap_server import Proxy, send

from tools.oran.oran_network import OranNetwork
from tools.oran.peer import PeerSettings

QUICK = PeerSettings(timeout_s=2, attempts=2, backoff_s=0.01)


class Ric:
    """A proxy in front of the embedded near-RT RIC that answers queries of a policy's status with `answers` in turn.

    An answer is a status as JSON, a status code, or None for the true status; the last one is repeated. `requests` counts.
    """

    def __init__(self, url, *answers):
        self.answers = list(answers)
        self.proxy = Proxy(url, self._interfere)

    def _interfere(self, handler, method, path):
        if method != "GET" or not path.endswith("/status"):
            return False
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            return False
        if isinstance(answer, int):
            send(handler, answer, b"{}")
        else:
            send(handler, 200, json.dumps(answer).encode())
        return True

    def count(self, method, suffix=""):
        return sum(one == method and "/policies/" in path and path.endswith(suffix) for one, path, _ in self.proxy.requests)

    def __enter__(self):
        self.proxy.__enter__()
        return self

    def __exit__(self, *error):
        self.proxy.__exit__(*error)


class Remembering:
    """A proxy that answers a repeated Idempotency-Key from memory, without executing it; DELETE and PATCH fail when told to."""

    def __init__(self, url):
        self.url, self.answers, self.failing = url, {}, set()
        self.proxy = Proxy(url, self._interfere)

    def _interfere(self, handler, method, path):
        if method in self.failing:
            send(handler, 500)
            return True
        key = handler.headers.get("Idempotency-Key")
        if key is None:
            return False
        if (method, key) not in self.answers:
            body, kind = self.proxy.requests[-1][2], handler.headers["content-type"]
            answer = httpx.request(method, self.url + path, content=body, headers={"Content-Type": kind}, trust_env=False)
            self.answers[method, key] = answer
        answer = self.answers[method, key]
        send(handler, answer.status_code, answer.content)
        return True

    def reach(self, folder):
        return OranNetwork(self.proxy.url, settings=QUICK, ledger=folder / "ledger.sqlite", enforce_deadline_s=2)
