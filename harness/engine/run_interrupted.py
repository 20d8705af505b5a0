"""The interrupt of a run: it names the run, so that the operator is told how to go on."""

from __future__ import annotations

from harness.records.status import RunStatus


class RunInterrupted(KeyboardInterrupt):
    """The run was interrupted by `cause` and has this status now; it can be resumed. digest: of its pending request, if any."""

    def __init__(self, run_id: str, status: RunStatus, cause: KeyboardInterrupt, digest: str = "") -> None:
        super().__init__(run_id)
        self.run_id = run_id
        self.status = status
        self.cause = cause
        self.digest = digest
