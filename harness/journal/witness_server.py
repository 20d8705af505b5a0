"""An HTTP witness: keeps the signed heads of journals on another machine, and never forgets or changes one.

    POST /journals/KEY/head   {"seq", "hash", "signature", "public_key"}   201, 200 if it is known; 409 if a later or other one is
    GET  /journals/KEY/head   the last head of the journal                 200, 404

KEY is the id of the journal's key. Only a head that the public key with this id signed is accepted, so nobody else can add one.
If TWINPILOT_WITNESS_TOKEN is set, it is required as Bearer token.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from pydantic import ValidationError

from harness.journal.heads import HeadsFile
from harness.journal.key import VerifyKey, key_of
from harness.journal.record import JournalHead
from harness.journal.witness import TOKEN_VARIABLE
from harness.runtime.errors import JournalError
from harness.runtime.private import private_folder

_PATH = re.compile(r"/journals/([0-9a-f]{32})/head")
_MAX_BODY_BYTES = 4096


class WitnessServer:
    """Serves the heads in `folder` on `host` and `port` (0: any free one) until closed; raises OSError."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        private_folder(folder)
        self._server = ThreadingHTTPServer((host, port), _handler(_Heads(folder), os.environ.get(TOKEN_VARIABLE, "")))
        self._server.daemon_threads = True
        self.url = f"http://{host}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def join(self) -> None:
        """Serve until interrupted."""
        self._thread.join()

    def __enter__(self) -> WitnessServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class _Heads:
    """The heads in a folder, one file for each journal."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def last(self, key_id: str) -> JournalHead | None:
        return HeadsFile(self._folder / f"{key_id}.jsonl").last()

    def add(self, key: VerifyKey, head: JournalHead) -> int:
        """Keep a head and return the HTTP status."""
        if not key.accepts(head.seq, head.hash, head.signature):
            return 403
        with self._lock:
            last = self.last(key.key_id)
            if last is not None and (head.seq < last.seq or (head.seq == last.seq and head.hash != last.hash)):
                return 409
            if last is not None and head.seq == last.seq:
                return 200
            HeadsFile(self._folder / f"{key.key_id}.jsonl").publish(head)
        return 201


def _handler(heads: _Heads, token: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            path = _PATH.fullmatch(self.path)
            head = heads.last(path[1]) if path and self._is_allowed() else None
            self._answer(200 if head else 404, head.line() if head else "{}")

        def do_POST(self) -> None:
            path = _PATH.fullmatch(self.path)
            if path is None or not self._is_allowed():
                self._answer(404 if path is None else 401, "{}")
                return
            try:
                self._answer(self._add(path[1]), "{}")
            except (ValueError, TypeError, KeyError, ValidationError, JournalError):
                self._answer(400, "{}")

        def _add(self, key_id: str) -> int:
            length = int(self.headers.get("content-length") or 0)
            if not 0 < length <= _MAX_BODY_BYTES:
                return 413
            body: dict[str, Any] = json.loads(self.rfile.read(length))
            key = key_of(str(body.pop("public_key")))
            return heads.add(key, JournalHead.model_validate(body)) if key.key_id == key_id else 403

        def _is_allowed(self) -> bool:
            return not token or hmac.compare_digest(self.headers.get("authorization") or "", f"Bearer {token}")

        def _answer(self, status: int, body: str) -> None:
            data = body.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
