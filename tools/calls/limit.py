"""Limits on how often a run may do something, and the error when a limit is reached."""

from __future__ import annotations

from dataclasses import dataclass


class LimitError(Exception):
    """A reached limit: `limit` is the limit, `value` the amount used; the message is one line fit for an operator."""

    def __init__(self, limit: Limit, value: int) -> None:
        super().__init__(f"the run has used its {limit.bound} {limit.counted} ({limit.name}): {limit.remedy}")
        self.limit, self.value = limit, value


@dataclass(frozen=True)
class Limit:
    """At most `bound` (1 or more) of what is `counted`; `name` is its setting, `remedy` what to do when it is reached."""

    name: str
    bound: int
    counted: str
    remedy: str

    def error(self, used: int) -> LimitError | None:
        """Return the error if `used` has reached the bound, else None."""
        return LimitError(self, used) if used >= self.bound else None
