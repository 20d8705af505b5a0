"""A rule violation, with what a person or a planner needs to correct it."""

from __future__ import annotations

from policies.word import Word


class Violation(Word):
    """The field, its value, the allowed range, the source of the rule and the remedy."""

    field: str
    value: str
    allowed: str
    source: str
    remedy: str

    def __str__(self) -> str:
        """Return the violation in one line."""
        return f"{self.field}={self.value}: allowed {self.allowed} ({self.source}); {self.remedy}"
