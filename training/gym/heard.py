"""A planner whose last words are kept: why it finished or escalated."""

from __future__ import annotations

from typing import Any

from agents.planner import Decision, Escalate, Finish, Planner, View


class Heard:
    """Decides as `planner` does; `last_words` are empty until it ends the episode."""

    def __init__(self, planner: Planner) -> None:
        self.name, self.last_words, self._planner = planner.name, "", planner

    @property
    def messages(self) -> tuple[Any, ...]:
        """The planner's chat, where it has one."""
        return tuple(getattr(self._planner, "messages", ()))

    def decide(self, view: View) -> Decision:
        """Return the planner's decision."""
        decision = self._planner.decide(view)
        if isinstance(decision, Finish | Escalate):
            self.last_words = decision.summary if isinstance(decision, Finish) else decision.reason
        return decision
