"""`Planner.decide(view) -> Decision`: the one interface of every decider.

1. A `View` is everything a decider sees: the operator's text and how it was read, the network card, the tools that it may call,
   the evidence gathered, what the gate or a human objected to, and its remaining budget. It holds no network.
2. A `Decision` is one of: understand the text, call tools, propose, ask the operator, finish, escalate.
3. What tools returned is data: it is quoted and typed in the view, and nothing in it can widen what the decider may do.
4. The text is read once: the reading that `Understand` states comes back in every later view, with the answers given since.
The LLM planner, the rule planner and the benchmark's baselines all stand behind this face.
"""

from __future__ import annotations

from typing import Annotated, Literal, Protocol, runtime_checkable

from pydantic import Field

from agents.answer import Answer
from agents.understanding.result import Reading, Understood
from policies.intent import Intent
from policies.proposal import Proposal
from policies.verdict import Verdict
from policies.word import Word
from tools.calls.observation import Observation
from tools.calls.tool_call import ToolCall
from tools.calls.tool_offer import ToolOffer
from twins.network import NetworkCard


class View(Word):
    """Everything a decider sees.

    reading: how the operator's words were read, None before that; unread: those of `answers` that came after it.
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
    steps_left: int = Field(default=20, ge=0)

    @property
    def intent(self) -> Intent | None:
        """The intent as understood, None while it is not."""
        return self.reading.intent if isinstance(self.reading, Understood) else None


class Understand(Word):
    """State how the operator's words are read; once they are `Understood`, the run has its intent."""

    kind: Literal["understand"] = "understand"
    reading: Reading


class CallTools(Word):
    """Call tools, in order."""

    kind: Literal["call"] = "call"
    calls: tuple[ToolCall, ...] = Field(min_length=1)


class Propose(Word):
    """Put a proposal before the gate."""

    kind: Literal["propose"] = "propose"
    proposal: Proposal


class Ask(Word):
    """Ask the operator: what is missing or ambiguous, with what could be answered."""

    kind: Literal["ask"] = "ask"
    question: str
    choices: tuple[str, ...] = ()


class Finish(Word):
    """End the run without a change: the answer, or why nothing need be done.

    `recommendation` says what should be done by other means, because the network offers no attribute or policy for it.
    """

    kind: Literal["finish"] = "finish"
    summary: str
    recommendation: str = ""


class Escalate(Word):
    """Hand over to a human: cannot, because; with the nearest that could be reached."""

    kind: Literal["escalate"] = "escalate"
    reason: str
    nearest: str = ""


Decision = Annotated[Understand | CallTools | Propose | Ask | Finish | Escalate, Field(discriminator="kind")]


@runtime_checkable
class Planner(Protocol):
    """Anything that decides."""

    name: str

    def decide(self, view: View) -> Decision:
        """Return the next decision; never touches a network, never raises for what the operator wrote."""
