"""The one mechanism through which every measurement passes before anything may rest on it.

Each sample by itself: catalogue, object, unit, window, range. Then the samples of each window against each other (identities) and
against the past (trends). The result is the good samples in catalogue units, and a flaw for each of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import isnan

from policies.kpi import KpiSample, UnknownKpiError, measurement_definition
from policies.quality.capacity import overfull
from policies.quality.flaw import Flaw, refused, suspect
from policies.quality.grouping import by_place, by_window
from policies.quality.identity import violations
from policies.quality.range import RangeCheck
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
    check_window = cache(lambda start, end: window_objection(start, end, reporter))
    check_object = cache(lambda dn: object_objection(dn, reporter))
    check_range = RangeCheck(reporter)
    for sample in samples:
        result = _by_itself(sample, reporter, check_object, check_window, check_range)
        if isinstance(result, Flaw):
            flaws.append(result)
        else:
            sound.append(result)
    sound = list(_without_conflicts(sound, flaws))
    for _, window in by_window(_merged(sound, stored)):
        flaws += _compared(window, past, reporter)
    if not flaws:
        return Screening(tuple(sound), ())
    flawed = {_key(flaw) for flaw in flaws}
    return Screening(tuple(sample for sample in sound if _key(sample) not in flawed), tuple(_aliases(flaws, sound)))


def _merged(samples: list[KpiSample], stored: Iterable[KpiSample]) -> list[KpiSample]:
    earlier = list(stored)
    new = {_key(sample) for sample in samples} if earlier else set()
    return samples + [sample for sample in earlier if _key(sample) not in new]


def _key(item: KpiSample | Flaw) -> tuple[object, ...]:
    return item.kpi, item.dn, item.slice, item.start


def _by_itself(
    sample: KpiSample,
    reporter: Reporter,
    check_object: Callable[[str], str],
    check_window: Callable[[datetime, datetime], str],
    check_range: RangeCheck,
) -> KpiSample | Flaw:
    try:
        measurement_definition(sample.kpi)
    except UnknownKpiError:
        return refused(sample, "catalogue", f"{sample.kpi} is not in the KPI catalogue")
    if objection := check_object(sample.dn):
        return refused(sample, "object", objection)
    if objection := check_window(sample.start, sample.end):
        return refused(sample, "window", objection)
    if isinstance(sample.value, float) and isnan(sample.value):
        return refused(sample, "range", "not a number; a value that could not be measured is absent")
    converted = in_catalogue_unit(sample, reporter)
    if isinstance(converted, Flaw):
        return converted
    objection = check_range.objection(converted)
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


def _compared(window: list[KpiSample], past: Past, reporter: Reporter) -> list[Flaw]:
    groups = by_place(window)
    contradicted = list(violations(groups))
    found = [*contradicted, *jumps(groups, past), *overfull(groups, past, reporter.carriers)]
    past.mark_newest(contradicted)
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
