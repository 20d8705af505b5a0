"""The exit statuses of every command, in one table: `twinpilot --help`, the README and the tests take them from here."""

from __future__ import annotations

DONE = 0
FAILED = 1
USAGE = 2
WAITING = 3
REFUSED = 4
STILL_APPLIED = 5
INTERRUPTED = 130
TERMINATED = 143

EXIT_STATUSES: dict[int, str] = {
    DONE: "done: confirmed, recommended, no change needed, answered, restricted, or shadow; a record that is intact",
    FAILED: "failed, or the targets cannot be met",
    USAGE: "usage or settings",
    WAITING: "an answer, an approval or a point in time is awaited; the run can be resumed",
    REFUSED: "rejected, cancelled, rolled back, settled or inconclusive; a journal that is not intact",
    STILL_APPLIED: "the run ended, but its change is still on the network",
    INTERRUPTED: "interrupted (Ctrl-C, or the input ended at a prompt); a run can be resumed",
    TERMINATED: "terminated (SIGTERM); a run can be resumed",
}


def exit_status_text() -> str:
    """Return the table in one paragraph."""
    return "Exit status: " + "; ".join(f"{status} {meaning}" for status, meaning in EXIT_STATUSES.items()) + "."
