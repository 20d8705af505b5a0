"""A loopback server with scripted misbehaviour, to test southbound clients."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


class TrapServer:
    """Calls `script(handler, number)` for each request, numbered from 1; `requests` records (method, path, body) of each."""

    def __init__(self, script: Callable[[BaseHTTPRequestHandler, int], None]) -> None:
        self.requests: list[tuple[str, str, bytes]] = []
        trap = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                trap.requests.append((self.command, self.path, body))
                self.close_connection = True
                script(self, len(trap.requests))

            do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def __enter__(self) -> TrapServer:
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class Proxy(TrapServer):
    """Passes requests on to `target`, except where `interfere(handler, method, path)` answers itself and returns True."""

    def __init__(self, target: str, interfere: Callable[[BaseHTTPRequestHandler, str, str], bool]) -> None:
        def script(handler: BaseHTTPRequestHandler, number: int) -> None:
            method, path, body = self.requests[-1]
            if interfere(handler, method, path):
                return
            headers = {k: v for k, v in handler.headers.items() if k.lower() not in ("host", "content-length")}
            answer = httpx.request(method, target + path, content=body, headers=headers, timeout=600, trust_env=False)
            send(handler, answer.status_code, answer.content, answer.headers.get("content-type", ""))

        super().__init__(script)


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", kind: str = "application/json") -> None:
    """Answer with a status and a body."""
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(body)
