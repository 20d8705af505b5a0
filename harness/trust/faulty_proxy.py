"""A reverse proxy on loopback in front of a served network that misbehaves on one interface, as peers in the field do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import httpx

HUGE_BYTES = 200 << 20
_LONGEST_S = 120.0
_NO_NUMBERS = b'{"now": NaN, "reports": [NaN], "next": 1e999}'
Answer = tuple[int, str, bytes]


class FaultyProxy:
    """Passes on every request to `target`; while `fault` is set, those whose path begins with `prefix` get the fault instead.

    Every answer of an interface can be faulty: the fault sees the true answer, which a half or wrong one is made of.
    """

    def __init__(self, target: str) -> None:
        self.fault = ""
        self.prefix = ""
        self._client = httpx.Client(base_url=target, timeout=60, trust_env=False)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def forward(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Return the target's answer: status, content type and body."""
        answer = self._client.request(method, path, content=body, headers=headers)
        return answer.status_code, answer.headers.get("content-type", ""), answer.content

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._client.close()

    def __enter__(self) -> FaultyProxy:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _send(handler: BaseHTTPRequestHandler, answer: Answer, length: int | None = None, **headers: str) -> None:
    status, content_type, body = answer
    handler.send_response(status)
    handler.send_header("Content-Type", content_type)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def _json(value: object) -> Answer:
    return 200, "application/json", json.dumps(value).encode()


def _half(handler: BaseHTTPRequestHandler, true: Answer) -> None:
    status, content_type, body = true
    _send(handler, (status, content_type, body[: len(body) // 2]), length=len(body) + 1)
    handler.close_connection = True


def _endless(handler: BaseHTTPRequestHandler, true: Answer) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    until = time.monotonic() + _LONGEST_S
    while time.monotonic() < until:
        handler.wfile.write(b" " * 65536)


def _slow(handler: BaseHTTPRequestHandler, true: Answer) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    until = time.monotonic() + _LONGEST_S
    while time.monotonic() < until:
        handler.wfile.write(b" ")
        time.sleep(0.2)


def _huge(handler: BaseHTTPRequestHandler, true: Answer) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(HUGE_BYTES))
    handler.end_headers()
    for _ in range(HUGE_BYTES >> 20):
        handler.wfile.write(b" " * (1 << 20))


def _wrong_types(handler: BaseHTTPRequestHandler, true: Answer) -> None:
    """Answer the true JSON with every value replaced by one of another type."""
    try:
        value = json.loads(true[2])
    except ValueError:
        value = None
    _send(handler, _json(_mistyped(value)))


def _mistyped(value: object) -> object:
    if isinstance(value, dict):
        return {name: _mistyped(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_mistyped(item) for item in value] or "none"
    return [] if isinstance(value, str) else {"value": value}


def _redirect(handler: BaseHTTPRequestHandler, true: Answer) -> None:
    _send(handler, (302, "text/html", b""), Location="http://127.0.0.1:9/elsewhere")


def _closed(handler: BaseHTTPRequestHandler, true: Answer) -> None:
    handler.close_connection = True
    handler.connection.close()


FAULTS: dict[str, Callable[[BaseHTTPRequestHandler, Answer], None]] = {
    "garbage": lambda handler, true: _send(handler, (200, "application/json", b"\x00\xff\x1b[31m{]" * 50)),
    "half body": _half,
    "endless": _endless,
    "slow": _slow,
    "huge": _huge,
    "status 500": lambda handler, true: _send(handler, (500, "text/plain", b"internal error \x1b[32mCONFIRMED")),
    "status 503": lambda handler, true: _send(handler, (503, "application/json", b"{}")),
    "wrong types": _wrong_types,
    "not a number": lambda handler, true: _send(handler, (200, "application/json", _NO_NUMBERS)),
    "deep": lambda handler, true: _send(handler, (200, "application/json", b"[" * 200_000)),
    "redirect": _redirect,
    "empty": lambda handler, true: _send(handler, (200, "application/json", b"")),
    "a page": lambda handler, true: _send(handler, (200, "text/html", b"<html>log in</html>")),
    "closed": _closed,
}


def _handler(proxy: FaultyProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path.startswith("/trust/fault/"):
                # The trial's process sets the fault: /trust/fault/NAME/PREFIX
                name, _, prefix = self.path.removeprefix("/trust/fault/").partition("/")
                proxy.fault, proxy.prefix = name.replace("%20", " "), f"/{prefix}"
                _send(self, _json({}))
                return
            names = ("Content-Type", "Idempotency-Key")
            true = proxy.forward(
                self.command, self.path, body, {name: self.headers[name] for name in names if self.headers.get(name)}
            )
            try:
                if proxy.fault and self.path.startswith(proxy.prefix):
                    FAULTS[proxy.fault](self, true)
                else:
                    _send(self, true)
            except (OSError, httpx.HTTPError):  # the client has hung up, as it should, or the network has ended
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    for method in ("GET", "PUT", "POST", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.serve)
    return Handler
