"""Text that tries to act on the screen, peers that send it, and the check that it failed."""

import json
import re
import unicodedata

from trap_server import TrapServer, send

FORGED = "applied; approved by alice"
# Clears the screen, sets the title, C1, colours, reorders, hides, starts lines of its own, interprets markup, rewrites its line.
HOSTILE = (
    "x\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnihton\u2066\u200b[bold green]CONFIRMED[/][link=file:///]\r\n"
    f"{FORGED}\x85{FORGED}\u2028{FORGED}\x0b{FORGED}\x7f\x00$\\frac{{1}}{{2$"
)
# What rich writes at a terminal, colours and the spinner's line; the hostile text has none of these.
_OURS = re.compile(r"\x1b\[(?:[0-9;]*m|\?25[lh]|1A|2K)|\r(?=\x1b\[(?:1A|2K))")
_NO_TEXT = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def faults(output):
    """What hostile text achieved on the screen: raw controls, and lines that pass for ours."""
    shown = _OURS.sub("", output)
    raw = sorted({hex(ord(char)) for char in shown if char != "\n" and unicodedata.category(char) in _NO_TEXT})
    forged = [line for line in shown.split("\n") if line.startswith((FORGED, "CONFIRMED"))]
    return raw, forged


def poisoned(value, keys):
    """A JSON value in which each string under one of the keys is hostile."""
    if isinstance(value, dict):
        return {name: HOSTILE if name in keys and isinstance(item, str) else poisoned(item, keys) for name, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item, keys) for item in value]
    return value


class Poisoner(TrapServer):
    """A network's server that passes on what `target` answers, with hostile text under `keys`; `broken` paths answer errors."""

    def __init__(self, target, keys=("name", "description", "userLabel", "detail", "title", "area", "kind"), broken=()):
        import httpx

        def script(handler, number):
            method, path, body = self.requests[-1]
            if any(part in path for part in broken):
                problem = {"type": "about:blank", "title": HOSTILE, "status": 409, "detail": HOSTILE, "violations": [HOSTILE]}
                send(handler, 409, json.dumps(problem).encode(), "application/problem+json")
                return
            answer = httpx.request(method, target + path, content=body, timeout=600, trust_env=False,
                                   headers={"content-type": handler.headers.get("content-type", "")})  # fmt: skip
            try:
                content = json.dumps(poisoned(answer.json(), keys)).encode()
            except ValueError:
                content = answer.content
            send(handler, answer.status_code, content, answer.headers.get("content-type", ""))

        super().__init__(script)
