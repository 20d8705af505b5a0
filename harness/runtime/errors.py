"""Errors of the harness. A message is one line: the field, its value, what is allowed, and what to do."""

from __future__ import annotations


class HarnessError(Exception):
    """Base of the harness's errors; the message is one line that can be shown to the user unchanged."""


class StoreError(HarnessError):
    """A file or database of the harness cannot be opened, read or written."""


class JournalError(HarnessError):
    """The journal cannot be written, or does not match its signed heads."""


class ApprovalError(HarnessError):
    """An approval cannot be requested, decided or used."""


class CommitmentError(HarnessError):
    """A commitment cannot be opened, or cannot change to the requested state."""


class RestrictionError(HarnessError):
    """A restriction cannot be made, found or removed."""


class RunError(HarnessError):
    """A run cannot be started, found or resumed."""
