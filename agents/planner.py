"""`Planner.decide(view) -> Decision`: the interface that every decider implements.

1. A `View` is everything that a decider sees: the operator's text and its reading, the network card, the tools on offer, the
   evidence gathered, the objections of the gate or a human, and the remaining step budget. It contains no network.
2. A `Decision` is one of: understand the text, call tools, tell, propose, ask the operator, restrict, finish, escalate.
3. Tool results are data: the view quotes and types them, and nothing in them can widen the decider's permissions.
4. The text is read once: the reading of `Understand` is part of every later view, with the answers given since.
The LLM planner, the rule planner and the benchmark's baselines implement it.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Protocol, runtime_checkable

from pydantic import Field

from agents.answer import Answer
from agents.answer_table import AnswerTable
from agents.specialists.message import Message
from agents.understanding.result import Reading, Understood
from policies.guardrails.rules import StepBound
from policies.intent import Intent
from policies.proposal import Proposal
from policies.restrictions.prohibition import Prohibition
from policies.restrictions.restriction import Restriction
from policies.verdict import Verdict
from policies.word import Word
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.calls.tool_offer import ToolOffer
from twins.network import NetworkCard


class Decided(Word):
    """What every decision has.

    note: what the operator should know about how it was decided, empty if nothing. messages: what planner and specialists said
    to each other for it, in order.
    """

    note: str = ""
    messages: tuple[Message, ...] = ()


class Tell(Decided):
    """Answer a question that stands beside what is to be done; the run goes on. What was read for it is in no later view.

    question: in the operator's words. recommendation: as of `Finish`.
    """

    kind: Literal["tell"] = "tell"
    question: str
    summary: str = Field(pattern=r"\S")
    recommendation: str = ""


class View(Word):
    """Everything that a decider sees.

    reading: the reading of the operator's text, None if not read yet; unread: the `answers` given after that reading;
    verdict, feedback: the gate's verdict on `proposal` and the objections of gate and human to it. changes: what on the network
    had changed since an earlier plan was made; `observations` are all from after that. steps: how far one change may move an
    attribute, by the guardrails that the gate will judge with.
    told: the questions beside it that are answered already.
    restrictions: the standing ones that hold while what is planned would be in effect; until the text is understood, all that are
    in force or will be.
    """

    text: str
    card: NetworkCard
    tools: tuple[ToolOffer, ...]
    reading: Reading | None = None
    unread: tuple[Answer, ...] = ()
    observations: tuple[Observation, ...] = ()
    answers: tuple[Answer, ...] = ()
    proposal: Proposal | None = None
    verdict: Verdict | None = None
    feedback: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    steps: tuple[StepBound, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    told: tuple[Tell, ...] = ()
    steps_left: int = Field(default=20, ge=0)

    @property
    def forbidden(self) -> tuple[Prohibition, ...]:
        """What may not be edited: by the standing restrictions, and by the text itself."""
        own = self.reading.forbidden if isinstance(self.reading, Understood) else ()
        return (*self.restrictions, *own)

    @property
    def intent(self) -> Intent | None:
        """The intent, None until the text is understood."""
        return self.reading.intent if isinstance(self.reading, Understood) else None


class Understand(Decided):
    """State the reading of the operator's text; an `Understood` reading gives the run its intent."""

    kind: Literal["understand"] = "understand"
    reading: Reading


class CallTools(Decided):
    """Call tools, in order."""

    kind: Literal["call"] = "call"
    calls: tuple[ToolCall, ...] = Field(min_length=1)


class Propose(Decided):
    """Submit a proposal to the gate."""

    kind: Literal["propose"] = "propose"
    proposal: Proposal


class Ask(Decided):
    """Ask the operator about what is missing or ambiguous; `choices` are possible answers."""

    kind: Literal["ask"] = "ask"
    question: str
    choices: tuple[str, ...] = ()


class Restrict(Decided):
    """End the run by making standing restrictions, which hold for every later run until they are removed or their time is over.

    read_back: how the operator was understood, in one sentence.
    """

    kind: Literal["restrict"] = "restrict"
    forbidden: tuple[Prohibition, ...] = Field(min_length=1)
    read_back: str


class Finish(Decided):
    """End the run without a change: `summary` is the answer, or the reason why no change is needed.

    `recommendation` is an action for which the network offers no attribute or policy, so that it must be taken by other means.
    `tables` hold what the summary rests on.
    """

    kind: Literal["finish"] = "finish"
    summary: str
    recommendation: str = ""
    tables: tuple[AnswerTable, ...] = ()


class Escalate(Decided):
    """Hand the run over to a human: the reason ("cannot, because …") and the nearest goal or action that is feasible."""

    kind: Literal["escalate"] = "escalate"
    reason: str
    nearest: str = ""


Decision = Annotated[Understand | CallTools | Tell | Propose | Ask | Restrict | Finish | Escalate, Field(discriminator="kind")]

OUT_OF_STEPS: Final = Escalate(
    reason="cannot, because the step budget is used up", nearest="the evidence gathered so far is in the journal"
)


@runtime_checkable
class Planner(Protocol):
    """A decider."""

    name: str

    def decide(self, view: View) -> Decision:
        """Return the next decision; never touches a network and never raises because of the operator's text."""
