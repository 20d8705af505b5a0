"""The model cannot be served; the message says why and what to do."""

from __future__ import annotations


class ServeError(Exception):
    """The model cannot be served."""
