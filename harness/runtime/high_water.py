"""Wall time that never goes back: deadlines are judged by it, so that a clock that was set back neither revives nor extends them.

The latest wall time that any process saw is kept in the state database, together with the machine's uptime at that moment. Within
one boot the time goes on from there with the uptime, which nobody can set; after a reboot it is at least the time that was kept.
A clock that is set forward by mistake lets deadlines pass: the safe side.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from harness.runtime.store import StateStore

_STEP_S = 1.0  # how far the time moves on before it is written again
_WALL = "wall"


@cache
def boot_id() -> str:
    """Return what identifies this boot of the machine, empty where the system does not say."""
    path = Path("/proc/sys/kernel/random/boot_id")
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def uptime() -> float:
    """Return the seconds since the machine was started, also those in which it was suspended, where the system counts them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class HighWaterClock:
    """A clock, seconds since the epoch, that is shared by all processes with this state database and never goes back.

    name: of the clock whose time `now` returns. boot: empty for a clock that does not go on with this machine's uptime.
    """

    def __init__(
        self,
        store: StateStore,
        now: Callable[[], float] = time.time,
        *,
        since_boot: Callable[[], float] = uptime,
        boot: str | None = None,
        name: str = _WALL,
    ) -> None:
        self._store = store
        self._now = now
        self._since_boot = since_boot
        self._boot = boot_id() if boot is None else boot
        self._name = name

    def __call__(self) -> float:
        """Return the time: the wall clock's, or what was seen before and the uptime since, whichever is later."""
        up = self._since_boot()
        kept = self._kept(up)
        now = max(self._now(), kept)
        rows = self._store.rows("SELECT seen, boot FROM high_water WHERE name = ?", (self._name,))
        # In a new boot at once, so that the time goes on from there even if the wall clock is behind it.
        if not rows or now >= rows[0]["seen"] + _STEP_S or rows[0]["boot"] != self._boot:
            self._keep(now, up)
        return now

    def _kept(self, up: float) -> float:
        rows = self._store.rows("SELECT seen, boot, uptime FROM high_water WHERE name = ?", (self._name,))
        if not rows:
            return 0.0
        goes_on = self._boot and rows[0]["boot"] == self._boot
        return float(rows[0]["seen"]) + (max(0.0, up - rows[0]["uptime"]) if goes_on else 0.0)

    def _keep(self, now: float, up: float) -> None:
        with self._store.transaction() as connection:
            connection.execute(
                "INSERT INTO high_water VALUES (?, ?, ?, ?) ON CONFLICT(name) DO UPDATE"
                " SET seen = excluded.seen, boot = excluded.boot, uptime = excluded.uptime"
                " WHERE excluded.seen > seen OR (excluded.seen = seen AND excluded.boot != boot)",
                (self._name, now, self._boot, up),
            )
