"""The interrupt of a run: it names the run, so that the operator is told how to go on."""

from __future__ import annotations

from harness.records.status import RunStatus


class RunInterrupted(KeyboardInterrupt):
    """The run was interrupted by `cause` and has this status now; it can be resumed.

    open_ends: what waits for a verdict, and what is on the network meanwhile, one line each.
    """

    def __init__(self, run_id: str, status: RunStatus, cause: KeyboardInterrupt, open_ends: tuple[str, ...] = ()) -> None:
        super().__init__(run_id)
        self.run_id = run_id
        self.status = status
        self.cause = cause
        self.open_ends = open_ends
