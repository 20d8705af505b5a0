"""The gym's error for invalid input: one line that names the field, its value and the allowed values."""

from __future__ import annotations


class GymInputError(ValueError):
    """An input is invalid; the message is one line, ready to be shown to the user."""
