"""What the gym says to bad input: one line that names the field, its value and what is allowed."""

from __future__ import annotations


class GymInputError(ValueError):
    """Something that was given cannot be used; the message is one line, fit to be shown as it is."""
