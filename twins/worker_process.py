"""Worker processes of a pool: single-threaded, and terminated with their parent even if it is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.process import BaseProcess

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


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
