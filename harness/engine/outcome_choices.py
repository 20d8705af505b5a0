"""What a person may decide on an applied change whose verification is inconclusive."""

from __future__ import annotations

KEEP = "keep"
KEEP_WATCHING = "keep watching"
TAKE_BACK = "take back"
CHOICES = (KEEP, KEEP_WATCHING, TAKE_BACK)


def choice_of(answer: object) -> str:
    """Return the choice that an answer names; anything else takes the change back."""
    text = " ".join(answer.lower().split()) if isinstance(answer, str) else ""
    return text if text in CHOICES else TAKE_BACK
