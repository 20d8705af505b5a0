"""Events of a run in progress, for the console, traces and tests. They carry objects and are never stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

EventKind = Literal[
    "run.started", "step.started", "step.ended", "intent.understood", "model.called", "tool.started", "tool.progress",
    "tool.ended", "proposal.made", "verdict.given", "approval.needed", "approval.given", "approval.decided", "approval.conflict",
    "approval.withdrawn", "approval.outdated", "plan.outdated", "change.applied", "time.passed", "change.verified",
    "network.starting", "network.connecting", "network.behind", "network.connected", "network.unreachable", "change.scheduled",
    "change.reverted", "change.restored", "change.alarm", "change.still_applied", "question.asked", "run.ended",
    "restrictions.standing", "planner.noted", "question.told", "specialist.said",
]  # fmt: skip


@dataclass(frozen=True)
class Event:
    """An event: its kind, the step in which it occurred, and its objects by name."""

    kind: EventKind
    step: str = ""
    data: dict[str, Any] = field(default_factory=dict)


Listener = Callable[[Event], None]


def silent(event: Event) -> None:
    """Ignore every event."""
