"""Every command that opens a data folder looks whether a change has to be watched, and whether somebody does.

Cheap: one query and one file lock. A watchdog that was killed is replaced this way, by whatever command runs next.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

from harness.runtime.errors import HarnessError
from harness.runtime.paths import Paths
from harness.runtime.private import private_file
from harness.runtime.settings import Settings

LOCK_NAME = "watchdog.lock"
# Only a network with a URL can be reached from another process.
_OPEN = "SELECT 1 FROM commitments WHERE state IN ('pending', 'applied', 'revert_failed') AND network LIKE 'http%' LIMIT 1"


def guard(settings: Settings) -> None:
    """Start a watchdog if a commitment is open and none is running; never fails, since the command has its own task."""
    if not settings.commitment.watchdog:
        return
    paths = Paths.of(settings)
    try:
        is_needed = has_open_commitments(paths) and not is_watched(paths)
    except (HarnessError, OSError, sqlite3.Error):  # the command will meet the damaged database or folder itself, and say so
        return
    if is_needed:
        ensure_watchdog(paths)


def has_open_commitments(paths: Paths) -> bool:
    """Whether a commitment on a network with a URL is open; raises sqlite3.Error."""
    if not paths.state.exists():
        return False
    with closing(sqlite3.connect(f"{paths.state.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
        return connection.execute(_OPEN).fetchone() is not None


def is_watched(paths: Paths) -> bool:
    """Whether a watchdog runs for this data folder: the kernel frees its lock when it ends, however it ends."""
    with watchdog_lock(paths) as is_free:
        return not is_free


@contextmanager
def watchdog_lock(paths: Paths) -> Iterator[bool]:
    """Hold the watchdog's lock of this data folder; yields whether it was free. Raises OSError."""
    descriptor = os.open(private_file(paths.root / LOCK_NAME), os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        yield False
        return
    try:
        yield True
    finally:
        os.close(descriptor)


def ensure_watchdog(paths: Paths, period_s: float = 2.0) -> None:
    """Start a watchdog process for this data folder that outlives the caller; if one is running, the new one ends at once.

    It inherits the environment, and writes what it does to watchdog.log.
    """
    command = [sys.executable, "-m", "harness.commitments.watchdog", "--data-dir", str(paths.root.absolute())]
    command += ["--period", str(period_s), "--until-idle"]
    command += ["--journal", paths.journal_settings.model_dump_json()]
    if paths.credentials_file:
        command += ["--credentials-file", str(paths.credentials_file.absolute())]
    log = os.open(paths.root / "watchdog.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)  # noqa: S603
    finally:
        os.close(log)
