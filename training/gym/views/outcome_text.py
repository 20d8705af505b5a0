"""How an episode ended, in lines: success, or each reason against it."""

from __future__ import annotations

from collections.abc import Iterator

from training.gym.episodes.judgement import Outcome
from training.gym.views.state_text import plain

PARTS = (
    ("goal", "not reached"),
    ("invariants", "broken on the way"),
    ("off_target", "changed, though nobody asked for it"),
    ("verification", "not verified"),
)


def reasons(outcome: Outcome) -> Iterator[str]:
    """One sentence for each thing that stands against success."""
    for field, what in PARTS:
        yield from (f"{what}: {one}" for one in getattr(outcome, field))


def outcome_lines(outcome: Outcome) -> Iterator[str]:
    """Success or failure with its reasons, and how long the path was."""
    head = "SUCCESS" if outcome.success else "FAILED"
    yield f"{head} in {outcome.steps} calls (shortest path known: {outcome.shortest}); SPL {outcome.spl:.2f}"
    yield from (f"  {plain(one)}" for one in reasons(outcome))
