"""Fetching of PM reports, in order, with detection of gaps and restarts, within limits."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from policies.kpi import KpiFrame
from policies.quality.flaw import Flaw
from policies.text.foreign import safe
from tools.oran.pace import BehindError, Pace
from tools.oran.peer import Answer, Peer, PeerError, PeerSettings
from tools.telemetry.delivery import Cursor, DeadLetter, Delivery, Report
from tools.telemetry.pm_reading import PmReading, PmReportError
from tools.telemetry.pm_report import read_report

_PAGE = 20
_MAX_IGNORED_NAMES = 1000


@dataclass(frozen=True)
class PullLimits:
    """How much one pull may fetch: pages, bytes, wall seconds. The next pull goes on from there.

    Weeks of history of a network of a hundred cells are within pages and bytes: 4096 periods of the stadium are 1 GiB. The time
    is below that of the tools that pull, so that they can say how far behind the reports are.
    """

    pages: int = 1000
    bytes: int = 4 << 30
    seconds: float = 15.0


@dataclass(frozen=True)
class _Page:
    """A page of reports: `following` is the cursor after it; last, oldest, log: of the peer's log, if stated."""

    answer: Answer
    reports: list[Any]
    following: int
    last: int | None
    oldest: int
    log: str

    @property
    def digest(self) -> str:
        """The checksum of the reports."""
        return sha256(json.dumps(self.reports, sort_keys=True).encode()).hexdigest()


class PmClient:
    """Pulls new reports from `url` + `path`; `ignored` names the measurement types that are not in the KPI catalogue.

    `limits` bound one pull.
    """

    def __init__(
        self, url: str, settings: PeerSettings | None = None, path: str = "/pm/v1/reports", limits: PullLimits | None = None
    ) -> None:
        self.peer = Peer("PM", url, settings)
        self.path = path
        self.ignored: set[str] = set()
        self._limits = limits or PullLimits()
        self._start = 0

    @property
    def name(self) -> str:
        """Host, port and path of the source, without credentials."""
        parts = urlsplit(self.peer.url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.hostname}{port}{parts.path}{self.path}"

    def close(self) -> None:
        """Close the connections."""
        self.peer.close()

    def skip_all_but(self, periods: int) -> None:
        """Start with the last `periods` granularity periods instead of the peer's oldest; raises PeerError."""
        page = self._page(2**31, limit=1)
        if page.last is None:
            raise page.answer.garbage("{last: number} was expected")
        self._start = max(page.last - periods, 0)

    def deliveries(self, cursor: Cursor | None) -> Iterator[Delivery]:
        """Yield a delivery per page of new reports, until the newest report at the beginning of the pull.

        Raises PeerError if the peer does not answer, its answer is invalid, or the limits are reached.
        """
        budget = _Budget(self._limits)
        page = self._first_page(cursor)
        restarted = _is_restarted(cursor, page) or self._is_forgotten(cursor, page)
        position = Cursor(after=0 if restarted else max(cursor.after if cursor else 0, self._start), log=page.log)
        page = self._page(position.after) if restarted else page
        target, before, previous = page.last, cursor, ""
        pace = Pace(first=max(position.after, page.oldest - 1), last=page.last)
        while page.reports:
            _check_progress(page, position.after, previous)
            delivery = self._delivery(page, before, position, restarted)
            yield delivery
            if page.last is not None and target is not None and page.following >= target:
                return
            budget.spend(page, self.name)
            if budget.is_out_of_time:
                raise self._behind(page, delivery, pace)
            before = position = delivery.after or position
            restarted, previous = False, page.digest
            page = self._page(position.after)

    def _behind(self, page: _Page, delivery: Delivery, pace: Pace) -> BehindError:
        """Return why the pull ends before the newest report; the peer is asked for its newest once more."""
        pace.at, pace.newest = page.following, self._page(page.following, limit=1).last
        pace.granularity_s = next(((sample.end - sample.start).total_seconds() for sample in delivery.frame), None)
        return pace.error(self.name)

    def _first_page(self, cursor: Cursor | None) -> _Page:
        return self._page(max(cursor.after if cursor else 0, self._start))

    def _is_forgotten(self, cursor: Cursor | None, page: _Page) -> bool:
        """Whether a peer that states neither `last` nor new reports lacks the period that was read last: it numbers anew."""
        if cursor is None or not cursor.after or page.reports or page.last is not None or (page.log and cursor.log):
            return False
        readings, _ = _read(self._page(cursor.after - 1, limit=1).reports)
        ends = [reading.window[1] for reading in readings]
        return not ends or (cursor.end is not None and min(ends) > cursor.end)

    def _page(self, after: int, limit: int = _PAGE) -> _Page:
        answer = self.peer.request("GET", self.path, params={"after": after, "limit": limit})
        page = answer.object()
        reports, following, last, oldest = page.get("reports"), page.get("next"), page.get("last"), page.get("oldest", 0)
        if not isinstance(reports, list) or not _is_number(following) or not _is_number(oldest):
            raise answer.garbage("{reports: [...], next: number} was expected")
        if last is not None and not _is_number(last):
            raise answer.garbage("{last: number} was expected")
        return _Page(answer, reports, following, last, oldest, safe(str(page.get("log") or ""), 200))

    def _delivery(self, page: _Page, before: Cursor | None, position: Cursor, restarted: bool) -> Delivery:
        delivered, letters = _read(page.reports)
        newest = _newest(delivered)
        readings = [reading for reading, _ in newest]
        if len(self.ignored) < _MAX_IGNORED_NAMES:
            self.ignored.update(*(reading.ignored for reading in readings))
        ends = [reading.window[1] for reading in readings]
        end = max([*ends, *([before.end] if before and before.end and not restarted else [])], default=None)
        flaws: list[Flaw] = [flaw for reading in readings for flaw in reading.flaws]
        return Delivery(
            source=self.name,
            frame=KpiFrame(tuple(sample for reading in readings for sample in reading.samples)),
            flaws=tuple(flaws),
            letters=tuple(letters),
            reports=tuple(report for _, report in newest),
            before=before,
            after=Cursor(after=page.following, log=page.log, end=end),
            missed=_missed(page, before, position, delivered, restarted),
            restarted=restarted,
        )


class _Budget:
    """What is left of the limits of one pull."""

    def __init__(self, limits: PullLimits) -> None:
        self._limits = limits
        self._pages = self._bytes = 0
        self._until = time.monotonic() + limits.seconds

    def spend(self, page: _Page, name: str) -> None:
        """Count a page; raises PeerError if that was the last one."""
        self._pages += 1
        self._bytes += len(page.answer.body)
        over = (
            (self._pages >= self._limits.pages, f"{self._limits.pages} pages"),
            (self._bytes >= self._limits.bytes, f"{self._limits.bytes} bytes"),
        )
        for reached, limit in over:
            if reached:
                raise PeerError(
                    f"PM at {name}: there are more reports than {limit} in one pull; those read so far are stored, and the next "
                    "pull goes on from there; check whether the peer's `next` ever ends"
                )

    @property
    def is_out_of_time(self) -> bool:
        """Whether the time of the pull is up."""
        return time.monotonic() >= self._until


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**62


def _is_restarted(cursor: Cursor | None, page: _Page) -> bool:
    """Whether the peer numbers its periods anew: by the name of its log, or since it lacks those read or the next."""
    if cursor is None:
        return False
    if page.log and cursor.log:
        return page.log != cursor.log
    return (page.last is not None and page.last < cursor.after) or _is_time_missing(cursor, page)


def _is_time_missing(cursor: Cursor, page: _Page) -> bool:
    """Whether periods are missing between the cursor and the page although none is by their numbers."""
    readings, _ = _read(page.reports[:1])
    if cursor.end is None or not readings or page.oldest > cursor.after + 1:
        return False
    return (readings[0].window[0] - cursor.end).total_seconds() > 1.5 * readings[0].granularity_s


def _check_progress(page: _Page, after: int, previous: str) -> None:
    if page.following <= after:
        raise page.answer.garbage(f"next={page.following} does not go beyond after={after}")
    if page.last is not None and page.following > page.last:
        raise page.answer.garbage(f"next={page.following} is beyond last={page.last}")
    most = max(after, page.oldest - 1) + max(len(page.reports), _PAGE)
    if page.last is None and page.following > most:
        raise page.answer.garbage(f"next={page.following} skips periods after={after} that no `last` confirms")
    if previous and page.digest == previous:
        raise page.answer.garbage("it repeats the reports of the page before")


def _read(reports: list[Any]) -> tuple[list[PmReading], list[DeadLetter]]:
    """Read the reports; those that cannot be read become dead letters and do not affect the others."""
    readings, letters = [], []
    for report in reports:
        try:
            readings.append(read_report(report))
        except PmReportError as error:
            letters.append(DeadLetter(json.dumps(report).encode(), str(error)))
    return readings, letters


def _periods(readings: list[PmReading]) -> int:
    """Return the number of periods in a page: a window counts again where an element reports it again, as a correction."""
    times: dict[tuple[datetime, datetime], Counter[str]] = {}
    for reading in readings:
        times.setdefault(reading.window, Counter())[reading.entity] += 1
    return sum(max(entities.values()) for entities in times.values())


def _newest(readings: list[PmReading]) -> list[tuple[PmReading, Report]]:
    """Return the readings, and what they are about, without those that a later one of the same page corrects."""
    kept: list[tuple[PmReading, Report]] = []
    later: dict[tuple[object, ...], list[Report]] = {}
    for reading in reversed(readings):
        report = reading.report
        about = later.setdefault(report.about, [])
        if not any(other.corrects(report.places) for other in about):
            kept.append((reading, report))
            about.append(report)
    return kept[::-1]


def _missed(page: _Page, before: Cursor | None, position: Cursor, readings: list[PmReading], restarted: bool) -> int:
    """Return the number of periods between `before` and the page, and in it: by their numbers, after a restart by their time.

    A report that cannot be read may be a period of its own.
    """
    if before is None or not before.after:
        return 0
    if not restarted:
        skipped = page.following - position.after - _periods(readings) - (len(page.reports) - len(readings))
        return max(0, page.oldest - position.after - 1, skipped)
    if before.end is None or not readings:
        return 0
    first = min(readings, key=lambda reading: reading.window)
    return max(0, round((first.window[0] - before.end).total_seconds() / max(first.granularity_s, 1e-3)))
