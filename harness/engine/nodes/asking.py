"""Step `ask`: waits for the operator's answer. Nothing precedes the interrupt, since a resumed step starts from its beginning."""

from __future__ import annotations

from langgraph.types import interrupt

from harness.engine.desk import Desk
from harness.engine.interrupts import QuestionInterrupt
from harness.engine.state import RunState, ended


def ask(desk: Desk, state: RunState) -> RunState:
    """Wait for an answer; an empty one ends the run as `asked`."""
    question = state["question"]["question"]
    answer = interrupt(QuestionInterrupt(kind="question", question=question, choices=state["question"]["choices"]))
    if not isinstance(answer, str) or not answer.strip():
        return ended("asked", question.strip() or "the planner asks, but gave no question")
    desk.record("question.answered", question=question, answer=answer)
    return RunState(
        next="plan" if state.get("intent") else "understand",
        answers=[*state["answers"], {"question": question, "answer": answer}],
    )
