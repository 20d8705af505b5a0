"""A reverse proxy on loopback in front of a served network, which lets nobody pass without the right Authorization header."""

import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PASSED_ON = ("Content-Type", "Idempotency-Key")


class GuardedNetwork:
    """Serves `target` to those who send `authorization`; `refused` holds the paths of requests without it."""

    def __init__(self, target, authorization):
        self.refused = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(target, authorization, self.refused))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def _handler(target, authorization, refused):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers.get("authorization") != authorization:
                refused.append(self.path)
                return self._answer(401, "application/json", b"{}")
            headers = {name: self.headers[name] for name in _PASSED_ON if self.headers.get(name)}
            request = urllib.request.Request(target + self.path, body or None, headers, method=self.command)
            try:
                with urllib.request.urlopen(request, timeout=600) as answer:
                    return self._answer(answer.status, answer.headers.get("content-type", ""), answer.read())
            except urllib.error.HTTPError as error:
                return self._answer(error.code, error.headers.get("content-type", ""), error.read())

        def _answer(self, status, content_type, body):
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    for method in ("GET", "PUT", "POST", "PATCH", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.serve)
    return Handler
