"""The link table's refusal, in its own module: importing it does not load the table's kernels."""

from __future__ import annotations


class NotCovered(ValueError):  # noqa: N818 - names the condition, not a program error
    """The link is outside the table; the message names each violated limit."""
