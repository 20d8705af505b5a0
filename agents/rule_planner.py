"""The rule planner: reads the text by grammar and embeddings, plans by the workflows of seed 002 D.3, needs no language model.

It is stateless: a decision depends on the view alone, so a run resumes after a crash with the same decisions. The text is read in
the first decision, and again when an answer completes it; all other decisions use the reading in the view.
"""

from __future__ import annotations

from agents.planner import OUT_OF_STEPS, Decision, Escalate, Restrict, Understand, View
from agents.readers.by_rules import read_by_rules
from agents.understanding.radio.side_question import Joined, Read, reading_of_both
from agents.understanding.result import (
    Forbids,
    Impossible,
    LinkQuestion,
    NeedsMeasurement,
    NetworkQuestion,
    NotAboutNetwork,
    Question,
    Reading,
    Supposed,
    Understood,
    WhyQuestion,
)
from agents.understanding.understand import with_answers
from agents.workflows.answering import answer_question
from agents.workflows.answers.side_answer import answer_side_question, open_side_question
from agents.workflows.answers.what_if import answer_what_if
from agents.workflows.answers.why import answer_why
from agents.workflows.asking import asked
from agents.workflows.beams import select_beams
from agents.workflows.configuration import plan_change
from agents.workflows.links import answer_link
from agents.workflows.measured.contexts import check_contexts
from agents.workflows.measured.measuring import measure
from agents.workflows.measured.references import with_references
from agents.workflows.receivers import select_estimator
from agents.workflows.talking.team_talk import with_talk
from agents.workflows.trials.situating import NO_CELLS, situation_for
from agents.workflows.trials.trying import Effort


class RulePlanner:
    """A planner of rules. `effort` limits the twin time of a run; `read` reads texts, by default by rules, too."""

    def __init__(self, effort: Effort | None = None, read: Read = read_by_rules, name: str = "rule planner") -> None:
        self.name = name
        self._effort = effort or Effort()
        self._read = read

    def decide(self, view: View) -> Decision:
        """Return the next decision; never raises because of the operator's text."""
        if view.steps_left == 0:
            return OUT_OF_STEPS
        if view.reading is None:
            return Understand(reading=reading_of_both(self._read, view.text, view.card, view.answers))
        if view.unread:
            return Understand(reading=self._with_answers(view, view.reading))
        if (question := open_side_question(view)) is not None:
            return answer_side_question(view, question, self._effort.link_slots)
        return with_talk(self._by_reading(view, view.reading), view)

    def _with_answers(self, view: View, reading: Reading) -> Reading:
        """Return the reading with new answers; after a question the text is read again with all of them."""
        if isinstance(reading, Question):
            # The rules' question has the text that is left to be read, unless it was one part of a text of two.
            is_own = self._read is read_by_rules and Joined.of(view.text, view.card) is None
            return reading_of_both(self._read, reading.text if is_own else view.text, view.card, view.answers)
        if isinstance(reading, NeedsMeasurement):
            reading = with_references(reading, view.unread)
        return with_answers(reading, view.unread, view.card)

    def _by_reading(self, view: View, reading: Reading) -> Decision:
        match reading:
            case Understood():
                return self._for_intent(view, reading)
            case Forbids():
                return Restrict(forbidden=reading.forbidden, read_back=reading.read_back)
            case Question():
                return asked(view, reading.question, reading.choices)
            case NetworkQuestion() | LinkQuestion() | WhyQuestion() | Supposed():
                return self._answer(view, reading)
            case NeedsMeasurement():
                return measure(view, reading)
            case NotAboutNetwork() | Impossible():
                return _refuse(reading)

    def _answer(self, view: View, question: NetworkQuestion | LinkQuestion | WhyQuestion | Supposed) -> Decision:
        match question:
            case LinkQuestion():
                return answer_link(view, question, self._effort.link_slots)
            case Supposed():
                return answer_what_if(view, question, self._effort.supposed_seeds)
            case WhyQuestion():
                return answer_why(view, question)
            case NetworkQuestion():
                return answer_question(view, question)

    def _for_intent(self, view: View, reading: Understood) -> Decision:
        if first := check_contexts(view, reading.intent):
            return first
        situation = situation_for(view, reading)
        if not situation.cells:
            return NO_CELLS
        if reading.workflow == "channel-estimator":
            return select_estimator(view, situation, reading.link, self._effort.link_slots)
        if reading.workflow == "beam-management":
            return select_beams(view, situation, reading.link)
        return plan_change(view, situation, reading, self._effort)


def _refuse(reading: NotAboutNetwork | Impossible) -> Escalate:
    if isinstance(reading, Impossible):
        return Escalate(reason=f"cannot, because {reading.reason}", nearest=reading.nearest)
    return Escalate(
        reason=f"cannot, because the text is not about the network: {reading.reason}",
        nearest='state a goal for the network, for example "keep URLLC delay below 10 ms"',
    )
