"""Which granularity answers a question, where measurements are reported with several.

Windows of two granularities overlap and tell the same twice. In an answer each KPI has one granularity at a time: of those in
force at the end (whose newest window ended less than two of its lengths before) the one in which the most of the objects and
slices in question are measured; of equals, the finest. From the beginning of its first window on, the windows of others are left
out; for what was before, the same rule holds again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tools.telemetry.storage.versions import Version
from twins.network import KpiQuery

_TOLERANCE_S = 0.002
_IN_FORCE = 2.0
_FOREVER = 1e18
_WINDOWS = "SELECT start_s, end_s FROM windows WHERE start_s > ? AND end_s <= ? AND ABS(end_s - start_s - ?) < ?"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which a KPI has windows of `length_s` seconds, which begin at or after `start_s` and end by `until_s`."""

    length_s: float
    start_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The windows that answer a question about some KPIs, newest stretch first; without stretches, all windows."""

    kpis: tuple[str, ...]
    stretches: tuple[Stretch, ...] = ()

    @property
    def condition(self) -> str:
        """The SQL condition of its windows."""
        one = f"(ABS(end_s - start_s - ?) < {_TOLERANCE_S} AND start_s >= ? AND end_s <= ?)"
        return f"({' OR '.join([one] * len(self.stretches)) or '1'})"

    @property
    def values(self) -> list[float]:
        """The values of the condition."""
        return [value for stretch in self.stretches for value in (stretch.length_s, stretch.start_s, stretch.until_s)]


@dataclass(frozen=True)
class Chooser:
    """Chooses the granularities for a question about a state of the store: its version, and the end of its newest window."""

    connection: sqlite3.Connection
    query: KpiQuery
    version: Version | None
    horizon_s: float
    _in_force: dict[tuple[float, float], list[tuple[float, float]]] = field(default_factory=dict)

    def timelines(self) -> list[Timeline]:
        """Return the timelines of the KPIs in question; none if all windows of the store are of one length."""
        rows = self.connection.execute("SELECT kpi, length_s, first_s FROM granularities ORDER BY kpi, length_s").fetchall()
        if len({length for _, length, _ in rows}) < 2:
            return []
        lengths: dict[str, dict[float, float]] = {}
        for kpi, length, first in rows:
            if not self.query.kpis or {kpi, kpi.rpartition(".")[0]} & set(self.query.kpis):
                lengths.setdefault(kpi, {})[length] = first
        kpis: dict[tuple[Stretch, ...], list[str]] = {}
        for kpi, first_s in lengths.items():
            kpis.setdefault(tuple(self._stretches(kpi, first_s)), []).append(kpi)
        return [Timeline(tuple(names), stretches) for stretches, names in kpis.items()]

    def _stretches(self, kpi: str, first_s: dict[float, float]) -> Iterable[Stretch]:
        until, left = _FOREVER, dict(first_s)
        while left:
            length = self._chosen(kpi, left, min(until, self.horizon_s))
            if length is None:
                if until == _FOREVER:
                    return  # it is not reported any more: nothing old may pass for new
                length = max(left, key=lambda other: left[other])
            yield Stretch(length, left[length], until)
            until = left[length]
            left = {other: first for other, first in left.items() if first < until}

    def _chosen(self, kpi: str, lengths: Iterable[float], end_s: float) -> float | None:
        """Return the granularity that was in force at a time, None if none was."""
        alive = [length for length in lengths if self._newest(length, end_s)]
        if len(alive) < 2:
            return next(iter(alive), None)
        return min(alive, key=lambda length: (-self._objects(kpi, self._newest(length, end_s)), length))

    def _newest(self, length: float, end_s: float) -> list[tuple[float, float]]:
        """Return the windows of a length that ended less than two lengths before a time."""
        key = length, end_s
        if key not in self._in_force:
            bounds = (end_s - (1 + _IN_FORCE) * length, end_s + _TOLERANCE_S, length, _TOLERANCE_S)
            self._in_force[key] = self.connection.execute(_WINDOWS, bounds).fetchall()
        return self._in_force[key]

    def _objects(self, kpi: str, windows: Sequence[tuple[float, float]]) -> int:
        """Return how many objects and slices of the question are measured in these windows."""
        clauses, values = ["start_s = ?", "end_s = ?", "kpi = ?", "value IS NOT NULL"], list[str | float]([kpi])
        for column, options in (("dn", self.query.dns), ("slice", tuple(item.value for item in self.query.slices))):
            if options:
                clauses.append(f"{column} IN ({', '.join('?' * len(options))})")
                values += options
        if self.version is not None:
            clauses += self.version.clauses
            values += self.version.values
        else:
            clauses.append("replaced_by IS NULL")
        statement = f"SELECT series FROM samples JOIN series ON series.id = samples.series WHERE {' AND '.join(clauses)}"  # noqa: S608
        return len({number for window in windows for (number,) in self.connection.execute(statement, (*window, *values))})
