"""The outcome of an episode as lines of text: success, or the reasons of the failure."""

from __future__ import annotations

from collections.abc import Iterator

from training.gym.episodes.judgement import Outcome
from training.gym.views.state_text import plain

PARTS = (
    ("goal", "not reached"),
    ("invariants", "broken on the way"),
    ("off_target", "changed outside of the task"),
    ("verification", "not verified"),
)


def reasons(outcome: Outcome) -> Iterator[str]:
    """Yield a sentence for each reason of the failure."""
    for field, label in PARTS:
        yield from (f"{label}: {objection}" for objection in getattr(outcome, field))


def outcome_lines(outcome: Outcome) -> Iterator[str]:
    """Yield success or failure with its reasons, and the length of the path."""
    head = "SUCCESS" if outcome.success else "FAILED"
    yield f"{head} in {outcome.steps} calls (shortest path known: {outcome.shortest}); SPL {outcome.spl:.2f}"
    yield from (f"  {plain(reason)}" for reason in reasons(outcome))
