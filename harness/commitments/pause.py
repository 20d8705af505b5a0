"""The pause between two attempts to revert a change: none at first, then one that doubles up to five minutes."""

from __future__ import annotations

FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 300.0


def pause_s(attempts: int) -> float:
    """Return the pause after so many failed attempts, seconds of wall time."""
    return 0.0 if attempts == 1 else min(FIRST_PAUSE_S * 2.0 ** min(attempts - 2, 30), LONGEST_PAUSE_S)
