"""Reader of 3GPP PM files (TS 32.435, measCollec and measData XML): converts them to samples in catalogue units and flaws.

Each measInfo has its own granularity period and end: the window begins that period before its end, whatever the header says.
Times must carry their offset from UTC. A document type declaration is refused: it could define entities that expand without end.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from policies.quality.suspect_flag import is_suspect
from tools.telemetry.pm_reading import PmReading, PmReportError, object_dn

MAX_FILE_BYTES = 64 << 20
_DURATION = re.compile(r"^PT(?=\d)(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,8}(?:\.\d{1,6})?)S)?$")


def read_pm_file(path: Path) -> tuple[PmReading, ...]:
    """Return the content of a PM file (also gzip), a reading per measInfo; raises PmReportError if it cannot be read."""
    try:
        with path.open("rb") as file:
            is_packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if is_packed else path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise PmReportError(f"PM file {path}: {' '.join(str(error).split())}; check the file") from error
    if len(content) > MAX_FILE_BYTES:
        raise PmReportError(f"PM file {path}: more than {MAX_FILE_BYTES} bytes; split it")
    return read_pm_xml(content, str(path))


def read_pm_xml(content: bytes, name: str = "PM file") -> tuple[PmReading, ...]:
    """Return the content of a PM file, a reading per measInfo; `name` stands in errors. Raises PmReportError."""
    try:
        _check_without_doctype(content)
        root = ElementTree.fromstring(content)  # noqa: S314
        if _name(root) not in ("measCollecFile", "measDataFile"):
            raise PmReportError(f"PM file {name}: <{_name(root)[:60]}> is not a measCollecFile (TS 32.435); check the file")
        prefix = next((header.get("dnPrefix", "") for header in _children(root, "fileHeader")), "")
        return tuple(_reading(info, entity) for data in _children(root, "measData") for entity, info in _infos(data, prefix))
    except PmReportError:
        raise
    except (ElementTree.ParseError, expat.ExpatError, ValueError, KeyError, OverflowError, RecursionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PmReportError(f"PM file {name} is malformed ({reason}); check the reporting element's version") from error


def _check_without_doctype(content: bytes) -> None:
    def refuse(*declaration: object) -> None:
        raise ValueError("it has a document type declaration, which no PM file needs")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(content, True)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _name(child) == name)


def _infos(data: Element, prefix: str) -> Iterator[tuple[str, Element]]:
    """Yield (DN of the managed element, measInfo)."""
    local = next((element.get("localDn", "") for element in _children(data, "managedElement")), "")
    entity = ",".join(part for part in (prefix, local) if part)
    yield from ((entity, info) for info in _children(data, "measInfo"))


def _reading(info: Element, entity: str) -> PmReading:
    period = next(_children(info, "granPeriod"), None)
    if period is None:
        raise ValueError("a measInfo has no granPeriod")
    granularity_s, end = _seconds(period.get("duration", "")), _moment(period.get("endTime", ""))
    job = ",".join(sorted(element.get("jobId", "") for element in _children(info, "job")))
    reading = PmReading((end - timedelta(seconds=granularity_s), end), granularity_s, entity, job)
    types = _types(info)
    for value in _children(info, "measValue"):
        flag = next((element.text for element in _children(value, "suspect")), "")
        reading.add(list(_results(value, types)), object_dn(entity, value.get("measObjLdn", "")), is_suspect(flag))
    return reading


def _seconds(duration: str) -> float:
    match = _DURATION.match(duration)
    if match is None:
        raise ValueError(f"granPeriod duration={duration[:40]!r} is not a duration such as PT900S")
    hours, minutes, seconds = (float(match[part] or 0) for part in ("hours", "minutes", "seconds"))
    return 3600 * hours + 60 * minutes + seconds


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"granPeriod endTime={text!r} has no offset from UTC, such as Z or +01:00")
    return moment.astimezone(UTC)


def _types(info: Element) -> dict[str, str]:
    """Return the measurement types by position, which is counted from 1."""
    listings = [(listing.text or "").split() for listing in _children(info, "measTypes")]
    types = {str(number): name for names in listings for number, name in enumerate(names, 1)}
    return types | {element.get("p", ""): (element.text or "").strip() for element in _children(info, "measType")}


def _results(value: Element, types: dict[str, str]) -> Iterator[tuple[str, str]]:
    for listing in _children(value, "measResults"):
        for number, text in enumerate((listing.text or "").split(), 1):
            yield types[str(number)], text
    for result in _children(value, "r"):
        yield types[result.get("p", "")], (result.text or "").strip()
