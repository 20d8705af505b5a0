"""Errors of the standards index."""

from __future__ import annotations


class StandardsError(ValueError):
    """A request to the index failed; the message is one line with the remedy."""
