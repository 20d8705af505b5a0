"""What came of reading an operator's text: understood, a question back, or a clear no.

1. `Understood` holds the intent, the edits that the operator named outright, what the text says of links, and the workflow of
   seed 002 D.3 that fits.
2. `NetworkQuestion` asks something of the network and changes nothing.
3. `NeedsMeasurement` is understood, but a bound is relative ("10 % less", "preserve"): measure, then `relative.resolve`.
4. `Question`, `NotAboutNetwork` and `Impossible` end with words for the operator; nothing is changed.
A reading holds all that later decisions need of the text: it is carried along, and the text is not read again.
"""

from __future__ import annotations

from typing import Literal

from agents.understanding.conditions import LinkConditions
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation, TimeWindow
from policies.slices import Slice
from policies.word import Word

Workflow = Literal["intent-to-configuration", "scheduler-adaptation", "channel-estimator", "beam-management", "direct-change"]


class DirectEdit(Word):
    """A configuration edit that the operator named: `value` absolute, or `delta` relative to what stands."""

    class_name: str
    attribute: str
    cell: str
    slice: Slice | None = None
    target_cell: str | None = None
    value: float | str | bool | None = None
    delta: float | None = None


class Understood(Word):
    """What the text asks for. A reader that knows no workflows, edits or links leaves their defaults."""

    intent: Intent
    plan: tuple[str, ...] = ()
    workflow: Workflow = "intent-to-configuration"
    direct: tuple[DirectEdit, ...] = ()
    link: LinkConditions = LinkConditions()


class NetworkQuestion(Word):
    """The operator wants to know something: KPI values, cells of a place, configuration, limits, neighbours or events."""

    topic: Literal["kpi", "cells", "configuration", "limit", "neighbours", "events"]
    kpis: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()
    attributes: tuple[str, ...] = ()
    area: str = ""
    targets: tuple[ExpectationTarget, ...] = ()
    assumptions: tuple[str, ...] = ()


class RelativeBound(Word):
    """A bound on a KPI that is relative to its present value.

    The KPI is to be lower (or higher, by `condition`) by `amount`: percent of the present value where `share` is set, else in the
    KPI's unit. An amount of 0 preserves it.
    """

    object: ExpectationObject
    kpi: str
    condition: Condition
    amount: float
    share: bool
    tolerance: float = 0.0


class NeedsMeasurement(Word):
    """All that the text asks for, in order; the relative bounds among it need the present values of their KPIs."""

    text: str
    expectations: tuple[IntentExpectation | RelativeBound, ...]
    window: TimeWindow | None = None
    event: str = ""
    assumptions: tuple[str, ...] = ()
    workflow: Workflow = "intent-to-configuration"
    direct: tuple[DirectEdit, ...] = ()
    link: LinkConditions = LinkConditions()

    @property
    def relative(self) -> tuple[RelativeBound, ...]:
        """The bounds that are relative, in order."""
        return tuple(bound for bound in self.expectations if isinstance(bound, RelativeBound))


class Question(Word):
    """What is missing or ambiguous in `text`. An answer takes the place of `replaces` in it, or is added to it."""

    question: str
    choices: tuple[str, ...] = ()
    kind: Literal["unknown name", "missing", "ambiguous", "unit", "language", "length", "empty", "permission"] = "missing"
    replaces: str = ""
    text: str = ""


class NotAboutNetwork(Word):
    """The text is about something else."""

    reason: str


class Impossible(Word):
    """No network can do this: why, and the nearest that could be asked."""

    reason: str
    nearest: str


Reading = Understood | NetworkQuestion | NeedsMeasurement | Question | NotAboutNetwork | Impossible


class ReadingError(Exception):
    """Carries the result with which reading stops early; never leaves this package."""

    def __init__(self, result: Question | NotAboutNetwork | Impossible) -> None:
        super().__init__(str(result))
        self.result = result
