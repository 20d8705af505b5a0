"""Which samples came in one report: a corrected report replaces the whole of the one before."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from policies.kpi import KpiSample
from policies.slices import Slice
from tools.telemetry.delivery import Place, Report

_SAME = "SELECT id FROM reports WHERE start_s = ? AND entity = ? AND end_s = ? AND job = ? AND source = ?"
_PLACES = """SELECT kpi, dn, slice FROM samples JOIN series ON series.id = samples.series
WHERE start_s = ? AND end_s = ? AND replaced_by IS NULL AND value IS NOT NULL AND report = ?"""

Key = tuple[str, str, Slice | None, datetime, datetime]


class Origins:
    """Which report each sample of a delivery came in."""

    def __init__(self) -> None:
        self._owners: dict[tuple[datetime, datetime], dict[str, list[tuple[int, Report]]]] = {}

    def add(self, number: int, report: Report) -> None:
        """Add a report."""
        objects = self._owners.setdefault((report.start, report.end), {})
        for dn in {place[1] for place in report.places}:
            objects.setdefault(dn, []).append((number, report))

    def number(self, sample: KpiSample) -> int:
        """Return the number of a sample's report, 0 if it came in none."""
        owners = self._owners.get((sample.start, sample.end), {}).get(sample.dn, ())
        if len(owners) == 1:
            return owners[0][0]
        place = sample.kpi, sample.dn, sample.slice
        return next((number for number, report in reversed(owners) if place in report.places), 0)


def register(connection: sqlite3.Connection, source: str, reports: Iterable[Report]) -> tuple[Origins, set[Key]]:
    """Number the reports of a delivery; return their numbers, and what a corrected report no longer contains.

    A correction keeps the number of the report that it corrects.
    """
    origins, vanished = Origins(), set[Key]()
    for report in reports:
        number, missing = _number(connection, source, report)
        vanished |= {(*place, report.start, report.end) for place in missing}
        origins.add(number, report)
    return origins, vanished


def _number(connection: sqlite3.Connection, source: str, report: Report) -> tuple[int, set[Place]]:
    """Return the number of a report, and the stored places that it corrects away."""
    start_s, end_s = report.start.timestamp(), report.end.timestamp()
    for (number,) in connection.execute(_SAME, (start_s, report.entity, end_s, report.job, source)).fetchall():
        rows = connection.execute(_PLACES, (start_s, end_s, number))
        places: set[Place] = {(kpi, dn, Slice(name) if name else None) for kpi, dn, name in rows}
        if report.corrects(places):
            return number, places - report.places
    statement = "INSERT INTO reports(source, entity, job, start_s, end_s) VALUES (?, ?, ?, ?, ?)"
    values = (source, report.entity, report.job, start_s, end_s)
    return int(connection.execute(statement, values).lastrowid or 0), set()
