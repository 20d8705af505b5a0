"""From frames to expectations: the bounds and goals of each frame; what a frame leaves open is filled in and noted."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from agents.understanding.frames import Bound, Frame
from agents.understanding.kpi_choice import for_slice, kpis_of_bound, with_statistic
from agents.understanding.places import Place, place_of
from agents.understanding.result import Question, ReadingError, RelativeBound
from policies.intent import (
    Condition,
    ExpectationObject,
    ExpectationTarget,
    IntentExpectation,
    bound_condition_of,
    objective_of,
)
from policies.kpi import kpi_definition
from policies.slices import Slice
from twins.network import NetworkCard

_FLIP: Final = {
    Condition.LESS: Condition.GREATER,
    Condition.GREATER: Condition.LESS,
    Condition.AT_MOST: Condition.AT_LEAST,
    Condition.AT_LEAST: Condition.AT_MOST,
    Condition.MINIMIZE: Condition.MAXIMIZE,
    Condition.MAXIMIZE: Condition.MINIMIZE,
}
# Totals over a window: a total for an evening must be divided among the windows in which it is measured.
_TOTALS: Final = ("PEE.Energy", "DRB.PdcpSduVolumeDL", "MM.HoExeIntraReq")
_RATES: Final = ("DRB.UEThpDl", "DRB.UEThpDl.P05")


@dataclass(frozen=True)
class _Ask:
    """A requirement on a KPI: a bound (absolute, or relative to the present value) or a goal."""

    kpi: str
    condition: Condition
    value: float | None = None
    relative: bool = False
    share: bool = False


@dataclass
class TargetReader:
    """Reads frames in order; what a frame leaves open is taken from the frame before it, and noted."""

    card: NetworkCard
    place: Place
    tolerance: float = 0.0
    span_s: float | None = None
    notes: list[str] = field(default_factory=list)
    kpis: list[str] = field(default_factory=list)
    slices: list[str] = field(default_factory=list)
    condition: Condition | None = None

    def read(self, frames: list[Frame]) -> list[IntentExpectation | RelativeBound]:
        """Return the expectations and relative bounds of all frames; raises ReadingError."""
        places = [place_of(frame, self.card) for frame in frames]
        named = [place for place in places if place is not None]
        self.place = named[0] if named else self.place
        _spread_trailing_slices(frames)
        expectations: list[IntentExpectation | RelativeBound] = []
        for frame, place in zip(frames, places, strict=True):
            self.place = place or self.place
            for ask in self._asks(frame):
                expectations += self._expectations(frame, ask)
        return list(dict.fromkeys(expectations))

    def _asks(self, frame: Frame) -> list[_Ask]:
        _goal_from_superlative(frame)
        if frame.bounds:
            return [ask for bound in frame.bounds for ask in self._of_bound(frame, bound)]
        if frame.kpis:
            return self._of_goal(frame)
        return []

    def _of_bound(self, frame: Frame, bound: Bound) -> list[_Ask]:
        asks = []
        inherits = not frame.kpis
        names = kpis_of_bound(frame, bound, self.kpis, self.notes)
        if inherits and not frame.slices and names == self.kpis:
            frame.slices = list(self.slices)
        for kpi in names:
            condition = self._condition(frame, bound, kpi)
            value, share = bound.quantity.value, bound.quantity.dimension == "share"
            if not bound.quantity.dimension and not bound.relative:
                self.notes.append(f"{bound.text}: interpreted in {kpi_definition(kpi).unit}, the unit of {kpi}")
            if frame.complement:
                condition, value = _FLIP[condition], round(100.0 - value, 9)
                self.notes.append(f"{' '.join(frame.text)}: expressed as its complement, {kpi} {condition.symbol} {value:g} %")
            asks.append(_Ask(kpi, condition, value, bound.relative, share))
            self.condition = condition
        self.kpis = names
        return asks

    def _condition(self, frame: Frame, bound: Bound, kpi: str) -> Condition:
        if bound.condition is not None:
            return bound.condition
        if frame.goal:
            return Condition.AT_MOST if frame.goal == "MINIMIZE" else Condition.AT_LEAST
        if self.condition is not None and not frame.kpis and kpi in self.kpis:
            return self.condition
        condition = Condition.AT_LEAST if frame.complement else bound_condition_of(kpi)
        if not bound.relative:
            self.notes.append(f"{bound.text} for {kpi}: no comparison was given, interpreted as {condition.symbol}")
        return condition

    def _of_goal(self, frame: Frame) -> list[_Ask]:
        kpis = [with_statistic(kpi, frame, self.notes) for kpi in frame.kpis]
        if frame.preserve:
            self.kpis = kpis
            return [_Ask(kpi, bound_condition_of(kpi), 0.0, relative=True, share=True) for kpi in kpis]
        optimizable = [kpi for kpi in kpis if kpi_definition(kpi).better != "neutral" or frame.goal]
        if not optimizable:
            return []
        if not frame.goal:
            raise ReadingError(_missing_value(optimizable[0], frame))
        asks = [_Ask(kpi, _goal(kpi, frame)) for kpi in optimizable if kpi not in ("RRC.ConnMean", "DRB.MeanActiveUeDl")]
        self.kpis = kpis
        return asks

    def _expectations(self, frame: Frame, ask: _Ask) -> list[IntentExpectation | RelativeBound]:
        return [self._expectation(ask, slice_) for slice_ in self._slices_for(frame, ask.kpi)]

    def _expectation(self, ask: _Ask, slice_: Slice | None) -> IntentExpectation | RelativeBound:
        kpi, sliced = for_slice(ask.kpi, slice_ is not None, self.notes)
        place = ExpectationObject(cells=self.place.cells, slice=slice_ if sliced else None, area=self.place.area)
        if ask.value is not None and ask.relative:
            return RelativeBound(
                object=place, kpi=kpi, condition=ask.condition, amount=ask.value, share=ask.share, tolerance=self.tolerance
            )
        bounded = None if ask.condition.is_objective or ask.value is None else self._per_window(kpi, ask.value)
        unit = "" if ask.condition.is_objective else kpi_definition(kpi).unit
        target = ExpectationTarget(kpi=kpi, condition=ask.condition, value=bounded, unit=unit, tolerance=self.tolerance)
        return IntentExpectation(object=place, targets=(target,))

    def _slices_for(self, frame: Frame, kpi: str) -> list[Slice | None]:
        if frame.slices:
            self.slices = frame.slices
            return [Slice(name) for name in frame.slices]
        if "slice" not in kpi_definition(kpi).levels:
            return [None]
        if kpi in _RATES and Slice.EMBB in self.card.slices:
            if frame.users or self.slices:
                self.notes.append(f"{kpi}: no slice was named, eMBB assumed (the slice of ordinary data users)")
                return [Slice.EMBB]
        elif self.slices and frame.kpis and kpi_definition(kpi).better != "neutral":
            self.notes.append(f"{kpi}: no slice was named, {' and '.join(self.slices)} assumed as before")
            return [Slice(name) for name in self.slices]
        return [None]

    def _per_window(self, kpi: str, value: float) -> float:
        """Return the part of a total over the intent's window (an hour if it has none) that falls into a KPI window."""
        if kpi not in _TOTALS:
            return value
        span, window = self.span_s or 3600.0, self.card.granularity_s
        part = value * window / span
        unit = kpi_definition(kpi).unit
        self.notes.append(f"{value:g} {unit} over {span / 3600:g} h is {part:.4g} {unit} in each KPI window of {window:g} s")
        return part


def _spread_trailing_slices(frames: list[Frame]) -> None:
    """Give the slices of a last frame that holds only them ("…, for URLLC") to the frames that name none."""
    for before, frame in pairwise(frames):
        if frame.bounds and frame.slices and not frame.kpis and not frame.users and before.kpis and not before.slices:
            before.slices = list(frame.slices)
    if not frames or frames[-1].names_something or not frames[-1].slices:
        return
    for frame in frames[:-1]:
        if not frame.slices and not any(kpi.startswith("PEE.") for kpi in frame.kpis):
            frame.slices = list(frames[-1].slices)


def _goal_from_superlative(frame: Frame) -> None:
    """Read "maximum throughput" without a number as a goal; refuse any other comparison that lacks its number."""
    if frame.bounds or not isinstance(frame.pending, Condition) or not frame.kpis:
        return
    words = {word.lower().rstrip(".") for word in frame.text}
    if words & {"maximum", "max"}:
        frame.goal = "MAXIMIZE"
    elif words & {"minimum", "min"}:
        frame.goal = "MINIMIZE"
    else:
        raise ReadingError(_missing_value(frame.kpis[0], frame))


def _missing_value(kpi: str, frame: Frame) -> Question:
    definition = kpi_definition(kpi)
    phrase = " ".join(frame.text)
    return Question(question=f"{phrase!r}: which value of {definition.title} ({kpi}) should be kept, in {definition.unit}?")


def _goal(kpi: str, frame: Frame) -> Condition:
    best = objective_of(kpi)
    if frame.goal == "BEST":
        return best
    goal = Condition(frame.goal)
    if frame.complement:
        goal = _FLIP[goal]
    definition = kpi_definition(kpi)
    if definition.better != "neutral" and goal is not best:
        phrase = " ".join(frame.text)
        question = f"{phrase!r} would make {definition.title} ({kpi}) worse. Is this intended, and which value is acceptable?"
        raise ReadingError(Question(question=question, kind="ambiguous"))
    return goal
