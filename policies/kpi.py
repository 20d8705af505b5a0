"""KPIs: their definitions (TS 28.552 / 28.554) and frames of measured values.

1. A `KpiDefinition` says what a name means: unit, clause, which objects and slices it is kept for, which direction is good.
2. A `KpiSample` is one value of one KPI for one object (and slice) over one window. Values always carry their unit.
3. A `KpiFrame` is an immutable bundle of samples with the few queries that every reader needs.
Definitions are data: `policies/data/kpis.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from policies.slices import Slice
from policies.word import Word

_FILE = Path(__file__).parent / "data" / "kpis.toml"


class UnknownKpiError(ValueError):
    """The name is not a KPI of the catalogue."""


class KpiDefinition(Word):
    """What a KPI name means."""

    name: str
    title: str
    unit: str
    spec: str
    clause: str
    definition: str
    better: Literal["higher", "lower", "neutral"]
    levels: tuple[Literal["network", "cell", "slice", "relation"], ...]
    aliases: tuple[str, ...] = ()
    lowest: float = 0.0
    highest: float | None = None
    derived: bool = False
    binned: bool = False

    @property
    def is_network_wide(self) -> bool:
        """Whether a target is for the whole network, whichever cells it names.

        True for energy and power (PEE, TS 28.552 clause 5.1.1.19): a saving that neighbour cells pay for is not a saving.
        """
        return self.name.startswith("PEE.")


@cache
def kpi_definitions() -> dict[str, KpiDefinition]:
    """Return every KPI definition by name, in the catalogue's order."""
    with _FILE.open("rb") as file:
        raw = tomllib.load(file)["kpi"]
    return {entry["name"]: KpiDefinition.model_validate(entry) for entry in raw}


def kpi_definition(name: str) -> KpiDefinition:
    """Return the definition of `name`; a bin such as `CARR.WBCQIDist.7` has its family's. Raises UnknownKpiError."""
    known = kpi_definitions()
    family = name.rpartition(".")[0]
    if name in known:
        return known[name]
    if family in known and known[family].binned:
        return known[family]
    raise UnknownKpiError(f"kpi={name!r} is not in the KPI catalogue; known: {', '.join(known)}")


@dataclass(frozen=True, slots=True)
class KpiSample:
    """One value: `kpi` of `dn` (and `slice`) over [start, end), in `unit`.

    `value` is None where the window had nothing to measure (no transmission, so no delay): absent is not zero.
    `count` says how many events (packets, users, windows) stand behind the value.
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
    """An immutable bundle of samples."""

    samples: tuple[KpiSample, ...] = ()

    def __iter__(self) -> Iterator[KpiSample]:
        """Iterate over the samples."""
        return iter(self.samples)

    def __len__(self) -> int:
        """Count the samples."""
        return len(self.samples)

    def __add__(self, other: KpiFrame) -> KpiFrame:
        """Put two frames behind each other."""
        return KpiFrame(self.samples + other.samples)

    def keep(self, wanted: Callable[[KpiSample], bool]) -> KpiFrame:
        """Return the samples for which `wanted` is true."""
        return KpiFrame(tuple(sample for sample in self.samples if wanted(sample)))

    def where(self, kpi: str | None = None, dn: str | Iterable[str] | None = None, slice: Slice | None = None) -> KpiFrame:
        """Return the samples of a KPI, of one or several objects, of a slice (each filter only where given)."""
        names = {dn} if isinstance(dn, str) else None if dn is None else set(dn)
        return self.keep(
            lambda sample: (
                (kpi is None or sample.kpi == kpi)
                and (names is None or sample.dn in names)
                and (slice is None or sample.slice is slice)
            )
        )

    def values(self) -> list[float]:
        """Return the values that are there, in order."""
        return [sample.value for sample in self.samples if sample.value is not None]

    def mean(self) -> float | None:
        """Return the mean of the values that are there, or None where there is none."""
        values = self.values()
        return fmean(values) if values else None

    def windows(self) -> list[tuple[datetime, datetime]]:
        """Return the distinct (start, end) windows in time order."""
        return sorted({(sample.start, sample.end) for sample in self.samples})

    def to_records(self) -> list[dict[str, Any]]:
        """Return plain JSON-ready records, times in ISO 8601."""
        return [{**asdict(sample), "start": sample.start.isoformat(), "end": sample.end.isoformat()} for sample in self.samples]
