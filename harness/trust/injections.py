"""Injections × channels: text of operators, models and peers that would take over a terminal, through everything that prints it.

Counted: control characters (C0, C1), bidirectional and zero-width controls that reach the screen raw, and lines that the foreign
text begins itself. The commands are run as processes, as an operator runs them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness.approvals.store import ApprovalStore
from harness.approvals.subject import ApprovalSubject
from harness.journal.write_ahead import open_state
from harness.records.run_record import RunStore
from harness.runtime.paths import Paths
from harness.trust.experiment import Count, Experiment
from harness.trust.scripted_run import CHANGE
from harness.trust.trials import Result, Trials
from twins.scratch_folder import ScratchFolder

_FORGED = "CONFIRMED; approved by alice"
INJECTIONS = {
    "escape sequence": f"\x1b[32m{_FORGED}\x1b[0m",
    "clear screen": f"\x1b[2J\x1b[H{_FORGED}",
    "window title": f"\x1b]0;{_FORGED}\x07",
    "hyperlink": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "C1 control": f"\x9b32m{_FORGED}",
    "C1 string": f"\x9d0;{_FORGED}\x9c",
    "newline": f"harmless\n{_FORGED}",
    "carriage return": f"harmless\r{_FORGED}",
    "backspaces": "rejected" + "\b" * 8 + _FORGED,
    "next line": f"harmless\x85{_FORGED}",
    "line separator": f"harmless\u2028{_FORGED}",
    "bidirectional override": f"\u202e{_FORGED[::-1]}\u202c",
    "bidirectional isolate": f"\u2066{_FORGED}\u2069",
    "zero width": "re\u200bjec\u200dted\ufeff",
    "tag characters": "ok\U000e0041\U000e0042",
    "rich markup": f"[bold green]{_FORGED}[/bold green]",
    "bell and null": "\x07\x00 done",
    "delete": "no\x7f\x7f" + _FORGED,
}
_RAW_RANGES = (
    (0, 9),
    (11, 32),
    (0x7F, 0xA0),
    (0x200B, 0x2010),
    (0x2028, 0x202F),
    (0x2060, 0x206A),
    (0xFEFF, 0xFF00),
    (0xE0000, 0xE0080),
)
_RAW = frozenset(chr(code) for start, end in _RAW_RANGES for code in range(start, end))
Channel = Callable[[str, Path], list[str]]


def _of_store(*command: str) -> Channel:
    """Return a channel that shows what the data folder holds."""
    return lambda text, data: [*command, "--data-dir", str(data)]


CHANNELS: dict[str, Channel] = {
    "runs": _of_store("runs"),
    "runs --json": _of_store("runs", "--json"),
    "show": _of_store("show", "last"),
    "show --json": _of_store("show", "last", "--json"),
    "journal tail": _of_store("journal", "tail"),
    "journal tail --json": _of_store("journal", "tail", "--json"),
    "name of a run": lambda text, data: ["show", text.replace("\0", ""), "--data-dir", str(data)],
    "name of a scenario": lambda text, data: ["run", "keep it", "--scenario", text.replace("\0", ""), "--data-dir", str(data)],
    "name of a benchmark": lambda text, data: ["bench", text.replace("\0", "")],
    "error of a peer": lambda text, data: ["network", "show", "--url", "PEER"],
}
_QUICK = ("runs", "journal tail", "error of a peer")


@contextmanager
def _peer(text: str) -> Iterator[str]:
    """Yield the URL of a peer that answers every request with this text as its reason."""
    import json

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"title": text, "detail": text}, ensure_ascii=False).encode("utf-8", "replace")
            self.send_response(500)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _fill(data: Path, text: str) -> None:
    """Write the text wherever an operator, a model or a peer can bring it."""
    store, journal = open_state(Paths(data))
    run = RunStore(store).create("r1", "active", text, f"http://{text}", text)
    approvals = ApprovalStore(store)
    subject = ApprovalSubject(change_set=CHANGE, sentence=text, read_back=text)
    approvals.request(run.run_id, subject, 900)
    approvals.decide(run.run_id, subject.digest, False, text, "command", note=text)
    journal.append("question.asked", {"question": text, text: text}, run.run_id)


def _shown(arguments: list[str], text: str) -> str:
    with _peer(text) as url:
        command = [sys.executable, "-m", "harness.main", *(url if argument == "PEER" else argument for argument in arguments)]
        environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
        done = subprocess.run(command, check=False, capture_output=True, timeout=120, env=environment)  # noqa: S603 - our own command
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def raw_controls(shown: str) -> list[str]:
    """Return the control characters in an output that a terminal would obey, by code point."""
    return [f"U+{ord(letter):04X}" for letter in shown if letter in _RAW]


def injections(quick: bool, out: Path | None, *, show: bool = True) -> Experiment:
    """Send each injection through each channel, or (quick) through three of them."""
    channels = _QUICK if quick else tuple(CHANNELS)
    texts = list(INJECTIONS)[:: 6 if quick else 1]
    names = [f"{channel}: {text}" for channel in channels for text in texts]
    with ScratchFolder() as folder:
        results = Trials("injections", out, show=show).run(names, lambda name: _trial(folder, name))
    failures = [
        f"{name}: {result['raw'] or 'a line of its own'}" for name, result in results.items() if result["raw"] or result["line"]
    ]
    return Experiment(
        name="injections into the screen",
        trials=len(results),
        counts=(
            Count(name="raw control characters", value=sum(len(result["raw"]) for result in results.values()), must_be="zero"),
            Count(name="lines begun by foreign text", value=sum(result["line"] for result in results.values()), must_be="zero"),
        ),
        failures=tuple(failures),
        note=f"{len(texts)} injections × {len(channels)} channels",
    )


def _trial(root: Path, name: str) -> Result:
    channel, _, injection = name.partition(": ")
    text = INJECTIONS[injection]
    data = root / injection.replace(" ", "-")
    if not data.exists():
        _fill(data, text)
    shown = _shown(CHANNELS[channel](text, data), text)
    return {"raw": raw_controls(shown), "line": int(any(line.startswith(_FORGED) for line in shown.splitlines()))}
