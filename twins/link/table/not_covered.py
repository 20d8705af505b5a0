"""The refusal of the link table, apart from the table: importing it loads nothing."""

from __future__ import annotations


class NotCovered(ValueError):  # noqa: N818 - the table does not reach there, nothing went wrong
    """The table does not reach this link; the message names each limit."""
