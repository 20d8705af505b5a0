"""The KPI store: current and historical samples in SQLite (WAL mode).

Whatever is written passes the checks of `policies.quality`; only good samples are returned, the others are in the quarantine. A
sample that is delivered twice is stored once (PM reports have at-least-once delivery), a corrected one replaces the older.
Several processes may write and read concurrently.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from policies.kpi import KpiFrame, kpi_definition
from policies.quality.flaw import Flaw
from policies.quality.reporter import Reporter
from policies.quality.trend import Past
from tools.telemetry.delivery import Cursor, DeadLetter, Delivery, Losses
from tools.telemetry.storage import quarantine
from tools.telemetry.storage.cursors import cursor_of, losses_of
from tools.telemetry.storage.granularity import Chooser, Timeline
from tools.telemetry.storage.intake import take_in
from tools.telemetry.storage.rows import COLUMNS, past_before, sample_of
from tools.telemetry.storage.schema import create_tables
from tools.telemetry.storage.versions import Version, set_aside_after, version_of
from twins.network import KpiQuery


class KpiStoreError(OSError):
    """The store cannot be opened or written; the message states the remedy."""


class KpiStore:
    """The KPI samples of a network in an SQLite file.

    `path` is created with its folder; raises KpiStoreError if that fails or the file is not a KPI store.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._local = threading.local()
        self._taking_in = threading.Lock()
        self._remembered: tuple[tuple[int, int], Past] | None = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            create_tables(self._connection())
        except (OSError, sqlite3.Error) as error:
            raise KpiStoreError(f"KPI store {self.path}: {error}; choose a writable data_dir with free space") from error

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            self._local.connection = connection
        return self._local.connection  # type: ignore[no-any-return]

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        connection.commit()

    def write(self, frame: KpiFrame, reporter: Reporter | None = None, source: str = "") -> int:
        """Check and store the frame in one transaction; return the number of new or replaced samples. Raises KpiStoreError.

        Samples that are not good go to the quarantine, see `flaws`. reporter: what is known of the network, for the checks.
        """
        return self.take_in(Delivery(source=source, frame=frame), reporter)

    def take_in(self, delivery: Delivery, reporter: Reporter | None = None) -> int:
        """Check and store a delivery, with the progress in its source, in one transaction, as `write` does.

        Raises CursorMovedError if another process was faster, KpiStoreError.
        """
        try:
            with self._taking_in, self._transaction() as connection:
                past = self._past(connection, delivery.frame)
                count = take_in(connection, delivery, reporter or Reporter(), past)
                self._remembered = _state(connection), past
                return count
        except sqlite3.Error as error:
            self._remembered = None
            raise KpiStoreError(f"KPI store {self.path}: {error}; is the disk full or read-only?") from error
        except BaseException:
            self._remembered = None
            raise

    def _past(self, connection: sqlite3.Connection, frame: KpiFrame) -> Past:
        """Return the windows before those of the frame: the ones remembered, if nothing else was stored since."""
        starts = [start for start in {sample.start for sample in frame} if start.tzinfo is not None]
        remembered, self._remembered = self._remembered, None
        if remembered is not None and remembered[0] == _state(connection) and all(map(remembered[1].precedes, starts)):
            return remembered[1]
        return past_before(connection, min(starts)) if starts else Past()

    def query(self, query: KpiQuery, version: Version | None = None, horizon: datetime | None = None) -> KpiFrame:
        """Return the samples that match the query, in time order, current ones or those of a version; raises UnknownKpiError.

        Where windows of several granularities overlap, one is chosen per KPI (`tools.telemetry.storage.granularity`): of those in
        force at `horizon`, by default the end of the newest window.
        """
        for name in query.kpis:
            kpi_definition(name)
        clauses, values = self._conditions(query)
        clauses += version.clauses if version is not None else ["replaced_by IS NULL"]
        values += version.values if version is not None else []
        rows = self._rows(clauses, values, self.timelines(query, version, horizon) or [Timeline(())], query)
        return KpiFrame(tuple(map(sample_of, rows)))

    def _rows(
        self, clauses: list[str], values: list[str | float], timelines: list[Timeline], query: KpiQuery
    ) -> Iterator[tuple[Any, ...]]:
        """Return the rows that meet the clauses, each KPI in the windows of its timeline."""
        alternatives = []
        for timeline in timelines:
            parts = [timeline.condition]
            values += timeline.values
            if timeline.kpis:
                parts.append(f"series.kpi IN ({', '.join('?' * len(timeline.kpis))})")
                values += timeline.kpis
            if query.windows is not None:
                parts.append("start_s >= ?")
                values.append(self._start_of_last(query.windows, query.end, timeline))
            alternatives.append(f"({' AND '.join(parts)})")
        statement = (  # the conditions are made of constants; every value is bound
            f"SELECT {COLUMNS} FROM samples JOIN series ON series.id = samples.series"  # noqa: S608
            f" WHERE {' AND '.join(clauses)} AND ({' OR '.join(alternatives)}) ORDER BY start_s, end_s, series"
        )
        return self._connection().execute(statement, values)

    def timelines(self, query: KpiQuery, version: Version | None = None, horizon: datetime | None = None) -> list[Timeline]:
        """Return which windows answer a query, by KPI; none if all windows of the store are of one length."""
        end = horizon or self.latest()
        return [] if end is None else Chooser(self._connection(), query, version, end.timestamp()).timelines()

    def everything(self) -> KpiFrame:
        """Return all samples, of all granularities, in time order."""
        return KpiFrame(tuple(map(sample_of, self._rows(["replaced_by IS NULL"], [], [Timeline(())], KpiQuery()))))

    def flaws(self, query: KpiQuery, last_id: int | None = None) -> tuple[Flaw, ...]:
        """Return the flaws that match the query, oldest first (up to `last_id`); `windows` are the newest ones stored."""
        timelines = self.timelines(query) or [Timeline(())] if query.windows is not None else []
        starts = [self._start_of_last(query.windows or 1, query.end, timeline) for timeline in timelines]
        since = min(starts, default=None)
        return quarantine.flaws(self._connection(), query, None if since == float("inf") else since, last_id)

    def last_flaw(self, until: datetime | None = None) -> int:
        """Return the id of the newest flaw (of windows that had ended by `until`), 0 for none."""
        return quarantine.last_flaw(self._connection(), until)

    def letters(self, source: str = "") -> tuple[DeadLetter, ...]:
        """Return the reports that could not be read (of a source), oldest first."""
        return quarantine.letters(self._connection(), source)

    def cursor(self, source: str) -> Cursor | None:
        """Return the progress in a source, None before its first delivery."""
        return cursor_of(self._connection(), source)

    def losses(self, source: str = "") -> Losses:
        """Return what was lost or set aside of a source (empty: of all) since its first delivery."""
        return losses_of(self._connection(), source)

    def version(self, until: datetime | None = None) -> Version:
        """Return the current version of all samples, or the one that was current when the newest window ended at `until`."""
        return version_of(self._connection(), until)

    def set_aside_after(self, moment: datetime) -> int:
        """Withdraw the windows that end after `moment`, which a restarted network no longer knows; return their number."""
        with self._taking_in, self._transaction() as connection:
            self._remembered = None
            return set_aside_after(connection, moment.timestamp())

    def _conditions(self, query: KpiQuery) -> tuple[list[str], list[str | float]]:
        clauses: list[str] = []
        values: list[str | float] = []
        columns = [f"series.{column}" for column in ("kpi", "dn", "slice")]
        filters: list[tuple[str, ...]] = [query.kpis, query.dns, tuple(slice.value for slice in query.slices)]
        for column, options in zip(columns, filters, strict=True):
            if options:
                alternatives = [f"{column} = ?"] * len(options)
                values += list(options)
                if column == "series.kpi":
                    # A binned family, such as CARR.WBCQIDist, matches all its bins.
                    alternatives += [f"{column} GLOB ?"] * len(options)
                    values += [f"{option}.[0-9]*" for option in options]
                clauses.append(f"({' OR '.join(alternatives)})")
        if query.start is not None:
            clauses.append("start_s >= ?")
            values.append(query.start.timestamp())
        if query.end is not None:
            clauses.append("end_s <= ?")
            values.append(query.end.timestamp())
        return clauses, values

    def _start_of_last(self, windows: int, end: datetime | None, timeline: Timeline) -> float:
        bound = end.timestamp() if end is not None else float("inf")
        rows = self._connection().execute(
            f"SELECT DISTINCT start_s FROM windows WHERE end_s <= ? AND {timeline.condition} ORDER BY start_s DESC LIMIT ?",  # noqa: S608
            (bound, *timeline.values, windows),
        )
        starts = [row[0] for row in rows]
        return float(starts[-1]) if starts else float("inf")

    def latest(self, until: datetime | None = None) -> datetime | None:
        """Return the end of the newest window that had ended by `until` (None: of all windows); None if there is none."""
        bound = until.timestamp() if until is not None else float("inf")
        row = self._connection().execute("SELECT MAX(end_s) FROM windows WHERE end_s <= ?", (bound,)).fetchone()
        return None if row[0] is None else datetime.fromtimestamp(row[0], UTC)

    def earliest(self) -> datetime | None:
        """Return the start of the oldest window, None if there is none."""
        row = self._connection().execute("SELECT MIN(start_s) FROM windows").fetchone()
        return None if row[0] is None else datetime.fromtimestamp(row[0], UTC)

    def count(self) -> int:
        """Return the number of stored samples, each counted once whatever its versions."""
        return int(self._connection().execute("SELECT COUNT(*) FROM samples WHERE replaced_by IS NULL").fetchone()[0])


def _state(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the number of the newest sample and flaw."""
    samples, flaws = connection.execute(
        "SELECT (SELECT COALESCE(MAX(seq), 0) FROM samples), (SELECT COALESCE(MAX(id), 0) FROM quarantine)"
    ).fetchone()
    return int(samples), int(flaws)
