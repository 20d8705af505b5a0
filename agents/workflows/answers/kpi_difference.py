"""A KPI without and with what is supposed: the difference with its interval, and whether it matters.

A difference whose interval contains zero is not distinguishable. It is material if all of its interval is beyond the threshold of
`policies/data/materiality.toml`; certain, but perhaps too small to matter, if only a part of it is.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

from policies.evidence import Interval
from policies.intent import ExpectationObject, ExpectationTarget
from policies.kpi import kpi_definition
from policies.managed_object import short_name
from policies.materiality import badness, materiality_threshold, serves_well
from policies.proposal import Candidate, TargetOutlook
from policies.slices import Slice
from policies.word import Word

_MAX_CELLS: Final = 4


class KpiDifference(Word):
    """A target's value without and with the supposed edits, in the KPI's unit; None: not measured in the twin.

    effect: the interval of with - without, paired by seed. probability: that the bound is met with the edits, if there is one.
    """

    place: ExpectationObject
    target: ExpectationTarget
    without: float | None
    value: float | None
    effect: Interval | None
    probability: float | None = None

    @classmethod
    def between(
        cls, supposed: Candidate, unchanged: Candidate, place: ExpectationObject, target: ExpectationTarget
    ) -> KpiDifference:
        """Return the difference of one target."""
        after, before = _outlook(supposed, place, target), _outlook(unchanged, place, target)
        return cls(
            place=place,
            target=target,
            without=before.predicted if before else None,
            value=after.predicted if after else None,
            effect=after.effect if after else None,
            probability=after.probability if after and not target.condition.is_objective else None,
        )

    @property
    def kpi(self) -> str:
        """The KPI's name in the catalogue."""
        return self.target.kpi

    @property
    def slice(self) -> Slice | None:
        """The slice, None for the whole cell."""
        return self.place.slice

    @property
    def title(self) -> str:
        """The KPI's title with the slice."""
        return title_of(self.kpi, self.slice)

    @property
    def where(self) -> str:
        """The cells by id, or what they are and how many."""
        cells = [short_name(cell) for cell in self.place.cells]
        if not cells:
            return self.place.area or "the whole network"
        listed = ", ".join(cells) if len(cells) <= _MAX_CELLS else f"{len(cells)} cells"
        return f"{self.place.area}: {listed}" if self.place.area else listed

    @property
    def name(self) -> str:
        """Title and place."""
        return f"{self.title} in {self.where}"

    @property
    def is_compared(self) -> bool:
        """Whether there is a difference with an interval."""
        return self.without is not None and self.effect is not None

    @property
    def is_distinguishable(self) -> bool:
        """Whether the interval excludes zero."""
        return self.effect is not None and self.is_compared and not self.effect.contains(0.0)

    @property
    def is_material(self) -> bool:
        """Whether all of the interval is beyond what matters."""
        if self.effect is None or self.without is None or not self.is_distinguishable:
            return False
        return min(abs(self.effect.low), abs(self.effect.high)) > materiality_threshold(self.kpi, self.without)

    @cached_property
    def finding(self) -> str:
        """What the comparison shows, in words."""
        if self.without is None or self.value is None:
            return self._unmeasured()
        if self.effect is None:
            return "no interval: it was not measured under every seed"
        if not self.is_distinguishable:
            return "not distinguishable"
        direction = self._direction()
        if self.is_material:
            return f"materially {direction}"
        threshold = materiality_threshold(self.kpi, self.without)
        most = max(abs(self.effect.low), abs(self.effect.high))
        unit = kpi_definition(self.kpi).unit
        if most <= threshold:
            return f"{direction}, not material (less than {threshold:.3g} {unit})"
        return f"{direction}; perhaps material (from {threshold:.3g} {unit} on)"

    def _unmeasured(self) -> str:
        if self.without is None and self.value is None:
            return "not measured in the twin"
        when = "with what is supposed" if self.value is None else "without it"
        return f"nothing to measure {when}"

    def _direction(self) -> str:
        assert self.effect is not None and self.without is not None and self.value is not None
        higher = self.effect.low > 0
        if kpi_definition(self.kpi).better == "neutral":
            return "higher" if higher else "lower"
        after, before = badness(self.kpi, [self.value, self.without])
        if after < before:
            return "better"
        return "worse, though it still serves users well" if serves_well(self.kpi, self.value) else "worse"

    @property
    def difference(self) -> float | None:
        """The mean difference."""
        return None if self.effect is None else (self.effect.low + self.effect.high) / 2

    def describe(self) -> str:
        """Return the difference in one line."""
        unit = kpi_definition(self.kpi).unit
        bound = f", {self.bound}" if self.bound else ""
        interval = f" ({self.interval})" if self.interval else ""
        return f"{self.name} {self.without:.4g} → {self.value:.4g} {unit}{interval}, {self.finding}{bound}"

    @property
    def interval(self) -> str:
        """The interval of the difference, empty if there is none."""
        return "" if self.effect is None else f"{self.effect.low:+.3g}..{self.effect.high:+.3g}"

    @property
    def bound(self) -> str:
        """Whether the operator's bound would be met, empty without a bound or value."""
        if self.probability is None or self.value is None:
            return ""
        met = "would be met" if self.target.is_met_by(self.value) else "would be missed"
        return f"{self.target.condition.symbol} {self.target.value:g} {self.target.unit} {met}, P {self.probability:.2f}"


def title_of(kpi: str, slice_: Slice | None) -> str:
    """Return the KPI's title with the slice."""
    return f"{kpi_definition(kpi).title}{f' [{slice_.value}]' if slice_ else ''}"


def _outlook(candidate: Candidate, place: ExpectationObject, target: ExpectationTarget) -> TargetOutlook | None:
    return next(
        (one for one in candidate.outlook if (one.target, one.slice, one.cells) == (target, place.slice, place.cells)), None
    )
