"""The one mechanism through which every measurement passes before anything may rest on it.

Each sample by itself: catalogue, object, unit, window, range. Then the samples of each window against each other (identities) and
against the past (trends). The result is the good samples in catalogue units, and a flaw for each of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import isnan
from operator import itemgetter

from policies.kpi import KpiSample, UnknownKpiError, measurement_definition
from policies.quality.capacity import overfull
from policies.quality.flaw import Flaw, refused, suspect
from policies.quality.grouping import Groups, grouped
from policies.quality.identity import violations
from policies.quality.range import Limits, RangeCheck
from policies.quality.reported_object import object_objection
from policies.quality.reporter import Reporter
from policies.quality.trend import Past, jumps
from policies.quality.unit import in_catalogue_unit
from policies.quality.window import window_objection

_CONFLICT = 0.02


@dataclass(frozen=True)
class Screening:
    """Good samples, in catalogue units, and the flaws of the others; flaws may also be of windows in the past."""

    good: tuple[KpiSample, ...]
    flaws: tuple[Flaw, ...]


def screen(samples: Iterable[KpiSample], past: Past, reporter: Reporter, stored: Iterable[KpiSample] = ()) -> Screening:
    """Check samples of any number of windows, which are appended to `past`.

    stored: good samples of the same windows that were delivered before, to compare with.
    """
    sound: list[KpiSample] = []
    flaws: list[Flaw] = []
    check = _SampleCheck(reporter)
    for sample in samples:
        result = sample if check.is_plainly_good(sample) else check.result(sample)
        if isinstance(result, Flaw):
            flaws.append(result)
        else:
            sound.append(result)
    windows, is_unique = grouped(sound, stored)
    if not is_unique:
        sound = list(_without_conflicts(sound, flaws))
        windows, _ = grouped(sound, stored)
    for _, groups in sorted(windows.items(), key=itemgetter(0)):
        flaws += _compared(groups, past, reporter)
    if not flaws:
        return Screening(tuple(sound), ())
    flawed = {_key(flaw) for flaw in flaws}
    return Screening(tuple(sample for sample in sound if _key(sample) not in flawed), tuple(_aliases(flaws, sound)))


def _key(item: KpiSample | Flaw) -> tuple[object, ...]:
    return item.kpi, item.dn, item.slice, item.start, item.end


class _SampleCheck:
    """The checks of a sample by itself. What depends on KPI, object and length of the window alone is looked up once."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._window = cache(lambda start, end: window_objection(start, end, reporter))
        self._object = cache(lambda dn: object_objection(dn, reporter))
        self._range = RangeCheck(reporter)
        self._limits: dict[float, dict[tuple[str, str], Limits | None]] = {}
        self._of_window: dict[tuple[str, str], Limits | None] = {}
        self._start: datetime | None = None
        self._end: datetime | None = None

    def is_plainly_good(self, sample: KpiSample) -> bool:
        """Whether a sample passes; if not, `result` says why, or that it passes after all."""
        if sample.start is not self._start or sample.end is not self._end:
            self._enter(sample.start, sample.end)
        place = sample.kpi, sample.dn
        try:
            limits = self._of_window[place]
        except KeyError:
            limits = self._of_window[place] = self._limits_of(sample)
        value = sample.value
        if limits is None or sample.unit != limits.unit:
            return False
        if value is None:
            return True
        return (
            type(value) is float
            and limits.lowest <= value <= limits.highest
            and type(sample.count) is int
            and sample.count >= 0
            and (not limits.integer or value.is_integer())
        )

    def _enter(self, start: datetime, end: datetime) -> None:
        self._start, self._end = start, end
        # A window that is not valid has no length to look anything up by.
        self._of_window = {} if self._window(start, end) else self._limits.setdefault((end - start).total_seconds(), {})

    def _limits_of(self, sample: KpiSample) -> Limits | None:
        try:
            measurement_definition(sample.kpi)
        except UnknownKpiError:
            return None
        is_flawed = self._object(sample.dn) or self._window(sample.start, sample.end)
        return None if is_flawed else self._range.limits(sample)

    def result(self, sample: KpiSample) -> KpiSample | Flaw:
        """Return a sample in the catalogue's unit, or its flaw."""
        try:
            measurement_definition(sample.kpi)
        except UnknownKpiError:
            return refused(sample, "catalogue", f"{sample.kpi} is not in the KPI catalogue")
        if objection := self._object(sample.dn):
            return refused(sample, "object", objection)
        if objection := self._window(sample.start, sample.end):
            return refused(sample, "window", objection)
        if isinstance(sample.value, float) and isnan(sample.value):
            return refused(sample, "range", "not a number; a value that could not be measured is absent")
        converted = in_catalogue_unit(sample, self._reporter)
        if isinstance(converted, Flaw):
            return converted
        objection = self._range.objection(converted)
        return refused(converted, "range", objection) if objection else converted


def _without_conflicts(samples: list[KpiSample], flaws: list[Flaw]) -> Iterator[KpiSample]:
    """Yield each measurement once; two values of the same one that differ are a conflict, and both are suspect."""
    seen: dict[tuple[object, ...], list[KpiSample]] = {}
    for sample in samples:
        seen.setdefault(_key(sample), []).append(sample)
    for group in seen.values():
        if len(group) == 1 or not conflict([sample.value for sample in group]):
            yield group[-1]
            continue
        values = ", ".join(f"{sample.value:g}" for sample in group if sample.value is not None)
        flaws += [
            suspect(sample, "consistency", f"measurement conflict: delivered as {values} {sample.unit}") for sample in group
        ]


def conflict(values: Iterable[float | None]) -> bool:
    """Whether values of the same measurement differ by more than rounding."""
    present = [value for value in values if value is not None]
    return bool(present) and max(present) - min(present) > _CONFLICT * max(abs(value) for value in present)


def _compared(groups: Groups, past: Past, reporter: Reporter) -> list[Flaw]:
    contradicted = list(violations(groups))
    fresh = past.add(groups)
    found = [*contradicted, *jumps(fresh, past), *overfull(fresh, past, reporter.carriers)]
    past.mark_newest(flaw for flaw in contradicted if (flaw.dn, flaw.slice) in fresh)
    first: dict[tuple[object, ...], Flaw] = {}
    for flaw in found:
        first.setdefault(_key(flaw), flaw)
    return list(first.values())


def _aliases(flaws: list[Flaw], sound: list[KpiSample]) -> Iterator[Flaw]:
    """Yield the flaws; a fractional counter that equals another measurement of the object is named as its alias."""
    values = {(item.dn, item.start, item.value): item.kpi for item in sound}
    for flaw in flaws:
        other = values.get((flaw.dn, flaw.start, flaw.value))
        if flaw.check == "range" and other is not None and other != flaw.kpi and flaw.value != round(flaw.value or 0.0):
            yield flaw.model_copy(update={"reason": f"{flaw.reason}; it repeats {other}: aliased"})
        else:
            yield flaw
