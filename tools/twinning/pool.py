"""Twin runs in parallel processes.

Workers are spawned (numba and SQLite do not survive a fork), live as long as the laboratory, and are restarted once if they die.
"""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from policies.kpi import KpiFrame
from tools.twinning.job import TwinJob, run_job
from twins.progress import Advance
from twins.worker_process import prepare_worker


class TwinPoolError(Exception):
    """The worker processes died twice; the message states a likely cause."""


class TwinPool:
    """Runs twin jobs on `workers` processes (default: one per usable core; 0: in this process, one after the other)."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = len(os.sched_getaffinity(0)) if workers is None else workers
        self._executor: ProcessPoolExecutor | None = None

    def _pool(self) -> ProcessPoolExecutor:
        if self._executor is None:
            context = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(self.workers, mp_context=context, initializer=prepare_worker)
        return self._executor

    def run(self, jobs: list[TwinJob], progress: Advance | None = None) -> list[KpiFrame | str]:
        """Run all jobs and return their results in order; raises TwinPoolError if workers die twice."""
        for attempt in (1, 2):
            try:
                return self._run(jobs, progress)
            except BrokenProcessPool as error:
                self.close()
                if attempt == 2:
                    raise TwinPoolError("twin workers died twice: is there enough memory (about 0.5 GB per core)?") from error
        raise AssertionError("unreachable")

    def _run(self, jobs: list[TwinJob], progress: Advance | None) -> list[KpiFrame | str]:
        if self.workers == 0:
            return [run_job(job) for job in jobs]
        futures: list[Future[KpiFrame | str]] = [self._pool().submit(run_job, job) for job in jobs]
        for done, _ in enumerate(as_completed(futures), start=1):
            if progress is not None:
                progress(done, len(jobs))
        return [future.result() for future in futures]

    def close(self) -> None:
        """Stop the workers."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None
