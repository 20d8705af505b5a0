"""The speed of the terminals, which no network here reports: taken from the operator's text, or asked for once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agents.planner import Ask, Escalate, View
from agents.understanding.conditions import LinkConditions, Motion

QUESTION: Final = "How fast do these terminals move? The network reports no mobility traces."
CHOICES: Final = ("pedestrians", "cars in town", "cars on the highway", "20 m/s")


@dataclass(frozen=True)
class Comparison:
    """What is compared in which twin, the highest speed of that twin (m/s), and what stays in use without a comparison."""

    subject: str
    twin: str
    max_mps: float
    fallback: str


def motion_for(comparison: Comparison, view: View, link: LinkConditions) -> Motion | Ask | Escalate:
    """Return the motion that the operator stated; if none, the question, asked once; else why nothing can be compared."""
    motion = link.motion
    if motion is None and not any(answer.question == QUESTION for answer in view.answers):
        return Ask(question=QUESTION, choices=CHOICES)
    if motion is not None and motion.high_mps <= comparison.max_mps:
        return motion
    reason = (
        "no speed was given"
        if motion is None
        else f"{motion.words!r} is {motion.high_mps:g} m/s, and the {comparison.twin} goes up to {comparison.max_mps:g} m/s"
    )
    return Escalate(
        reason=f"cannot compare {comparison.subject}, because {reason}; the network reports no mobility traces",
        nearest=f"keep {comparison.fallback}, or give a speed such as 20 m/s",
    )
