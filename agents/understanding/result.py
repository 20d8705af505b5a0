"""The reading of an operator's text: understood, a question to the operator, or a clear refusal.

1. `Understood` holds the intent, the edits that the operator named directly, the link conditions, and the workflow of seed 002
   D.3 that fits.
2. `NetworkQuestion` asks for information about the network, `LinkQuestion` about one radio link, `WhyQuestion` about a run,
   `Supposed` about edits that nobody wants to make yet; none of them changes anything, and in their runs nothing can be proposed.
3. `NeedsMeasurement` is understood, but a bound is relative ("10 % less", "a fifth less than yesterday"): measure, then
   `relative.resolve`.
4. `Forbids` only forbids something: nothing is to be done now, and the restrictions stand from then on.
5. `Question`, `NotAboutNetwork` and `Impossible` are reported to the operator; nothing is changed.
6. What is to be done may have a `SideQuestion` beside it, which is answered in the same run.
A reading contains everything that later decisions need from the text, so the text is not read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from agents.understanding.conditions import LinkConditions
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation, KpiContext, TimeWindow
from policies.restrictions.prohibition import Prohibition
from policies.slices import Slice
from policies.word import Word
from twins.link.configuration import ChannelConfiguration, LinkConfiguration

Workflow = Literal["intent-to-configuration", "scheduler-adaptation", "channel-estimator", "beam-management", "direct-change"]


class DirectEdit(Word):
    """A configuration edit that the operator named: `value` is absolute, `delta` relative to the current value."""

    class_name: str
    attribute: str
    cell: str
    slice: Slice | None = None
    target_cell: str | None = None
    value: float | str | bool | None = None
    delta: float | None = None


class SideQuestion(Word):
    """A question that stands beside what is to be done: which receiver or beam model to use. Its answer changes nothing.

    words: as the operator put it. cells: DNs; none: where the change is to be. area: their name, if they have one.
    """

    words: str
    workflow: Literal["channel-estimator", "beam-management"]
    cells: tuple[str, ...] = ()
    area: str = ""
    link: LinkConditions = LinkConditions()


class Understood(Word):
    """The requests in the text. A reader without workflows, edits or link conditions leaves their defaults.

    forbidden: what the text forbids for this request alone ("save energy, but keep S1C1 on air"). beside: what it also asks.
    """

    intent: Intent
    plan: tuple[str, ...] = ()
    workflow: Workflow = "intent-to-configuration"
    direct: tuple[DirectEdit, ...] = ()
    link: LinkConditions = LinkConditions()
    forbidden: tuple[Prohibition, ...] = ()
    beside: tuple[SideQuestion, ...] = ()


class Forbids(Word):
    """Restrictions that are to stand from now on; `read_back`: how they were understood, in one sentence."""

    forbidden: tuple[Prohibition, ...] = Field(min_length=1)
    read_back: str


class Supposed(Word):
    """A supposition: edits that the operator asks about and does not want made; what they would do is tried in the twin.

    expectations: what was asked about; none: user throughput, delay, PRB usage and energy of the cells concerned and their
    neighbours. window, event, without_events, attendance: as in an Intent.
    """

    direct: tuple[DirectEdit, ...] = Field(min_length=1)
    expectations: tuple[IntentExpectation, ...] = ()
    window: TimeWindow | None = None
    event: str = ""
    without_events: tuple[str, ...] = ()
    attendance: int | None = Field(default=None, ge=0)
    assumptions: tuple[str, ...] = ()


class WhyQuestion(Word):
    """A question for the reasons of a run: its id, a prefix of it, or "last"; `words`: as the operator put it."""

    run: str = "last"
    words: str = ""


CellState = Literal["overloaded", "poor", "within", "worst", "best", "degraded", "asleep", "awake", "locked"]
"""What cells are asked for: by a threshold of ours (overloaded; poor: a KPI that serves users badly), by the operator's bounds
(within), in order (worst, best), by comparison with earlier windows (degraded), or by their configuration."""


class NetworkQuestion(Word):
    """A question about KPI values, cells of a place or in a state, configuration, limits, neighbours, what is planned or stands.

    targets: the operator's bounds, which take the place of any threshold of ours. state: of topic "status". window: a time that
    has passed; None: now. attributes: `Class.attribute`; none: the whole configuration.
    """

    topic: Literal[
        "kpi", "cells", "configuration", "limit", "neighbours", "events", "inactive handover", "status", "planned", "standing"
    ]
    state: CellState | None = None
    window: TimeWindow | None = None
    kpis: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()
    attributes: tuple[str, ...] = ()
    area: str = ""
    targets: tuple[ExpectationTarget, ...] = ()
    assumptions: tuple[str, ...] = ()


class LinkQuestion(Word):
    """A question about a single link, answered by the link twin.

    `levels_db`: its SNRs if there are several; `receiver` in use; `observed_bler`: 0..1, as the operator states it for all
    levels; `asks_remedy`: whether power, pilots or another receiver is asked about.
    """

    configuration: LinkConfiguration
    channel: ChannelConfiguration
    levels_db: tuple[float, ...] = ()
    receiver: str = "ls+lmmse"
    observed_bler: float | None = None
    asks_remedy: bool = False
    assumptions: tuple[str, ...] = ()


Reference = Literal["now", "yesterday", "last week"]


class RelativeBound(Word):
    """A bound on a KPI relative to its present value, or to that of the same hours yesterday or a week ago (`to`).

    The KPI must be lower or higher (by `condition`) by `amount`, in percent of that value if `share` is set, else in the
    KPI's unit. An amount of 0 preserves it.
    """

    object: ExpectationObject
    kpi: str
    condition: Condition
    amount: float
    share: bool
    tolerance: float = 0.0
    to: Reference = "now"


class NeedsMeasurement(Word):
    """The requests in the text, in order; its relative bounds need the values that they refer to."""

    text: str
    expectations: tuple[IntentExpectation | RelativeBound, ...]
    window: TimeWindow | None = None
    event: str = ""
    permanent: bool = False
    without_events: tuple[str, ...] = ()
    attendance: int | None = None
    assumptions: tuple[str, ...] = ()
    workflow: Workflow = "intent-to-configuration"
    direct: tuple[DirectEdit, ...] = ()
    link: LinkConditions = LinkConditions()
    forbidden: tuple[Prohibition, ...] = ()
    beside: tuple[SideQuestion, ...] = ()
    contexts: tuple[KpiContext, ...] = ()

    @property
    def relative(self) -> tuple[RelativeBound, ...]:
        """The bounds that are relative, in order."""
        return tuple(bound for bound in self.expectations if isinstance(bound, RelativeBound))


class Question(Word):
    """A question about what is missing or ambiguous in `text`. An answer replaces `replaces` in it, or is appended to it."""

    question: str
    choices: tuple[str, ...] = ()
    kind: Literal["unknown name", "missing", "ambiguous", "unit", "language", "length", "empty", "permission"] = "missing"
    replaces: str = ""
    text: str = ""


class NotAboutNetwork(Word):
    """The text is not about this network."""

    reason: str


class Impossible(Word):
    """No network can satisfy the request: the reason, and the nearest request that is possible."""

    reason: str
    nearest: str


Reading = (
    Understood
    | Forbids
    | Supposed
    | NetworkQuestion
    | LinkQuestion
    | WhyQuestion
    | NeedsMeasurement
    | Question
    | NotAboutNetwork
    | Impossible
)
CHANGES_NOTHING = (Supposed, NetworkQuestion, LinkQuestion, WhyQuestion)
"""Readings in whose runs nothing can be proposed or forbidden."""


def with_beside(reading: Reading, beside: Sequence[SideQuestion]) -> Reading:
    """Return the reading with questions beside it, unchanged if it is none of something to be done."""
    if isinstance(reading, Understood | NeedsMeasurement):
        return reading.model_copy(update={"beside": tuple(beside)})
    return reading


def said_beside(reading: Understood) -> str:
    """Return a sentence of what is answered beside what is to be done, empty if nothing is."""
    asked = "; ".join(f"“{question.words}”" for question in reading.beside)
    return f"Answered first, without changing anything: {asked}." if asked else ""


class ReadingError(Exception):
    """Ends the reading early with `result`; never leaves the agents."""

    def __init__(self, result: Question | NotAboutNetwork | Impossible) -> None:
        super().__init__(str(result))
        self.result = result
