"""PM files on their way into the KPI store: the same checks, quarantine and dead letters as for reports that are pulled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from policies.kpi import KpiFrame
from policies.quality.reporter import Reporter
from policies.text.foreign import safe
from policies.word import Word
from tools.telemetry.delivery import DeadLetter, Delivery, Report
from tools.telemetry.increments import Increments
from tools.telemetry.pm_file import read_pm_file
from tools.telemetry.pm_reading import PmReading, PmReportError
from tools.telemetry.storage.quarantine import MAX_LETTER_BYTES
from tools.telemetry.store import KpiStore

SOURCE = "PM files"
_LONGEST = 200


class FileReport(Word):
    """How a file was taken in: new samples, or the reason why it, or a part of it (`unread`), could not be read."""

    path: str
    samples: int = 0
    ignored: tuple[str, ...] = ()
    reason: str = ""
    unread: tuple[str, ...] = ()


def take_in_files(
    paths: Sequence[Path], store: KpiStore, cumulative: Collection[str] = (), reporter: Reporter | None = None
) -> list[FileReport]:
    """Store the files in order; one that cannot be read becomes a dead letter and does not affect the others.

    cumulative: KPIs whose counters are not reset in each period. Raises KpiStoreError.
    """
    increments = Increments(cumulative)
    return [_take_in(path, store, increments, reporter) for path in paths]


def _take_in(path: Path, store: KpiStore, increments: Increments, reporter: Reporter | None) -> FileReport:
    try:
        readings = read_pm_file(path)
    except PmReportError as error:
        store.take_in(Delivery(source=SOURCE, letters=(DeadLetter(_excerpt(path), str(error)),)))
        return FileReport(path=str(path), reason=str(error))
    frame = increments.of(KpiFrame(tuple(sample for reading in readings for sample in reading.samples)))
    flaws = tuple(flaw for reading in readings for flaw in reading.flaws)
    ignored = {name for reading in readings for name in reading.ignored}
    letters = tuple(letter for reading in readings for letter in reading.letters)
    delivery = Delivery(source=_sender(readings), frame=frame, flaws=flaws, reports=_reports(readings), letters=letters)
    count = store.take_in(delivery, reporter)
    unread = tuple(letter.reason for letter in letters)
    return FileReport(path=str(path), samples=count, ignored=tuple(sorted(ignored)), unread=unread)


def _sender(readings: Sequence[PmReading]) -> str:
    """Return the source that a file comes from: files of another DN prefix contradict these, and do not correct them."""
    prefixes = {reading.entity.partition("ManagedElement=")[0].strip(",") for reading in readings} - {""}
    return f"{SOURCE} of {safe(min(prefixes), _LONGEST)}" if prefixes else SOURCE


def _reports(readings: Sequence[PmReading]) -> tuple[Report, ...]:
    """Return what a file says of each element and window, whose measurements are in many measInfo, as one report."""
    merged: dict[tuple[object, ...], Report] = {}
    for report in (reading.report for reading in readings):
        earlier = merged.get(report.about)
        merged[report.about] = report if earlier is None else replace(report, places=report.places | earlier.places)
    return tuple(merged.values())


def _excerpt(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_LETTER_BYTES)
    except OSError:
        return b""
