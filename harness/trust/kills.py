"""Kills (SIGKILL) of a run with a change, at every write of its journal and around every checkpoint; then it is resumed.

Counted: records that were acknowledged and are gone, changes that were made twice, outcomes that the network contradicts,
approvals and commitments of which the journal knows nothing, runs that could not go on, and false alarms of the verification.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from harness.journal.inspection import Inspection
from harness.journal.record import RECORDS_NAME, JournalRecord
from harness.journal.write_ahead import CHANGING, RECOVERED
from harness.runtime.paths import Paths
from harness.runtime.settings import JournalSettings
from harness.runtime.store import StateStore
from harness.trust.counting_network import CountingNetwork
from harness.trust.experiment import Count, Experiment
from harness.trust.fork_server import ForkServer
from harness.trust.kill_child import Order
from harness.trust.scripted_run import BROKEN, KEPT, NEW, OLD
from harness.trust.trials import Result, Trials
from twins.ric.server import EmbeddedRan
from twins.scratch_folder import ScratchFolder

_QUICK_TRIALS = 4
_LIMIT_S = 300.0
_COUNTS = {
    "lost": "acknowledged records that are gone",
    "twice": "changes made twice",
    "contradicted": "outcomes that the network contradicts",
    "unrecorded": "approvals or commitments that the journal does not know",
    "stuck": "runs that did not go on",
    "alarms": "false alarms of the verification",
}


class KillTrial:
    """One run in `folder` on its own network, killed at moment `at` (0: never), and what went on after it."""

    def __init__(self, folder: Path, process: ForkServer, text: str, at: int, *, watched: bool = False) -> None:
        self._folder = folder
        self._process = process
        self._text = text
        self._at = at
        self._watched = watched
        self._place = Paths(folder / "data", JournalSettings(witness_dir=str(folder / "second")))
        self.network = CountingNetwork()

    @property
    def moments(self) -> list[str]:
        """The moments that the first process passed."""
        return _lines(self._folder / "moments")

    def run(self) -> Result:
        """Run, kill, recover; return the counts by name and what the moment was."""
        with EmbeddedRan(self.network) as ran:
            status = self._process.carry_out(self._order(ran.url)).status
            before = _lines(self._place.journal / RECORDS_NAME)
            if status == -signal.SIGKILL:
                if self._watched:
                    self._sweep()
                status = self._process.carry_out(self._order(ran.url, resume=True)).status if self._has_run() else 0
            return {"moment": self.moments[-1] if self.moments else "", **self._judged(status, before)}

    def _order(self, url: str, *, resume: bool = False) -> Order:
        name = "resumed-" if resume else ""
        return Order(
            data=str(self._place.root), url=url, text=self._text, resume=resume, at=0 if resume else self._at,
            moments=str(self._folder / f"{name}moments"), acknowledged=str(self._folder / f"{name}acknowledged"),
            outcome=str(self._folder / "outcome"), wall_deadline=0.01 if self._watched else 0.0,
            witness_dir=str(self._folder / "second"),
        )  # fmt: skip

    def _sweep(self) -> None:
        """Let the watchdog of the product, a process of its own, sweep once."""
        command = [sys.executable, "-m", "harness.commitments.watchdog", "--data-dir", str(self._place.root), "--once"]
        command += ["--journal", self._place.journal_settings.model_dump_json()]
        subprocess.run(command, check=False, capture_output=True, timeout=120)  # noqa: S603 - our own module

    def _has_run(self) -> bool:
        return self._place.state.exists() and bool(StateStore(self._place.state).rows("SELECT 1 FROM runs"))

    def _judged(self, status: int, before: list[str]) -> Result:
        after = _lines(self._place.journal / RECORDS_NAME)
        kept = {(record.seq, record.hash) for record in map(JournalRecord.model_validate_json, after)}
        acknowledged = [line.split() for line in _lines(self._folder / "acknowledged")]
        report = Inspection(self._place).verify() if after else None
        return {
            "lost": sum((int(seq), digest) not in kept for seq, digest in acknowledged) + (after[: len(before)] != before),
            "twice": max(0, self.network.applied - 1),
            "contradicted": self._contradiction(),
            "unrecorded": self._unrecorded([JournalRecord.model_validate_json(line) for line in after]),
            "stuck": int(status != 0 or self._outcome().get("status") == "failed"),
            "alarms": 0 if report is None or report.intact else 1,
            "why": self._outcome().get("message", ""),
        }

    def _outcome(self) -> dict[str, Any]:
        path = self._folder / "outcome"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def _contradiction(self) -> int:
        """Whether the outcome and the network differ: confirmed stands for the new value, everything that is over for the old."""
        status = self._outcome().get("status")
        if status is None and not self._has_run():
            return int(self.network.value != OLD)
        expected = NEW if status == "confirmed" else OLD
        return int(status not in ("failed", "still applied") and self.network.value != expected)

    def _unrecorded(self, journal: list[JournalRecord]) -> int:
        """Count the approvals and commitments in the database whose present state no record announces."""
        if not self._place.state.exists():
            return 0
        announced = {
            (record.body["key"], record.body["row"]["state"]) for record in journal if record.kind in (CHANGING, RECOVERED)
        }
        store = StateStore(self._place.state)
        rows = store.rows("SELECT digest AS name, state FROM approvals UNION ALL SELECT key, state FROM commitments")
        return sum((row["name"], row["state"]) not in announced for row in rows)


def _lines(path: Path) -> list[str]:
    """Return the complete lines of a file, none if it does not exist."""
    return path.read_text(encoding="utf-8").split("\n")[:-1] if path.exists() else []


def kills(quick: bool, out: Path | None, *, show: bool = True) -> Experiment:
    """Kill a run at every moment, or (quick) at some, once with a kept and once with a broken promise."""
    with ScratchFolder() as root, ForkServer("harness.trust.kill_child", _LIMIT_S) as process:
        names = [f"{kind}:{at}" for kind, count in _moments(root, process, quick).items() for at in range(1, count + 1)]
        if quick:
            names = names[1 :: max(1, len(names) // _QUICK_TRIALS)]
        results = Trials("kills", out, show=show).run(names, lambda name: _trial(root, process, name))
    return _experiment(results)


def _moments(root: Path, process: ForkServer, quick: bool) -> dict[str, int]:
    """Return the number of moments of an undisturbed run of each kind, or (quick) of the one that is rolled back."""
    counts = {}
    for kind, text in (("kept", KEPT), ("broken", BROKEN))[quick:]:
        folder = root / f"{kind}-undisturbed"
        folder.mkdir()
        trial = KillTrial(folder, process, text, 0)
        trial.run()
        counts[kind] = len(trial.moments)
    return counts


def _trial(root: Path, process: ForkServer, name: str) -> Result:
    kind, _, at = name.partition(":")
    folder = root / name.replace(":", "-")
    folder.mkdir()
    # Every third run is left to the watchdog first, as if nobody came back to resume it.
    return KillTrial(folder, process, KEPT if kind == "kept" else BROKEN, int(at), watched=int(at) % 3 == 0).run()


def _experiment(results: dict[str, Result]) -> Experiment:
    failures = [
        f"{name} ({result['moment']}): {', '.join(key for key in _COUNTS if result[key])} {result['why']}"
        for name, result in results.items()
        if any(result[key] for key in _COUNTS)
    ]
    totals = {key: sum(int(result[key]) for result in results.values()) for key in _COUNTS}
    counts = tuple(Count(name=text, value=totals[key], must_be="zero") for key, text in _COUNTS.items())
    note = "at every write of the journal, step and event, a third of them left to the watchdog"
    return Experiment(name="kills of a run", trials=len(results), counts=counts, failures=tuple(failures), note=note)
