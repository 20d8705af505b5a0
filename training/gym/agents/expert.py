"""The privileged expert: it knows a task's path, and takes it. It shows that tasks can be solved, and how short a path can be.

What it verifies by is what it was told in the episode, not what was planned: on ns-3 states differ from the model's.
"""

from __future__ import annotations

from agents.baselines.notes import answers, newest_state
from agents.planner import CallTools, Decision, Finish, View
from tools.calls.tool_call import ToolCall
from training.gym.tasks.gym_task import GymTask


class Expert:
    """Walks the path of `task`."""

    name = "expert"

    def __init__(self, task: GymTask) -> None:
        self._path = task.path

    def decide(self, view: View) -> Decision:
        """Return the path's next call."""
        done = len(view.observations)
        if done >= len(self._path):
            return Finish(summary="the path is walked")
        planned = self._path[done]
        arguments = dict(planned.arguments)
        if planned.tool == "verify_sla_compliance" and (state := newest_state(view)) is not None:
            arguments["state"] = state.model_dump(mode="json")
        if planned.tool == "validate_mission_completion":
            arguments["log"] = answers(view, "read_telemetry")[-1]["log"]
        return CallTools(calls=(ToolCall(tool=planned.tool, arguments=arguments, reason="the shortest path known"),))


def expert(task: GymTask) -> Expert:
    """Return the expert of `task`."""
    return Expert(task)
