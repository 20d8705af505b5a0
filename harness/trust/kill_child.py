"""The process of a run that kills itself (SIGKILL) at its n-th moment: a write of the journal, a step, or an event in between."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from harness.approvals.approver import approve_by_flag
from harness.journal.record import JournalRecord
from harness.records.events import Event
from harness.trust.fork_server import serve
from harness.trust.scripted_run import scripted_service
from policies.word import Word

_PASSING = ("time.passed", "tool.progress")


class Order(Word):
    """A run to start, or to resume (`resume`), in the data folder on the network at `url`; killed at moment `at`, 0: never.

    moments: file for the names of the moments that were passed. acknowledged: file for the records that were written completely.
    outcome: file for the run's outcome. wall_deadline: seconds until the watchdog reverts, 0: the product's default.
    """

    data: str
    url: str
    text: str
    resume: bool = False
    at: int = 0
    moments: str
    acknowledged: str
    outcome: str
    wall_deadline: float = 0.0
    witness_dir: str


class Killer:
    """Counts the moments of a run, and ends the process at the one that was ordered."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._passed = 0

    def hear(self, event: Event) -> None:
        """Count an event: between the end of a step and the start of the next one the checkpoint is written."""
        if event.kind not in _PASSING:
            self._pass(f"{event.kind} {event.step}".strip())

    def wrote(self, stage: str, record: JournalRecord) -> None:
        """Count a stage of a write of the journal; a record whose write is complete counts as acknowledged."""
        if stage == "published":
            _add(self._order.acknowledged, f"{record.seq} {record.hash}")
        self._pass(f"journal {stage} {record.kind}")

    def _pass(self, moment: str) -> None:
        self._passed += 1
        _add(self._order.moments, moment)
        if self._passed == self._order.at:
            os.kill(os.getpid(), signal.SIGKILL)


def _add(path: str, line: str) -> None:
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def carry_out(line: str) -> None:
    """Start or resume the run, and write its outcome."""
    order = Order.model_validate_json(line)
    killer = Killer(order)
    settings = {
        "commitment": {"watchdog": False, "wall_deadline": order.wall_deadline, "windows": 3},
        "journal": {"witness_dir": order.witness_dir},
    }
    with scripted_service(Path(order.data), order.url, listener=killer.hear, on_write=killer.wrote, settings=settings) as service:
        if order.resume:
            outcome = service.resume("last", approver=approve_by_flag)
        else:
            outcome = service.start(order.text, approver=approve_by_flag)
    Path(order.outcome).write_text(outcome.model_dump_json(), encoding="utf-8")


if __name__ == "__main__":
    import harness.engine.graph  # noqa: F401 - both are imported before the first fork

    serve(carry_out)
