"""What a PM report or PM file says, as samples in catalogue units and flaws: shared by the readers of both formats."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from policies.kpi import KpiDefinition, KpiFrame, KpiSample, UnknownKpiError, measurement_definition
from policies.managed_object import parse_dn
from policies.pm_measurement import SAMPLES_PREFIX, from_wire, parse_wire_name
from policies.quality.flaw import Flaw, refused, suspect
from policies.quality.reporter import Reporter
from policies.quality.window import window_objection
from policies.slices import Slice
from policies.text.foreign import safe
from tools.telemetry.delivery import DeadLetter, Report
from twins.network import NetworkUnavailableError

_EMPTY = frozenset({"", "NULL", "NIL", "NAN", "-"})
_EXCERPT = 40
_LONGEST_NAME = 1000


class PmReportError(NetworkUnavailableError):
    """A PM report or file that cannot be read: it is malformed or of another domain."""


@dataclass
class PmReading:
    """The content of a report for `window` with a granularity period of `granularity_s` seconds.

    entity: DN of the measured element, as written. job: the PM jobs that it names. ignored: the names of measurement types that
    are not in the KPI catalogue. letters: parts that cannot be read.
    """

    window: tuple[datetime, datetime]
    granularity_s: float
    entity: str = ""
    job: str = ""
    samples: list[KpiSample] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)
    letters: list[DeadLetter] = field(default_factory=list)

    @property
    def frame(self) -> KpiFrame:
        """The samples as a frame."""
        return KpiFrame(tuple(self.samples))

    @property
    def report(self) -> Report:
        """What it is about, and the places that it measures."""
        measured = frozenset((sample.kpi, sample.dn, sample.slice) for sample in self.samples)
        places = measured | {(flaw.kpi, flaw.dn, flaw.slice) for flaw in self.flaws}
        return Report(safe(self.entity, _LONGEST_NAME), safe(self.job, _LONGEST_NAME), *self.window, places)

    @property
    def suspect(self) -> int:
        """The number of values that are marked as suspect."""
        return sum(flaw.check == "suspect flag" for flaw in self.flaws)

    def add(self, values: Sequence[tuple[str, str]], dn: str, is_suspect: bool) -> None:
        """Add the values of one object: (measurement type, text) as on the wire; a type may occur more than once."""
        objection = window_objection(*self.window, Reporter(granularity_s=self.granularity_s))
        if not objection and not _is_one_period(self.window, self.granularity_s):
            length = (self.window[1] - self.window[0]).total_seconds()
            objection = f"the window is {length:g} s long, but the granularity period is {self.granularity_s:g} s"
        for sample, text in self._samples(values, dn):
            if is_suspect:
                self.flaws.append(suspect(sample, "suspect flag", "its source marks it as suspect"))
            elif objection:
                self.flaws.append(refused(sample, "window", objection))
            elif text:
                self.flaws.append(refused(sample, "range", f"{text[:_EXCERPT]!r} is not a finite number"))
            else:
                self.samples.append(sample)

    def _samples(self, values: Sequence[tuple[str, str]], dn: str) -> Iterator[tuple[KpiSample, str]]:
        """Yield samples, with the text of those whose value is not a number."""
        counts = {name: text for name, text in values if name.startswith(SAMPLES_PREFIX)}
        for name, text in values:
            if name in counts:
                continue
            try:
                kpi, slice, definition = _measurement(name)
                parts = _parts(kpi, definition, text)
            except (ValueError, UnknownKpiError):
                self.ignored.add(name)
                continue
            count = _count(counts[SAMPLES_PREFIX + name]) if SAMPLES_PREFIX + name in counts else 1
            for part_kpi, part in parts:
                number, unreadable = _number(part)
                value = None if number is None else from_wire(part_kpi, number)
                yield KpiSample(part_kpi, dn, slice, *self.window, value, definition.unit, count), unreadable


def _is_one_period(window: tuple[datetime, datetime], granularity_s: float) -> bool:
    return math.isclose((window[1] - window[0]).total_seconds(), granularity_s, rel_tol=0.02)


@lru_cache(maxsize=1024)
def _measurement(name: str) -> tuple[str, Slice | None, KpiDefinition]:
    """Return KPI, slice and definition of a measurement type; raises ValueError, UnknownKpiError."""
    kpi, slice = parse_wire_name(name)
    return kpi, slice, measurement_definition(kpi)


def _parts(kpi: str, definition: KpiDefinition, text: str) -> list[tuple[str, str]]:
    """Return (KPI, text) once, or once per bin of a list; raises UnknownKpiError for more bins than the family has."""
    if not definition.binned or kpi != definition.name:
        return [(kpi, text)]
    parts = [(f"{kpi}.{index}", part) for index, part in enumerate(text.split(","))]
    measurement_definition(parts[-1][0])
    return parts


def _number(text: str) -> tuple[float | None, str]:
    """Return the number of a text, None if it is empty, and the text itself if it is neither."""
    if text.strip().upper() in _EMPTY:
        return None, ""
    if "_" in text or not text.isascii():  # Python reads them as numbers, the standards do not
        return None, text
    try:
        number = float(text)
    except ValueError:
        return None, text
    return (number, "") if math.isfinite(number) else (None, text)


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 1


def object_dn(entity: str, instance: str) -> str:
    """Return the object's DN starting at its ManagedElement, without a prefix such as SubNetwork or MeContext.

    instance: local to `entity`, or a full name. Raises ValueError if it is not a DN.
    """
    is_full = instance.startswith(("ManagedElement=", "SubNetwork=", "MeContext="))
    full = instance if is_full else f"{entity},{instance}".strip(",")
    position = full.find("ManagedElement=")
    dn = full[position:] if position > 0 else full
    parse_dn(dn)
    return dn
