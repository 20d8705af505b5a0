"""The clock of a network that runs by itself: its time is asked for, whether it runs at wall speed or is served faster."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.oran.oran_network import OranNetwork


class PolledClock:
    """Waits until the network's own time has come, pulling PM reports meanwhile; `poll_s` is wall time."""

    def __init__(self, network: OranNetwork, tick: Callable[[datetime], None], poll_s: float = 0.25) -> None:
        self._network = network
        self._tick = tick
        self._poll_s = poll_s

    def now(self) -> datetime:
        """Return the network's time; raises PeerError."""
        return self._network.describe().now

    def wait(self, seconds: float) -> None:
        """Return when `seconds` of network time have passed; raises ValueError unless 0 <= seconds, PeerError."""
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"seconds={seconds}: a finite number ≥ 0 is required")
        until = self.now() + timedelta(seconds=seconds)
        while (left := (until - self.now()).total_seconds()) > 0:
            time.sleep(min(left, self._poll_s))
            self._network.pull()
            self._tick(self.now())
        self._network.pull()
