"""Worker processes of a pool: single-threaded, and terminated with their parent even if it is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


@contextmanager
def worker_pool(workers: int, prepare: Callable[[], None] | None = None) -> Iterator[ProcessPoolExecutor]:
    """Yield a pool of spawned workers, each initialized by `prepare` (default: `prepare_worker`).

    After an exception, such as an interrupt, nothing that was submitted goes on: its workers would keep the command from ending.
    """
    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=prepare or prepare_worker)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in set(multiprocessing.active_children()) - others:
            worker.terminate()
        raise
    pool.shutdown()


def prepare_worker() -> None:
    """Initialize a spawned worker; must run before numerical libraries are imported."""
    for name in _THREADS:
        os.environ[name] = "1"
    # Ctrl-C reaches each process of the terminal: a worker ends without a word, its parent says what was interrupted.
    signal.signal(signal.SIGINT, lambda number, frame: os._exit(130))
    parent = multiprocessing.parent_process()
    if parent is not None:
        # A killed parent does not close the pool's queues: the workers hold both ends and would wait for work forever.
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(4)
