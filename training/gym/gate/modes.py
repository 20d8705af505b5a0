"""Gate modes by name, for commands and campaigns."""

from __future__ import annotations

from typing import Literal, get_args

from training.gym.episodes.episode import ChangeJudge
from training.gym.input_error import GymInputError

GateMode = Literal["none", "unattended", "attended"]


def gate_of(mode: str) -> ChangeJudge | None:
    """Return the judge of Configuration calls; raises GymInputError.

    none: no gate. unattended: the gate judges, and calls that need a human are refused. attended: a human is present and approves
    everything that the gate leaves to them.
    """
    if mode not in get_args(GateMode):
        raise GymInputError(f"gate={mode!r} does not exist: {', '.join(get_args(GateMode))}")
    if mode == "none":
        return None
    from training.gym.gate.gym_gate import GymGate, approve_all, no_approver

    return GymGate(approves=approve_all if mode == "attended" else no_approver)
