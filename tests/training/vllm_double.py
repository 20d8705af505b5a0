#!/usr/bin/env python3
"""A program that is called as a Python with vLLM is, and serves as vLLM does: what a test needs of it is in VLLM_DOUBLE.

good · no vllm · dies at once · dies later · killed · never answers · garbage · not guided
stubborn: ignores SIGTERM and has a worker
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOW = os.environ.get("VLLM_DOUBLE", "good")


def value(option: str) -> str:
    return sys.argv[sys.argv.index(option) + 1]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        model = {"id": value("--served-model-name"), "max_model_len": int(value("--max-model-len"))}
        self._answer("<html>" if HOW == "garbage" else json.dumps({"data": [model]}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert body["response_format"]["type"] == "json_schema"
        text = "I am ready." if HOW == "not guided" else '{"answer": "ready"}'
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        self._answer(json.dumps({"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}))

    def _answer(self, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def die_later() -> None:
    time.sleep(1.5)
    say("OSError: the disk is gone")
    os._exit(3)


def main() -> None:
    if "-c" in sys.argv:
        if HOW == "no vllm":
            sys.exit("ModuleNotFoundError: No module named 'vllm'")
        say("0.32.0")
        return
    say(json.dumps({"argv": sys.argv[1:], "env": dict(os.environ)}))
    if HOW == "dies at once":
        say("INFO starting\nRuntimeError: Not enough memory for the KV cache")
        sys.exit(1)
    if HOW == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if HOW == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen(["sleep", "600"])
    if HOW == "never answers":
        time.sleep(600)
    if HOW == "dies later":
        threading.Thread(target=die_later, daemon=True).start()
    ThreadingHTTPServer((value("--host"), int(value("--port"))), Handler).serve_forever()


main()
