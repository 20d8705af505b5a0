"""A change set that a person edited instead of approving it: it replaces the request, and the gate judges it anew."""

from __future__ import annotations

from harness.approvals.store import Approval

_PREFIX = "edited as "


def edited_note(artifact: str) -> str:
    """Return the note of a request that was edited; `artifact` holds the edited change set."""
    return f"{_PREFIX}{artifact}"


def edited_as(approval: Approval) -> str:
    """Return the artifact of the edited change set that replaced the request, empty if it was not edited."""
    note = approval.note or ""
    return note.removeprefix(_PREFIX) if note.startswith(_PREFIX) else ""
