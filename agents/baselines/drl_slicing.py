"""DRL-Slicing, the reinforcement learning baseline of seed 001: a PPO policy picks one of 17 calls at a time, then verifies.

1. It reads the mission as data from the text, and the network from telemetry; it understands no words and does no errands.
2. It is deterministic and stateless: what it did stands in the view's observations.
3. It never repeats a call that was refused, and verifies in time, before its budget ends.
"""

from __future__ import annotations

import numpy as np

from agents.baselines.mission_brief import mission_of
from agents.baselines.notes import only_sla
from agents.baselines.slicing_actions import ACTIONS, FINISH, VERIFY, call_of, look, verification, verified
from agents.baselines.slicing_features import features
from agents.baselines.slicing_knowledge import LOOK, Knowledge, knowledge
from agents.baselines.slicing_policy import SlicingPolicy, load_policy
from agents.planner import CallTools, Decision, Escalate, Finish, View
from policies.gym.mission import MissionSpec
from tools.calls.tool_call import ToolCall

_MOST_LOOKS = 3


class DrlSlicing:
    """A Planner whose decisions a trained policy takes; `policy` replaces the shipped one."""

    name = "drl-slicing"

    def __init__(self, policy: SlicingPolicy | None = None) -> None:
        self._policy = policy or load_policy()

    def decide(self, view: View) -> Decision:
        """Return the next decision; never raises for what the operator wrote."""
        mission = mission_of(view.text)
        if mission is None:
            return Escalate(reason="cannot, because the text has no line `Mission: {json}` that is a mission")
        done = verified(view.observations)
        if done is not None:
            return Finish(summary="verified: the mission holds") if done else Escalate(reason="the verification did not pass")
        if view.steps_left == 0:
            return Escalate(reason="cannot, because the step budget is used up")
        known = knowledge(view.observations)
        if known is None:
            return self._looking(view)
        return CallTools(calls=(self._next(view, mission, known),))

    def _looking(self, view: View) -> Decision:
        if sum(one.call.tool == LOOK for one in view.observations) >= _MOST_LOOKS:
            return Escalate(reason=f"cannot, because {LOOK} told nothing that can be read")
        return CallTools(calls=(look(),))

    def _next(self, view: View, mission: MissionSpec, known: Knowledge) -> ToolCall:
        last, needed = view.observations[-1], 1 if only_sla(mission) else 2
        chosen = FINISH
        if last.call.reason != VERIFY and view.steps_left > needed:
            chosen = self._chosen(view, mission, known)
        return verification(mission, known, last) if chosen == FINISH else call_of(ACTIONS[chosen], known)

    def _chosen(self, view: View, mission: MissionSpec, known: Knowledge) -> int:
        """The likeliest action whose call was not refused before."""
        refused = {one.call.reason for one in view.observations if one.error is not None}
        logits = self._policy.logits(features(mission, known, view.steps_left))
        allowed = [one.name not in refused or place == FINISH for place, one in enumerate(ACTIONS)]
        return int(np.where(allowed, logits, -np.inf).argmax())


def drl_slicing() -> DrlSlicing:
    """Return the baseline; raises ArtefactError where its weights are not the ones of their record."""
    return DrlSlicing()
