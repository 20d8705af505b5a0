"""A small HTTP server to which near-RT RICs post policy status.

Its `url` is used as notificationDestination. The size of a body is limited, twice-encoded JSON is accepted, and an invalid status
is answered with 400 and dropped.
"""

from __future__ import annotations

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from tools.oran.peer import PeerError
from tools.oran.policy_status import PolicyStatus, parse_status

_MAX_BODY_BYTES = 1 << 16


class StatusListener:
    """Receives policy status notifications until closed. `host` must be an address that the near-RT RIC reaches."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._received: queue.Queue[PolicyStatus] = queue.Queue(maxsize=10_000)
        self._server = ThreadingHTTPServer((host, port), _handler(self._received))
        self._server.daemon_threads = True
        self.url = f"http://{host}:{self._server.server_address[1]}/status"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def wait(self, timeout_s: float) -> PolicyStatus:
        """Return the next status; raises PeerError if none arrives within `timeout_s` wall seconds."""
        try:
            return self._received.get(timeout=timeout_s)
        except queue.Empty:
            raise PeerError(
                f"no policy status arrived at {self.url} within {timeout_s:g} s; check whether the peer can reach it"
            ) from None

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def __enter__(self) -> StatusListener:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _handler(received: queue.Queue[PolicyStatus]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_POST(self) -> None:
            try:
                length = int(self.headers.get("content-length") or 0)
                if not 0 < length <= _MAX_BODY_BYTES:
                    raise ValueError(f"content-length {length}")
                received.put_nowait(parse_status(json.loads(self.rfile.read(length))))
                self.send_response(204)
            except (ValueError, PeerError, RecursionError, queue.Full):
                self.send_response(400)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
