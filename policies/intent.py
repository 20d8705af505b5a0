"""The intent model of TS 28.312: what the network should achieve, for which objects, within which bounds, and when.

An `Intent` holds `IntentExpectation`s; each names an expectation object (which cells, which slice) and its `ExpectationTarget`s
(KPI, condition, value, unit) under `Context`s (time window, area). What the text leaves open is recorded as an assumption.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, model_validator

from policies.kpi import KpiDefinition, kpi_definition
from policies.managed_object import short_name
from policies.slices import Slice
from policies.text.times import Moment
from policies.word import Word


class Condition(StrEnum):
    """The supported values of targetCondition (TS 28.312 clause 6.2.1.3).

    MINIMIZE and MAXIMIZE have no value: they rank the candidates that satisfy all bounds.
    """

    LESS = "IS_LESS_THAN"
    AT_MOST = "IS_EQUAL_TO_OR_LESS_THAN"
    GREATER = "IS_GREATER_THAN"
    AT_LEAST = "IS_EQUAL_TO_OR_GREATER_THAN"
    MINIMIZE = "MINIMIZE"
    MAXIMIZE = "MAXIMIZE"

    @property
    def is_objective(self) -> bool:
        """Whether this ranks candidates instead of bounding a KPI."""
        return self in (Condition.MINIMIZE, Condition.MAXIMIZE)

    @property
    def is_upper_bound(self) -> bool:
        """Whether this bounds a KPI from above."""
        return self in (Condition.LESS, Condition.AT_MOST)

    @property
    def symbol(self) -> str:
        """The mathematical symbol of the condition, such as "≤" or "min"."""
        return {
            Condition.LESS: "<",
            Condition.AT_MOST: "≤",
            Condition.GREATER: ">",
            Condition.AT_LEAST: "≥",
            Condition.MINIMIZE: "min",
            Condition.MAXIMIZE: "max",
        }[self]


def objective_of(kpi: str) -> Condition:
    """Return the objective that makes a KPI better: MAXIMIZE where higher is better, else MINIMIZE; raises UnknownKpiError."""
    return Condition.MAXIMIZE if kpi_definition(kpi).better == "higher" else Condition.MINIMIZE


def bound_condition_of(kpi: str) -> Condition:
    """Return the condition of a bound on a KPI: AT_LEAST where higher is better, else AT_MOST; raises UnknownKpiError."""
    return Condition.AT_LEAST if kpi_definition(kpi).better == "higher" else Condition.AT_MOST


class TimeWindow(Word):
    """A context: the time for which an expectation holds, [start, end) in network time."""

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _ordered(self) -> TimeWindow:
        if self.end <= self.start:
            raise ValueError(f"time window ends ({self.end.isoformat()}) before it starts ({self.start.isoformat()})")
        return self


class ExpectationObject(Word):
    """The objects of an expectation: cells by DN (empty: all cells) and optionally a slice."""

    cells: tuple[str, ...] = ()
    slice: Slice | None = None
    area: str = ""


class ExpectationTarget(Word):
    """A KPI with condition, value and unit. `tolerance` is the share (0..1) of objects × windows that may miss the bound."""

    kpi: str
    condition: Condition
    value: float | None = None
    unit: str = ""
    tolerance: float = Field(default=0.0, ge=0, lt=1)

    @model_validator(mode="after")
    def _sensible(self) -> ExpectationTarget:
        definition = kpi_definition(self.kpi)
        if self.condition.is_objective:
            return self
        if self.value is None:
            raise ValueError(f"target on {self.kpi} has a bound ({self.condition.symbol}) without a value")
        if self.unit != definition.unit:
            raise ValueError(f"target on {self.kpi}: unit {self.unit!r} is not the KPI's unit {definition.unit!r}")
        return self

    @property
    def definition(self) -> KpiDefinition:
        """The definition of the KPI."""
        return kpi_definition(self.kpi)

    def is_met_by(self, value: float) -> bool:
        """Whether `value` satisfies the bound; an objective is never violated."""
        if self.condition.is_objective or self.value is None:
            return True
        return {
            Condition.LESS: value < self.value,
            Condition.AT_MOST: value <= self.value,
            Condition.GREATER: value > self.value,
            Condition.AT_LEAST: value >= self.value,
        }[self.condition]

    def describe(self) -> str:
        """Return the target in one line."""
        if self.condition.is_objective:
            return f"{self.condition.symbol} {self.kpi}"
        return f"{self.kpi} {self.condition.symbol} {self.value:g} {self.unit}"


class IntentExpectation(Word):
    """The targets for an expectation object."""

    object: ExpectationObject
    targets: tuple[ExpectationTarget, ...] = Field(min_length=1)


class KpiContext(Word):
    """A condition on a KPI under which an intent holds (a Context of TS 28.312 clause 6.2.1.3), as the network measures it.

    words: as the operator said it. lasting: it must hold with the change as well, in the twin and after the apply; else it only
    tells whether there is anything to do.
    """

    object: ExpectationObject
    target: ExpectationTarget
    words: str
    lasting: bool

    @model_validator(mode="after")
    def _is_a_bound(self) -> KpiContext:
        if self.target.condition.is_objective:
            raise ValueError(f"context on {self.target.kpi}: {self.target.condition.symbol} is no condition, give a bound")
        return self

    @property
    def place(self) -> str:
        """The cells in words."""
        return self.object.area or ", ".join(map(short_name, self.object.cells)) or "the network"

    def describe(self) -> str:
        """Return what must hold, in one line."""
        slice_ = f" [{self.object.slice.value}]" if self.object.slice else ""
        return (
            f"{self.target.kpi}{slice_} in {self.place} {self.target.condition.symbol} {self.target.value:g} {self.target.unit}"
        )

    def standing(self, value: float) -> str:
        """Return whether it holds at a measured value, in one line."""
        holds = "holds" if self.target.is_met_by(value) else "does not hold"
        return f"the condition “{self.words}” {holds}: {self.describe()} is asked for, measured {value:.4g} {self.target.unit}"


class Intent(Word):
    """The operator's request, as understood.

    permanent: what is changed stays after the window, since the operator gave no end or asked to keep it. without_events: names
    of planned events that the operator leaves out of the forecast. attendance: visitors, as the operator stated, of the planned
    events whose attendance the calendar does not give. harm_only: the operator named the edits and bounded no KPI; they are
    verified against harm and their predicted effect, and the targets only show that. contexts: conditions on KPIs, without which
    nothing is done.
    """

    text: str
    expectations: tuple[IntentExpectation, ...] = Field(min_length=1)
    window: TimeWindow | None = None
    event: str = ""
    permanent: bool = False
    without_events: tuple[str, ...] = ()
    attendance: int | None = Field(default=None, ge=0)
    harm_only: bool = False
    contexts: tuple[KpiContext, ...] = ()
    assumptions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _bounds_are_verified(self) -> Intent:
        if self.harm_only and self.bounds():
            raise ValueError("harm_only=true, but a KPI is bounded: a bound is verified")
        return self

    def bounds(self) -> list[tuple[ExpectationObject, ExpectationTarget]]:
        """Return every bounded target with its object."""
        return [
            (expectation.object, target)
            for expectation in self.expectations
            for target in expectation.targets
            if not target.condition.is_objective
        ]

    def lasting(self) -> list[tuple[ExpectationObject, ExpectationTarget]]:
        """Return the conditions that must hold with the change as well, each bound with its object."""
        return [(context.object, context.target) for context in self.contexts if context.lasting]

    def objectives(self) -> list[tuple[ExpectationObject, ExpectationTarget]]:
        """Return every target to be minimized or maximized, in order of importance."""
        return [
            (expectation.object, target)
            for expectation in self.expectations
            for target in expectation.targets
            if target.condition.is_objective
        ]
