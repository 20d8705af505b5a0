"""The speed of the terminals, which no network here reports: taken from the operator's words, or asked for once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agents.planner import Ask, Escalate, View
from agents.understanding.conditions import LinkConditions, Motion

QUESTION: Final = "How fast do these terminals move? The network reports no mobility traces."
CHOICES: Final = ("pedestrians", "cars in town", "cars on the highway", "20 m/s")


@dataclass(frozen=True)
class Trial:
    """What is compared at that speed, in which twin, and what is kept where it cannot be."""

    of: str
    twin: str
    kept: str


def known_motion(view: View, link: LinkConditions, fastest_mps: float, trial: Trial) -> Motion | Ask | Escalate:
    """Return the motion in the operator's words; else the question, asked once, or why nothing can be compared."""
    motion = link.motion
    if motion is None and not any(answer.question == QUESTION for answer in view.answers):
        return Ask(question=QUESTION, choices=CHOICES)
    if motion is not None and motion.high_mps <= fastest_mps:
        return motion
    why = (
        "no speed was given"
        if motion is None
        else f"{motion.words!r} is {motion.high_mps:g} m/s, the {trial.twin} goes up to {fastest_mps:g}"
    )
    return Escalate(
        reason=f"cannot compare {trial.of}, because {why}, and the network reports no mobility traces",
        nearest=f"keep {trial.kept}; give a speed such as 20 m/s",
    )
