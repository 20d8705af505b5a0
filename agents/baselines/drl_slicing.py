"""DRL-Slicing, the reinforcement learning baseline of seed 001: a PPO policy selects one of 17 calls at a time, then verifies.

1. It reads the mission as data from the text, and the network from telemetry; it ignores all prose and runs no errands.
2. It is deterministic and stateless: its own calls are those in the view's observations.
3. It never repeats a refused call, and it verifies before its call budget is used up.
"""

from __future__ import annotations

import numpy as np

from agents.baselines.mission_brief import mission_of
from agents.baselines.notes import only_sla
from agents.baselines.slicing_actions import ACTIONS, FINISH, VERIFY, call_of, look, verification, verification_result
from agents.baselines.slicing_features import features
from agents.baselines.slicing_knowledge import LOOK, Knowledge, gather_knowledge
from agents.baselines.slicing_policy import SlicingPolicy, load_policy
from agents.planner import CallTools, Decision, Escalate, Finish, View
from policies.gym.mission import MissionSpec
from tools.calls.tool_call import ToolCall

_MAX_LOOKS = 3  # readings of telemetry that may fail before it gives up


class DrlSlicing:
    """A Planner driven by a trained policy; `policy` replaces the committed one."""

    name = "drl-slicing"

    def __init__(self, policy: SlicingPolicy | None = None) -> None:
        self._policy = policy or load_policy()

    def decide(self, view: View) -> Decision:
        """Return the next decision; never raises, whatever the operator's text."""
        mission = mission_of(view.text)
        if mission is None:
            return Escalate(reason="cannot, because the text has no line `Mission: {json}` that is a mission")
        passed = verification_result(view.observations)
        if passed is not None:
            return Finish(summary="verified: the mission holds") if passed else Escalate(reason="the verification did not pass")
        if view.steps_left == 0:
            return Escalate(reason="cannot, because the step budget is used up")
        knowledge = gather_knowledge(view.observations)
        if knowledge is None:
            return self._look(view)
        return CallTools(calls=(self._next_call(view, mission, knowledge),))

    def _look(self, view: View) -> Decision:
        if sum(observation.call.tool == LOOK for observation in view.observations) >= _MAX_LOOKS:
            return Escalate(reason=f"cannot, because {LOOK} returned no readable telemetry")
        return CallTools(calls=(look(),))

    def _next_call(self, view: View, mission: MissionSpec, knowledge: Knowledge) -> ToolCall:
        last, calls_to_verify = view.observations[-1], 1 if only_sla(mission) else 2
        action = FINISH
        if last.call.reason != VERIFY and view.steps_left > calls_to_verify:
            action = self._best_action(view, mission, knowledge)
        return verification(mission, knowledge, last) if action == FINISH else call_of(ACTIONS[action], knowledge)

    def _best_action(self, view: View, mission: MissionSpec, knowledge: Knowledge) -> int:
        """The likeliest action whose call has not been refused yet."""
        refused = {observation.call.reason for observation in view.observations if observation.error is not None}
        logits = self._policy.logits(features(mission, knowledge, view.steps_left))
        allowed = [action.name not in refused or index == FINISH for index, action in enumerate(ACTIONS)]
        return int(np.where(allowed, logits, -np.inf).argmax())


def drl_slicing() -> DrlSlicing:
    """Return the baseline; raises ArtefactError if its weights do not match their record."""
    return DrlSlicing()
