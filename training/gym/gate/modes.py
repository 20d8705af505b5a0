"""The gate by name, as commands and campaigns choose it."""

from __future__ import annotations

from typing import Literal, get_args

from training.gym.episodes.episode import ChangeJudge
from training.gym.input_error import GymInputError

GateMode = Literal["none", "unattended", "attended"]


def gate_of(mode: str) -> ChangeJudge | None:
    """Return the judge of Configuration calls; raises GymInputError.

    none: calls go straight through. unattended: the gate judges, and what needs a human is refused. attended: a human is there,
    and agrees to whatever the gate leaves to them.
    """
    if mode not in get_args(GateMode):
        raise GymInputError(f"gate={mode!r} does not exist: {', '.join(get_args(GateMode))}")
    if mode == "none":
        return None
    from training.gym.gate.gym_gate import GymGate, nobody, yes

    return GymGate(approves=yes if mode == "attended" else nobody)
