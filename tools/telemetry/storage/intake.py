"""The door into the KPI store: checks a delivery and stores its samples, flaws, unreadable reports and progress, all or nothing.

A later delivery of the same series and window replaces the earlier one; delivered again unchanged, it is stored once. A sample
that turns out to be suspect, or that its corrected report no longer contains, is withdrawn: its newest version has no value.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from policies.kpi import KpiSample, counter_definitions
from policies.quality.flaw import Flaw, suspect
from policies.quality.reporter import Reporter
from policies.quality.screening import conflict, screen
from policies.quality.trend import Past
from tools.telemetry.delivery import Delivery
from tools.telemetry.storage import quarantine
from tools.telemetry.storage.cursors import record_progress
from tools.telemetry.storage.overlap import over_flawed, overlapping
from tools.telemetry.storage.reports import Key, register
from tools.telemetry.storage.rows import current_rows, sample_of
from tools.telemetry.storage.samples import put_samples

_WITHDRAWING = ("consistency", "suspect flag")
_CONFLICTING_FACTOR = 1.5


def take_in(connection: sqlite3.Connection, delivery: Delivery, reporter: Reporter, past: Past) -> int:
    """Store a delivery within the open transaction; return the number of new or replaced samples.

    Raises CursorMovedError if another process has stored from the same source meanwhile, sqlite3.Error.
    """
    record_progress(connection, delivery)
    windows = {(sample.start, sample.end) for sample in delivery.frame}
    stored = list(current_rows(connection, {start for start, _ in windows}))
    screening = screen(delivery.frame, past, reporter, stored)
    counters = counter_definitions()  # they only serve to check others
    good = [sample for sample in screening.good if sample.kpi not in counters]
    seconds = _utc(windows)
    flaws = [*delivery.flaws, *screening.flaws, *overlapping(connection, good, seconds)]
    flaws += _between_sources(connection, delivery.source, good)
    good = _without(good, flaws)
    longer = list(over_flawed(connection, good, flaws, seconds))
    good, flaws = _without(good, longer), [*flaws, *longer]
    with_samples = {(sample.start, sample.end) for sample in good}
    reports = [report for report in delivery.reports if (report.start, report.end) in with_samples]
    origins, vanished = register(connection, delivery.source, reports)
    count = put_samples(connection, good, delivery.source, origins)
    suspects = {_key(flaw) for flaw in flaws if flaw.check in _WITHDRAWING and flaw.start.tzinfo is not None}
    _withdraw(connection, suspects | vanished, delivery.source)
    quarantine.put_flaws(connection, delivery.source, flaws, _newest(connection, reporter))
    quarantine.put_letters(connection, delivery.source, delivery.letters)
    return count


def _without(samples: list[KpiSample], flaws: list[Flaw]) -> list[KpiSample]:
    flawed = {_key(flaw) for flaw in flaws}
    return [sample for sample in samples if _key(sample) not in flawed] if flawed else samples


def _utc(windows: Iterable[tuple[datetime, datetime]]) -> list[tuple[float, float]]:
    """Return the windows in seconds, those without an offset left out: their samples are refused."""
    return [(start.timestamp(), end.timestamp()) for start, end in windows if start.tzinfo is not None and end.tzinfo is not None]


def _key(item: KpiSample | Flaw) -> Key:
    return item.kpi, item.dn, item.slice, item.start, item.end


def _newest(connection: sqlite3.Connection, reporter: Reporter) -> float:
    newest = connection.execute("SELECT MAX(end_s) FROM windows").fetchone()[0]
    return float(newest) if newest is not None else (reporter.now or datetime.fromtimestamp(0, UTC)).timestamp()


def _withdraw(connection: sqlite3.Connection, keys: Collection[Key], source: str) -> None:
    """Replace stored samples by versions without a value."""
    stored = current_rows(connection, {key[3] for key in keys})
    withdrawn = [replace(row, value=None, count=0) for row in stored if _key(row) in keys and row.value is not None]
    put_samples(connection, withdrawn, source)


def _between_sources(connection: sqlite3.Connection, source: str, samples: list[KpiSample]) -> Iterator[Flaw]:
    """Yield a measurement conflict where another source has delivered another value: which of them is right is not known."""
    statement = (
        "SELECT kpi, dn, slice, start_s, end_s, value, unit, count, source FROM samples JOIN series ON series.id = samples.series"
        " WHERE start_s = ? AND replaced_by IS NULL AND value IS NOT NULL AND source NOT IN ('', ?)"
    )
    if not source:
        return
    others: dict[tuple[object, ...], tuple[KpiSample, str]] = {}
    for start in {sample.start for sample in samples}:
        for row in connection.execute(statement, (start.timestamp(), source)):
            other = sample_of(row[:8])
            others[_key(other)] = other, row[8]
    for sample in samples if others else ():
        if _key(sample) not in others:
            continue
        other, name = others[_key(sample)]
        if _contradict(sample.value, other.value):
            reason = f"measurement conflict: {sample.value:g} {sample.unit} here, {other.value:g} {other.unit} from {name}"
            yield suspect(sample, "consistency", reason)


def _contradict(one: float | None, other: float | None) -> bool:
    if one is None or other is None or not conflict([one, other]):
        return False
    low, high = sorted((abs(one), abs(other)))
    return low == 0 or high / low >= _CONFLICTING_FACTOR
