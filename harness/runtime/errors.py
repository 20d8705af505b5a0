"""What the harness tells a user when it cannot go on: one line with the thing, its value, what is allowed and what to do."""

from __future__ import annotations


class HarnessError(Exception):
    """Base of the harness's errors; the message is one line, fit to be shown as it is."""


class StoreError(HarnessError):
    """A file or database of the harness cannot be opened, read or written."""


class JournalError(HarnessError):
    """The journal cannot be written, or is not what its signed heads say."""


class ApprovalError(HarnessError):
    """An approval cannot be requested, given or used."""


class CommitmentError(HarnessError):
    """A commitment cannot be opened or moved on."""


class RunError(HarnessError):
    """A run cannot be started, found or resumed."""
