"""KPIs: their definitions (TS 28.552 / 28.554) and frames of measured values.

1. A `KpiDefinition` holds a KPI's unit, clause, aggregation levels (network, cell, slice, relation) and better direction.
2. A `KpiSample` is one value of a KPI for one object (and slice) over one window, always with its unit.
3. A `KpiFrame` is an immutable collection of samples with common queries.
The definitions are read from `policies/data/kpis.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from policies.slices import Slice
from policies.word import Word

_FILE = Path(__file__).parent / "data" / "kpis.toml"


class UnknownKpiError(ValueError):
    """The name is not in the KPI catalogue."""


class KpiDefinition(Word):
    """The definition of a KPI.

    lowest, highest: bounds of its value in `unit`; highest_per_s: bound of an extensive KPI per second of its window.
    bounds_source: where the bounds come from. integer: it counts events. bins: number of bins of a family `NAME.0`, `NAME.1`, …;
    0 for no family. across_cells, across_slices, across_windows: how values of several objects or windows combine
    (`policies.assessment`). weighted_by: KPI that is a ratio's denominator, by which a mean is weighted, instead of by count;
    empty for none. memory_s: for how many seconds the counter still contains what was before; 0 for the measurements of
    TS 28.552, which start anew in each granularity period. A filter of the peer makes it longer (setting `commitment.memory`).
    """

    name: str
    title: str
    unit: str
    spec: str
    clause: str
    definition: str
    better: Literal["higher", "lower", "neutral"]
    levels: tuple[Literal["network", "cell", "slice", "relation"], ...]
    aliases: tuple[str, ...] = ()
    lowest: float
    highest: float | None = None
    highest_per_s: float | None = None
    bounds_source: str
    integer: bool = False
    derived: bool = False
    bins: int = 0
    across_cells: Literal["sum", "mean"] = "mean"
    across_slices: Literal["sum", "mean", "none"] = "mean"
    across_windows: Literal["sum", "mean", "none"] = "mean"
    weighted_by: str = ""
    memory_s: float = 0.0

    @property
    def binned(self) -> bool:
        """Whether it is a family of bins."""
        return self.bins > 0

    @property
    def moves_to_neighbours(self) -> bool:
        """Whether a gain in some cells may be paid for by others, so that as a side effect it is watched over the whole network.

        True for energy and power (PEE, TS 28.552 clause 5.1.1.19). A target is nevertheless for the cells that it names.
        """
        return self.name.startswith("PEE.")


@cache
def kpi_definitions() -> dict[str, KpiDefinition]:
    """Return every KPI definition by name, in the catalogue's order."""
    with _FILE.open("rb") as file:
        raw = tomllib.load(file)["kpi"]
    return {entry["name"]: KpiDefinition.model_validate(entry) for entry in raw}


def kpi_definition(name: str) -> KpiDefinition:
    """Return the definition of `name`; for a bin such as `CARR.WBCQIDist.7`, that of its family. Raises UnknownKpiError."""
    definitions = kpi_definitions()
    family, _, index = name.rpartition(".")
    if name in definitions:
        return definitions[name]
    if family in definitions and index in _indices(definitions[family].bins):
        return definitions[family]
    raise UnknownKpiError(f"kpi={name!r} is not in the KPI catalogue; known: {', '.join(definitions)}")


def with_weights(names: Iterable[str]) -> tuple[str, ...]:
    """Return the KPIs, once each, and those by which they are weighted; raises UnknownKpiError."""
    wanted = list(names)
    return tuple(dict.fromkeys([*wanted, *(weight for name in wanted if (weight := kpi_definition(name).weighted_by))]))


@cache
def counter_definitions() -> dict[str, KpiDefinition]:
    """Return the definitions of measurements that networks report, and that are only used to check the KPIs, by name."""
    with _FILE.open("rb") as file:
        raw = tomllib.load(file)["counter"]
    return {entry["name"]: KpiDefinition.model_validate(entry) for entry in raw}


@lru_cache(maxsize=1024)
def measurement_definition(name: str) -> KpiDefinition:
    """Return the definition of a KPI or counter; raises UnknownKpiError."""
    return counter_definitions().get(name) or kpi_definition(name)


@cache
def _indices(bins: int) -> frozenset[str]:
    return frozenset(map(str, range(bins)))


@dataclass(frozen=True, slots=True)
class KpiSample:
    """The value of `kpi` for `dn` (and `slice`) over [start, end), in `unit`.

    `value` is None if there was nothing to measure in the window (no transmission, hence no delay): absent is not zero.
    `count` is the number of events (packets, users, windows) that the value is computed from.
    """

    kpi: str
    dn: str
    slice: Slice | None
    start: datetime
    end: datetime
    value: float | None
    unit: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class KpiFrame:
    """An immutable collection of samples."""

    samples: tuple[KpiSample, ...] = ()

    def __iter__(self) -> Iterator[KpiSample]:
        """Iterate over the samples."""
        return iter(self.samples)

    def __len__(self) -> int:
        """Count the samples."""
        return len(self.samples)

    def __add__(self, other: KpiFrame) -> KpiFrame:
        """Concatenate two frames."""
        return KpiFrame(self.samples + other.samples)

    def keep(self, predicate: Callable[[KpiSample], bool]) -> KpiFrame:
        """Return the samples for which `predicate` is true."""
        return KpiFrame(tuple(sample for sample in self.samples if predicate(sample)))

    def where(self, kpi: str | None = None, dn: str | Iterable[str] | None = None, slice: Slice | None = None) -> KpiFrame:
        """Return the samples that match all given filters: KPI, one or several DNs, slice."""
        names = {dn} if isinstance(dn, str) else None if dn is None else set(dn)
        return self.keep(
            lambda sample: (
                (kpi is None or sample.kpi == kpi)
                and (names is None or sample.dn in names)
                and (slice is None or sample.slice is slice)
            )
        )

    def values(self) -> list[float]:
        """Return the values that are not None, in order."""
        return [sample.value for sample in self.samples if sample.value is not None]

    def mean(self) -> float | None:
        """Return the mean of the values that are not None, or None if there are none."""
        values = self.values()
        return fmean(values) if values else None

    def windows(self) -> list[tuple[datetime, datetime]]:
        """Return the distinct (start, end) windows in time order."""
        return sorted({(sample.start, sample.end) for sample in self.samples})

    def to_records(self) -> list[dict[str, Any]]:
        """Return the samples as JSON-serializable records, times in ISO 8601."""
        return [_record(sample) for sample in self.samples]


def _record(sample: KpiSample) -> dict[str, Any]:
    # dataclasses.asdict copies each value, which takes ten times as long.
    record = {name: getattr(sample, name) for name in _SAMPLE_FIELDS}
    return record | {"start": sample.start.isoformat(), "end": sample.end.isoformat()}


_SAMPLE_FIELDS = tuple(field.name for field in fields(KpiSample))
