"""What can go wrong with the standards index."""

from __future__ import annotations


class StandardsError(ValueError):
    """The index cannot do what was asked; the message is one line that says what to do."""
