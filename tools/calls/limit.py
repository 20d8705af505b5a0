"""A limit: a bound on how often a run may do something, and the error when the bound is reached."""

from __future__ import annotations

from dataclasses import dataclass


class LimitError(Exception):
    """A limit is reached: `limit` says which, `value` how much was used; the message is one line fit for an operator."""

    def __init__(self, limit: Limit, value: int) -> None:
        super().__init__(f"the run has used its {limit.bound} {limit.counted} ({limit.name}): {limit.remedy}")
        self.limit, self.value = limit, value


@dataclass(frozen=True)
class Limit:
    """At most `bound` (1 or more) of what is `counted`; `name` is the setting that holds it, `remedy` what to do at the bound."""

    name: str
    bound: int
    counted: str
    remedy: str

    def error(self, used: int) -> LimitError | None:
        """Return the error where `used` has reached the bound, None where there is room for another."""
        return LimitError(self, used) if used >= self.bound else None
