"""The status and the mode of a run, and what follows from a status: the exit status and the tone of its views."""

from __future__ import annotations

from typing import Literal

Mode = Literal["active", "shadow"]

# How a run ended, or what it waits for.
Status = Literal[
    "confirmed", "recommended", "rolled back", "rejected", "no change needed", "answered", "asked", "awaiting approval",
    "cannot", "shadow", "failed", "still applied",
    "inconclusive", "expired", "scheduled", "cancelled", "settled", "restricted",
]  # fmt: skip
RunStatus = Status | Literal["running", "interrupted"]
Tone = Literal["good", "care", "bad", "neutral"]

# 0 done; restricted: what the operator forbade is in force;
# 1 failed, 2 usage (typer's own), 3 an answer, an approval or the time is missing, 4 rejected or rolled back,
# or inconclusive: KPIs neither confirmed the change nor proved harm; it was taken back, or a person decided to keep it;
# or expired: nobody decided in time, which is not a rejection;
# or cancelled: a person withdrew it before it was applied, or had it taken back, which was read back;
# or settled: it could not be taken back, and a person ended it with the network as it is;
# 5 a change that was to be gone is, or may be, still on the network.
EXIT_STATUS: dict[Status, int] = {
    "confirmed": 0,
    "recommended": 0,
    "no change needed": 0,
    "answered": 0,
    "shadow": 0,
    "restricted": 0,
    "failed": 1,
    "cannot": 1,
    "asked": 3,
    "awaiting approval": 3,
    "scheduled": 3,
    "rejected": 4,
    "rolled back": 4,
    "still applied": 5,
    "inconclusive": 4,
    "expired": 4,
    "cancelled": 4,
    "settled": 4,
}

TONE: dict[Status, Tone] = {
    "confirmed": "good",
    "recommended": "good",
    "no change needed": "good",
    "answered": "good",
    "shadow": "neutral",
    "restricted": "good",
    "failed": "bad",
    "cannot": "bad",
    "asked": "care",
    "awaiting approval": "care",
    "scheduled": "care",
    "rejected": "care",
    "rolled back": "bad",
    "still applied": "bad",
    "inconclusive": "care",
    "expired": "care",
    "cancelled": "care",
    "settled": "care",
}
