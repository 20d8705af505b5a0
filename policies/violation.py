"""A broken rule, told so that a person or a planner can mend it."""

from __future__ import annotations

from policies.word import Word


class Violation(Word):
    """Which field has which value, what is allowed and by which source, and what to do."""

    field: str
    value: str
    allowed: str
    source: str
    remedy: str

    def __str__(self) -> str:
        """Tell the violation in one line."""
        return f"{self.field}={self.value}: allowed {self.allowed} ({self.source}); {self.remedy}"
