"""The privileged expert: it follows a task's path, which proves that the task can be solved, and in how many calls.

Its verification uses the answers of the episode, not the planned ones, because states on ns-3 differ from the model's.
"""

from __future__ import annotations

from agents.baselines.notes import answers, newest_state
from agents.planner import CallTools, Decision, Finish, View
from tools.calls.tool_call import ToolCall
from training.gym.tasks.gym_task import GymTask


class Expert:
    """Follows the path of `task`."""

    name = "expert"

    def __init__(self, task: GymTask) -> None:
        self._path = task.path

    def decide(self, view: View) -> Decision:
        """Return the path's next call."""
        calls_made = len(view.observations)
        if calls_made >= len(self._path):
            return Finish(summary="the end of the path is reached")
        planned = self._path[calls_made]
        arguments = dict(planned.arguments)
        if planned.tool == "verify_sla_compliance" and (state := newest_state(view)) is not None:
            arguments["state"] = state.model_dump(mode="json")
        if planned.tool == "validate_mission_completion":
            arguments["log"] = answers(view, "read_telemetry")[-1]["log"]
        return CallTools(calls=(ToolCall(tool=planned.tool, arguments=arguments, reason="the shortest path known"),))


def expert(task: GymTask) -> Expert:
    """Return the expert of `task`."""
    return Expert(task)
