"""The pace of PM pulling against the network's time: how far behind it is, and whether it can catch up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tools.oran.peer import PeerError


class BehindError(PeerError):
    """One pull could not fetch all reports; those read are stored.

    is_hopeless: more came meanwhile than were read, so that no pull ever will.
    """

    def __init__(self, message: str, *, is_hopeless: bool) -> None:
        super().__init__(message)
        self.is_hopeless = is_hopeless


def pull_all(pull: Callable[[], int], patience_s: float, behind: Callable[[str], None] = lambda message: None) -> int:
    """Pull until nothing is left, for `patience_s` wall seconds at most; return the number of new samples of the last pull.

    behind: called with how far behind each pull ended that is followed by another. Raises BehindError, at once if it is hopeless.
    """
    until = time.monotonic() + patience_s
    while True:
        try:
            return pull()
        except BehindError as error:
            if error.is_hopeless or time.monotonic() >= until:
                raise
            behind(str(error))


@dataclass
class Pace:
    """Progress of one pull in granularity periods: read from `first` to `at`; the peer's newest went from `last` to `newest`.

    last, newest: None if the peer does not say. granularity_s: of the periods, None as long as it is not known.
    """

    first: int
    last: int | None
    at: int = 0
    newest: int | None = None
    granularity_s: float | None = None
    started: float = field(default_factory=time.monotonic)

    def error(self, name: str) -> BehindError:
        """Return why the pull from the source `name` ends behind the network, and what to do."""
        seconds, read = max(time.monotonic() - self.started, 1e-3), max(self.at - self.first, 1)
        text = f"PM at {name}: there are more reports than {seconds:.0f} s of pulling fetch, {read / seconds:.3g} periods/s"
        later = "those read so far are stored, and the next pull goes on from there"
        if self.last is None or self.newest is None:
            return BehindError(f"{text}; {later}; check whether the peer's `next` ever ends", is_hopeless=False)
        came = max(self.newest - self.last, 0)
        behind = max(self.newest - self.at, 0)
        text += f": it is {behind} periods behind, and the network's time passes {came / read:.2g} times as fast"
        if came < read:
            return BehindError(f"{text}; {later}", is_hopeless=False)
        return BehindError(f"{text}; no pull can catch up: {self._remedy(read / seconds)}", is_hopeless=True)

    def _remedy(self, periods_per_s: float) -> str:
        if self.granularity_s is None:
            return "let its time pass more slowly"
        speed = 0.5 * periods_per_s * self.granularity_s
        return f"let its time pass more slowly (twinpilot network serve --speed {speed:.2g}), or report longer periods"
