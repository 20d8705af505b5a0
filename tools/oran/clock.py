"""Clocks of a network: an embedded network is advanced, a network that runs by itself is polled."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Protocol, runtime_checkable

from tools.oran.oran_network import OranNetwork
from tools.oran.peer import Peer

POLL_S: Final = 0.25
"""Wall seconds between two looks at a network that runs by itself: reports that come faster are read behind time."""


@runtime_checkable
class NetworkClock(Protocol):
    """The time of a network."""

    def start(self) -> None:
        """Start a network that starts at its first use; others run already."""

    def now(self) -> datetime:
        """Return the network's time."""

    def wait(self, seconds: float) -> None:
        """Block until `seconds` of network time have passed and their PM reports are in the store."""


class EmbeddedClock:
    """Advances the network by the embedded control API in steps of `step_s` network seconds, and pulls the PM reports after each.

    `tick` is called with the network time after each step, to show progress. `timeout_s`: wall seconds allowed per step.
    """

    def __init__(
        self,
        network: OranNetwork,
        step_s: float | None = None,
        tick: Callable[[datetime], None] | None = None,
        timeout_s: float = 600.0,
    ) -> None:
        self._network = network
        self._peer = Peer("embedded control", network.url, replace(network.peer_settings, attempts=1))
        self._step_s = step_s or network.describe().granularity_s
        self._tick = tick or (lambda moment: None)
        self._timeout_s = timeout_s

    def start(self) -> None:
        """Nothing to do: who serves the network has started it."""

    def now(self) -> datetime:
        """Return the network's time; raises PeerError."""
        return self._network.describe().now

    def wait(self, seconds: float) -> None:
        """Advance the embedded network by `seconds`; raises ValueError unless 0 <= seconds, PeerError."""
        _check_seconds(seconds)
        while seconds > 0:
            step = min(self._step_s, seconds)
            answer = self._peer.request(
                "POST", "/embedded/v1/advance", body={"seconds": step}, repeatable=False, timeout_s=self._timeout_s
            )
            self._network.pull()
            self._tick(_moment(answer.object().get("now")))
            seconds -= step


class PolledClock:
    """Waits for the network's own time, pulling the PM reports every `poll_s` wall seconds.

    For a network that runs by itself, at wall speed or faster. `tick` is called with the network time after each poll.
    """

    def __init__(self, network: OranNetwork, tick: Callable[[datetime], None] | None = None, poll_s: float = POLL_S) -> None:
        self._network = network
        self._tick = tick or (lambda moment: None)
        self._poll_s = poll_s

    def start(self) -> None:
        """Nothing to do: the network runs by itself."""

    def now(self) -> datetime:
        """Return the network's time; raises PeerError."""
        return self._network.describe().now

    def wait(self, seconds: float) -> None:
        """Block until `seconds` of network time have passed; raises ValueError unless 0 <= seconds, PeerError."""
        _check_seconds(seconds)
        until = self.now() + timedelta(seconds=seconds)
        while (left := (until - self.now()).total_seconds()) > 0:
            time.sleep(min(left, self._poll_s))
            self._network.pull()
            self._tick(self.now())
        self._network.pull()


def _check_seconds(seconds: float) -> None:
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"seconds={seconds}: a finite number ≥ 0 is required")


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text))
