"""The 6G-LLM as a planner: texts are read by its readers, and each decision is planned by its planning model.

1. The model says a plan for one decision in short form; code fills in the arguments and writes the words from the evidence. The
   plan is checked: tool, arguments, restrictions and step bounds as for any model, and that the evidence bears out its claim.
2. A plan that fails its check is shown to the model as wrong, which plans once more. After two wrong plans the rule planner
   decides, and the decision says so.
3. Questions about the network, and the choice of receivers and beams, have fixed look-ups and are answered by their workflows,
   also where they stand beside a change, which is planned then. Conditions of a request, and values of the past that a bound
   refers to, are measured by code before anything is planned.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from agents.llm.noting import with_note
from agents.planner import OUT_OF_STEPS, Decision, View
from agents.planning.loading import PlanModelError, load_plan_model
from agents.planning.plan_model import PlanModel
from agents.planning.plan_names import CONSULT
from agents.planning.planning import decision_of
from agents.planning.scene import Names, PlanError, Scene, is_plannable
from agents.planning.transcript import transcript_of
from agents.rule_planner import RulePlanner
from agents.understanding.radio.side_question import Read
from agents.understanding.relative import unmeasured
from agents.understanding.result import NeedsMeasurement, Understood
from agents.understanding.understand import understand
from agents.workflows.answers.side_answer import open_side_question
from agents.workflows.measured.contexts import check_contexts
from agents.workflows.measured.measuring import measured_values
from agents.workflows.talking.team_talk import with_talk
from agents.workflows.trials.trying import Effort

_PLANS: Final = 2
Wrong = Callable[[Names, str], None]
"""Called with a plan that failed its check, and why."""


def _unheard(names: Names, problem: str) -> None:
    """Nobody listens."""


class SixGPlanner:
    """A planner that asks the planning model; `read` reads texts, `effort` limits the twin time, `wrong` hears of wrong plans."""

    def __init__(
        self,
        effort: Effort | None = None,
        read: Read = understand,
        load: Callable[[], PlanModel] = load_plan_model,
        wrong: Wrong = _unheard,
        name: str = "6G-LLM planner",
    ) -> None:
        self.name = name
        self._effort = effort or Effort()
        self._rules = RulePlanner(self._effort, read)
        self._load = load
        self._wrong = wrong

    def decide(self, view: View) -> Decision:
        """Return the next decision; never raises because of what the operator, a tool or the model wrote."""
        if view.steps_left == 0:
            return OUT_OF_STEPS
        if view.reading is None or view.unread or not is_plannable(view.reading) or _is_for_code(view):
            return self._rules.decide(view)
        if open_side_question(view) is not None:
            return self._rules.decide(view)
        try:
            model = self._load()
        except PlanModelError as error:
            return self._by_rules(view, f"the planning model is not available: {error}")
        return self._planned(model, view)

    def _planned(self, model: PlanModel, view: View) -> Decision:
        scene, problem = Scene(view, self._effort), ""
        wrong: list[Names] = []
        for _ in range(_PLANS):
            names = plan(model, scene, wrong)
            try:
                return with_talk(decision_of(names, scene), view)
            except PlanError as error:
                wrong.append(names)
                problem = str(error)
                self._wrong(names, problem)
        return self._by_rules(view, f"{_PLANS} plans of the {self.name} failed their checks, the last because {problem}")

    def _by_rules(self, view: View, reason: str) -> Decision:
        return with_note(self._rules.decide(view), f"decided by the {self._rules.name}, because {reason}")


def plan(model: PlanModel, scene: Scene, wrong: list[Names]) -> Names:
    """Return the model's plan for the next decision; what it asks of the specialists is answered on the way."""
    entries = transcript_of(scene)
    names = model.plan(scene, entries, wrong)
    if names == (CONSULT,):
        names = model.plan(scene, transcript_of(scene, drafted=True), wrong)
    return names


def _is_for_code(view: View) -> bool:
    """Whether code decides: conditions come before any plan, and bounds get values from the past or what is measured."""
    match view.reading:
        case Understood():
            return check_contexts(view, view.reading.intent) is not None
        case NeedsMeasurement():
            past = any(bound.to != "now" for bound in view.reading.relative)
            return past or not unmeasured(view.reading, measured_values(view, view.reading)[0])
    return False
