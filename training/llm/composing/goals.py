"""Clauses that name a goal: a bound, an extreme, or a change relative to how it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agents.reading.marked import Comparison, Reference
from agents.reading.reading import RelativeBound
from policies.kpi import kpi_definitions
from policies.slices import Slice
from training.llm.composing import patterns
from training.llm.composing.clause import Clause, ClauseMaker, cells_of_spot, marks_of, written
from training.llm.composing.vocabulary import Quantity, Spot
from training.llm.labelled_text import LabelledTarget

_COMPARISONS: Final[dict[str, tuple[Comparison, ...]]] = {
    "higher": (">", ">=", ">=", "<="),
    "lower": ("<", "<=", "<="),
    "neutral": ("<", "<=", ">=", ">"),
}


class Goals(ClauseMaker):
    """Draws clauses that name a goal."""

    def target(self, number: str, spot: Spot | None, kpi: str = "", slice_: Slice | None = None) -> Clause:
        """Return a bound, an extreme or a relative goal."""
        kind = self.draw.random()
        if kpi or kind < 0.6:
            return self.bound(number, spot, kpi, slice_)
        return self.goal(number, spot) if kind < 0.78 else self.relative(number, spot)

    def bound(self, number: str, spot: Spot | None, kpi: str = "", slice_: Slice | None = None) -> Clause:
        """Return "keep eMBB loss below 2 % in S1"."""
        name = kpi or self.kpi()
        own = slice_ or self.slice_for(name)
        comparison, quantity, words, verbal = self.bound_words(name)
        pattern = self.draw.choice(patterns.VERBAL_BOUNDS if verbal else patterns.BOUNDS)
        return self._clause(pattern, name, own, spot, number, {"a": words}, comparison, value=quantity.value)

    def bound_words(self, name: str) -> tuple[Comparison, Quantity, str, bool]:
        """Return a comparison, its quantity, and words for both with whether they hold a verb."""
        better = kpi_definitions()[name].better
        comparisons = _COMPARISONS[better]
        quantities = self.vocabulary.quantities.get((LabelledTarget, name), [])
        for _ in range(8):
            comparison = self.draw.choice(comparisons)
            if quantities and (bound := self.vocabulary.bound(comparison, quantity := self.draw.choice(quantities))):
                return comparison, quantity, *bound
        raise LookupError(f"nobody says a bound of {name}")

    def goal(self, number: str, spot: Spot | None) -> Clause:
        """Return "save energy", "keep the delay as low as possible"."""
        name = self.kpi(directed=True)
        lowers = kpi_definitions()[name].better == "lower"
        own = self.slice_for(name, 0.4)
        if self.draw.random() < 0.65:
            verbs = patterns.SAVING if name.startswith("PEE.") else patterns.LOWERING if lowers else patterns.RAISING
            pattern, amount = self.draw.choice(patterns.GOALS), self.draw.choice(verbs)
        else:
            pattern, amount = self.draw.choice(patterns.EXTREMES), self.draw.choice(patterns.LEAST if lowers else patterns.MOST)
        return self._clause(pattern, name, own, spot, number, {"a": amount}, "min" if lowers else "max")

    def relative(self, number: str, spot: Spot | None) -> Clause:
        """Return "reduce energy by 15 %", "delay may rise by at most 10 % from now"."""
        name = self.kpi(directed=True)
        kpi, own = kpi_definitions()[name], self.slice_for(name, 0.4)
        reference: Reference = self.draw.choices(("now", "yesterday", "last week"), (6, 2, 2))[0]
        behind = self.draw.choice(patterns.REFERENCES[reference])
        said, percent = self._percent()
        kind, falls = self.draw.random(), kpi.better == "lower"
        sign = -1 if falls else 1
        if kind < 0.45:
            verb = self.draw.choice(patterns.DOWN if falls else patterns.UP)
            words, pattern = {"v": verb, "a": f"by {said}{behind}"}, self.draw.choice(patterns.RELATIVES)
        elif kind < 0.7:
            how = self.draw.choice(patterns.LESS if falls else patterns.MORE)
            words, pattern = {"a": how.format(said) + behind}, self.draw.choice(patterns.RELATIVE_STATES)
        elif kind < 0.88:
            how = self.draw.choice(patterns.MAY_RISE if falls else patterns.MAY_FALL)
            words, pattern, sign = {"a": how.format(said) + behind}, self.draw.choice(patterns.TOLERANCES), -sign
        else:
            how = self.draw.choice(patterns.NO_HIGHER if falls else patterns.NO_LOWER)
            words, pattern, percent = {"a": how.format(reference)}, self.draw.choice(patterns.TOLERANCES), 0.0
        comparison: Comparison = "<=" if falls else ">="
        relative = RelativeBound(percent=sign * percent, to=reference)
        return self._clause(pattern, name, own, spot, number, words, comparison, relative=relative, tags={"v": "a"})

    def _percent(self) -> tuple[str, float]:
        if self.draw.random() < 0.2:
            return self.draw.choice(patterns.FRACTIONS)
        percent = self.draw.choice((2, 3, 5, 5, 8, 10, 10, 12, 15, 20, 20, 25, 30, 40, 50))
        return f"{percent}{self.draw.choice((' %', '%', ' percent', ' pct'))}", float(percent)

    def _clause(
        self,
        pattern: str,
        name: str,
        slice_: Slice | None,
        spot: Spot | None,
        number: str,
        words: Mapping[str, str],
        comparison: Comparison,
        *,
        value: float | None = None,
        relative: RelativeBound | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Clause:
        slots = {"k": self.vocabulary.name(LabelledTarget, name), "s": self.vocabulary.slice(slice_) if slice_ else "", **words}
        cut = self.phrased(pattern, slots, number, spot, tags)
        item = LabelledTarget(
            kpi=name,
            slice=slice_,
            cells=cells_of_spot(spot),
            condition=comparison,
            value=value,
            relative=relative,
            marks=marks_of(cut),
        )
        return Clause(cut, (item,))

    def condition(self) -> str:
        """Return words of a condition."""
        name = self.kpi()
        quantities = self.vocabulary.quantities.get((LabelledTarget, name), [])
        if not quantities:
            raise LookupError(name)
        own, where = self.slice_for(name), self.vocabulary.placed(self.spot())
        what = " ".join(
            filter(None, (own or "", self.vocabulary.name(LabelledTarget, name), where if self.draw.random() < 0.6 else ""))
        )
        return self.draw.choice(patterns.CONDITIONS).format(what, written(self.draw.choice(quantities), self.draw))
