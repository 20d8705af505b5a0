"""What the planner and its specialists say to each other: typed messages, each recorded in the run in which it was said.

The planner assigns targets or a question; a specialist says what it needs from its own tools, offers drafts of edits within its
own scope, or advises; the safety specialist objects, or has nothing against. Nobody calls another one's tools.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from agents.heuristics.draft import Draft
from policies.verdict import Reason
from policies.word import Word

Name = Literal["PHY specialist", "RAN-control specialist", "safety specialist"]


class Want(Word):
    """Something that a specialist needs read by one of its tools.

    place: the cells of the intent, or these with their neighbours. level, kpis: of a KPI query. attributes: `Class.attribute`,
    of a look-up of limits.
    """

    tool: str
    place: Literal["cells", "around"] = "around"
    level: Literal["", "cell", "slice"] = ""
    kpis: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


class Assignment(Word):
    """The planner to a specialist: the targets, or the question, that it is responsible for; what may not be edited."""

    kind: Literal["assignment"] = "assignment"
    receiver: Name
    targets: tuple[str, ...] = ()
    question: str = ""
    forbidden: tuple[str, ...] = ()

    @property
    def by(self) -> str:
        """Who says it."""
        return "planner"

    def describe(self) -> str:
        """Return it in one line."""
        held = f"; {'; '.join(self.forbidden)}" if self.forbidden else ""
        return f"to the {self.receiver}: {self.question or ', '.join(self.targets)}{held}"


class Need(Word):
    """A specialist to the planner: what it wants to know."""

    kind: Literal["need"] = "need"
    sender: Name
    wants: tuple[Want, ...]

    @property
    def by(self) -> str:
        """Who says it."""
        return self.sender

    def describe(self) -> str:
        """Return it in one line."""
        named = (f"{want.tool}{_of((*want.kpis, *want.attributes))}" for want in self.wants)
        return f"needs {', '.join(dict.fromkeys(named))}"


class Offer(Word):
    """A specialist to the planner: its drafts, by heuristic; held: what it left out since it is forbidden."""

    kind: Literal["offer"] = "offer"
    sender: Name
    groups: tuple[tuple[Draft, ...], ...] = ()
    held: tuple[str, ...] = ()

    @property
    def by(self) -> str:
        """Who says it."""
        return self.sender

    def describe(self) -> str:
        """Return it in one line."""
        drafts = [f"{draft.name!r} ({len(draft.edits)} edits)" for group in self.groups for draft in group]
        held = f"; held back, since {'; '.join(self.held)}" if self.held else ""
        return f"offers {', '.join(drafts) or 'nothing'}{held}"


class Review(Word):
    """The safety specialist to the planner: what it found about a candidate, failures first; nothing if it is safe."""

    kind: Literal["review"] = "review"
    sender: Literal["safety specialist"] = "safety specialist"
    candidate: str
    digest: str
    findings: tuple[Reason, ...] = ()

    @property
    def by(self) -> str:
        """Who says it."""
        return self.sender

    def describe(self) -> str:
        """Return it in one line."""
        found = "; ".join(f"{one.outcome}: {one.describe()}" for one in self.findings)
        return f"on {self.candidate!r}: {found or 'nothing against it'}"


class Advice(Word):
    """A specialist to the planner: its answer to the question that it was assigned."""

    kind: Literal["advice"] = "advice"
    sender: Name
    question: str
    summary: str
    recommendation: str = ""

    @property
    def by(self) -> str:
        """Who says it."""
        return self.sender

    def describe(self) -> str:
        """Return it in one line."""
        return f"advises on {self.question!r}: {self.recommendation or self.summary}"


def _of(names: tuple[str, ...]) -> str:
    return f" of {', '.join(names)}" if names else ""


Message = Annotated[Assignment | Need | Offer | Review | Advice, Field(discriminator="kind")]
