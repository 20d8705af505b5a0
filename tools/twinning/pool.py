"""Twin runs in parallel processes.

Workers are spawned (numba and SQLite do not survive a fork), live as long as the laboratory, and are restarted once if they die.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from policies.kpi import KpiFrame
from tools.twinning.job import TwinJob, run_job
from twins.progress import Advance
from twins.worker_process import prepare_worker

_CLOSED = "the twin laboratory is closed: the command that used it has ended"


class TwinPoolError(Exception):
    """The worker processes died twice, or the pool is closed; the message states a likely cause."""


class TwinPool:
    """Runs twin jobs on `workers` processes (default: one per usable core; 0: in this process, one after the other)."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = len(os.sched_getaffinity(0)) if workers is None else workers
        self._executor: ProcessPoolExecutor | None = None
        self._closed = False

    def _pool(self) -> ProcessPoolExecutor:
        self._require_open()
        if self._executor is None:
            context = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(self.workers, mp_context=context, initializer=prepare_worker)
        return self._executor

    def run(self, jobs: list[TwinJob], progress: Advance | None = None) -> list[KpiFrame | str]:
        """Run all jobs and return their results in order; raises TwinPoolError if workers die twice."""
        for attempt in (1, 2):
            try:
                return self._run(jobs, progress)
            except CancelledError as error:
                raise TwinPoolError(_CLOSED) from error
            except BrokenProcessPool as error:
                self._stop()
                self._require_open()
                if attempt == 2:
                    raise TwinPoolError("twin workers died twice: is there enough memory (about 0.5 GB per core)?") from error
        raise AssertionError("unreachable")

    def _run(self, jobs: list[TwinJob], progress: Advance | None) -> list[KpiFrame | str]:
        if self.workers == 0:
            return [self._run_here(job) for job in jobs]
        futures: list[Future[KpiFrame | str]] = [self._pool().submit(run_job, job) for job in jobs]
        for done, _ in enumerate(as_completed(futures), start=1):
            if progress is not None:
                progress(done, len(jobs))
        return [future.result() for future in futures]

    def _run_here(self, job: TwinJob) -> KpiFrame | str:
        self._require_open()
        return run_job(job)

    def close(self) -> None:
        """Stop the workers for good: a comparison that an interrupt left running ends with the jobs that have begun."""
        self._closed = True
        self._stop()

    def _require_open(self) -> None:
        if self._closed:
            raise TwinPoolError(_CLOSED)

    def _stop(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None
