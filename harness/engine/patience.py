"""Waiting for a time that may be hours away, during which the network may not answer for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from harness.engine.desk import Desk
from twins.network import NetworkError

OUTAGE_S = 3600.0
_LOOK_S, _SHORTEST_STEP_S = 2.0, 2.0
_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0


def wait_through_outages(desk: Desk, moment: datetime, is_over: Callable[[], bool], outage_s: float = OUTAGE_S) -> str:
    """Wait until the network time `moment`, through outages of up to `outage_s` wall seconds each.

    is_over: asked every few seconds: whether the wait has lost its reason, as when the change was cancelled.

    Returns an empty text, or why it was given up.
    """
    pause, since, reached, step = _PAUSE_S, 0.0, datetime.min.replace(tzinfo=moment.tzinfo), _SHORTEST_STEP_S
    while not is_over():
        try:
            now = desk.clock.now()
            if now > reached:  # an outage ends when the network's time goes on
                pause, since, reached = _PAUSE_S, 0.0, now
            desk.emit("time.passed", now=now, until=moment, purpose="waiting until")
            if now >= moment:
                return ""
            asked = time.monotonic()
            desk.clock.wait(min((moment - now).total_seconds(), step))
            step = _next_step(step, time.monotonic() - asked)
        except NetworkError as error:
            since = since or time.monotonic()
            if time.monotonic() + pause - since > outage_s:
                return f"the network does not answer ({error})"
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
    return ""


def _next_step(step: float, took: float) -> float:
    """Return how many seconds of network time to wait until the next look, which is to take a few seconds of wall time.

    An embedded network lets hours pass in a minute, one that runs by itself does not.
    """
    if took < _LOOK_S:
        return 2 * step
    return max(step / 2, _SHORTEST_STEP_S) if took > 4 * _LOOK_S else step
