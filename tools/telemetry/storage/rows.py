"""Rows of the KPI store as samples."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter

from policies.kpi import KpiSample
from policies.quality.flaw import Flaw
from policies.quality.grouping import grouped
from policies.quality.invariant import TREND_KPIS
from policies.quality.trend import HISTORY, PERSISTENT, Past
from policies.slices import Slice

COLUMNS = "kpi, dn, slice, start_s, end_s, value, unit, count"
_CURRENT = f"SELECT {COLUMNS} FROM samples JOIN series ON series.id = samples.series WHERE replaced_by IS NULL"  # noqa: S608

_UNCONTRADICTED = "end_s NOT IN (SELECT at_s FROM quarantine WHERE found_by = 'consistency')"

_SLICES: dict[str, Slice | None] = {"": None} | {slice.value: slice for slice in Slice}

Row = tuple[str, str, str, float, float, float | None, str, int]


@lru_cache(maxsize=4096)
def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)  # thousands of rows share a window


def sample_of(row: Row) -> KpiSample:
    """Return a row as a sample."""
    kpi, dn, name, start, end, value, unit, count = row
    return KpiSample(
        kpi=kpi,
        dn=dn,
        slice=_SLICES[name],
        start=_time(start),
        end=_time(end),
        value=value,
        unit=unit,
        count=count,
    )


def current_rows(connection: sqlite3.Connection, starts: Iterable[datetime]) -> Iterator[KpiSample]:
    """Yield the current samples of the windows that begin at `starts`; times without an offset are none of the store's."""
    for start in sorted(start for start in starts if start.tzinfo is not None):
        yield from map(sample_of, connection.execute(f"{_CURRENT} AND start_s = ?", (start.timestamp(),)))


def past_before(connection: sqlite3.Connection, start: datetime) -> Past:
    """Return windows that begin before `start` for the check of trends: the newest, and the newest without a contradiction."""
    starts = sorted({*_starts(connection, start, "1", PERSISTENT), *_starts(connection, start, _UNCONTRADICTED, HISTORY)})
    past = Past()
    for moment in starts:
        rows = connection.execute(f"{_CURRENT} AND start_s = ?", (moment,))
        good = {_key(row): sample_of(row) for row in rows if row[0] in TREND_KPIS or row[0].rpartition(".")[0] in TREND_KPIS}
        contradicted = _contradicted(connection, moment)
        samples = good | {(flaw.kpi, flaw.dn, flaw.slice, flaw.end.timestamp()): _as_delivered(flaw) for flaw in contradicted}
        for (_, end), groups in sorted(grouped(samples.values())[0].items(), key=itemgetter(0)):
            fresh = past.add(groups)
            past.mark_newest(flaw for flaw in contradicted if flaw.end == end and (flaw.dn, flaw.slice) in fresh)
    return past


def _starts(connection: sqlite3.Connection, before: datetime, condition: str, count: int) -> list[float]:
    statement = f"SELECT DISTINCT start_s FROM windows WHERE start_s < ? AND {condition} ORDER BY start_s DESC LIMIT ?"  # noqa: S608
    return [start for (start,) in connection.execute(statement, (before.timestamp(), count))]


def _key(row: Row) -> tuple[str, str, Slice | None, float]:
    return row[0], row[1], _SLICES[row[2]], row[4]


def _contradicted(connection: sqlite3.Connection, start: float) -> list[Flaw]:
    """Return the flaws of a window that other measurements contradict: whether a jump persists is seen from them, too."""
    ends = connection.execute("SELECT end_s FROM windows WHERE start_s = ?", (start,)).fetchall()
    statement = "SELECT flaw FROM quarantine WHERE at_s = ? AND found_by = 'consistency'"
    flaws = (Flaw.model_validate_json(text) for end in ends for (text,) in connection.execute(statement, end))
    return [flaw for flaw in flaws if flaw.start.timestamp() == start]


def _as_delivered(flaw: Flaw) -> KpiSample:
    return KpiSample(flaw.kpi, flaw.dn, flaw.slice, flaw.start, flaw.end, flaw.value, flaw.unit)
