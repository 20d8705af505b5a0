"""Waiting on a network's clock: an embedded network is told to advance, a live one is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol, runtime_checkable

from tools.oran.oran_network import OranNetwork
from tools.oran.peer import Peer, PeerSettings


@runtime_checkable
class NetworkClock(Protocol):
    """The time of a network."""

    def now(self) -> datetime:
        """Return the network's time."""

    def wait(self, seconds: float) -> None:
        """Return when `seconds` of network time have passed and their PM reports are in the store."""


class EmbeddedClock:
    """Asks the embedded control API to advance, in steps of `step_s` network seconds, and pulls the PM reports after each.

    tick is called after each step, to show progress. timeout_s: wall seconds that one step may take.
    """

    def __init__(
        self,
        network: OranNetwork,
        step_s: float | None = None,
        tick: Callable[[datetime], None] | None = None,
        timeout_s: float = 600.0,
    ) -> None:
        self._network = network
        self._peer = Peer("embedded control", network.url, PeerSettings(attempts=1))
        self._step_s = step_s or network.describe().granularity_s
        self._tick = tick or (lambda moment: None)
        self._timeout_s = timeout_s

    def now(self) -> datetime:
        """Return the network's time; raises PeerError."""
        return self._network.describe().now

    def wait(self, seconds: float) -> None:
        """Advance the embedded network by `seconds`; raises ValueError unless 0 <= seconds, PeerError."""
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"seconds={seconds}: a finite number ≥ 0 is required")
        while seconds > 0:
            step = min(self._step_s, seconds)
            answer = self._peer.request(
                "POST", "/embedded/v1/advance", body={"seconds": step}, repeatable=False, timeout_s=self._timeout_s
            )
            self._network.pull()
            self._tick(_moment(answer.object().get("now")))
            seconds -= step


class WallClock:
    """A live network runs by itself: sleep, pulling the PM reports every `poll_s` wall seconds."""

    def __init__(self, network: OranNetwork, poll_s: float = 5.0, tick: Callable[[datetime], None] | None = None) -> None:
        self._network = network
        self._poll_s = poll_s
        self._tick = tick or (lambda moment: None)

    def now(self) -> datetime:
        """Return the network's time; raises PeerError."""
        return self._network.describe().now

    def wait(self, seconds: float) -> None:
        """Sleep until `seconds` have passed; raises ValueError unless 0 <= seconds, PeerError."""
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"seconds={seconds}: a finite number ≥ 0 is required")
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, self._poll_s))
            self._network.pull()
            self._tick(self.now())


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text))
