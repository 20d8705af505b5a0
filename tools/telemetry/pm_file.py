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
from tools.telemetry.delivery import DeadLetter
from tools.telemetry.pm_reading import PmReading, PmReportError, object_dn

MAX_FILE_BYTES = 64 << 20
# ISO 8601, days and shorter: a granularity period has no months.
_DURATION = re.compile(
    r"^P(?=\d|T\d)(?:(?P<days>\d{1,3})D)?(?:T(?=\d)(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,8}(?:\.\d{1,6})?)S)?)?$"
)
_END_OF_DAY = re.compile(r"T24(?=:?00(?::?00(?:\.0+)?)?(?:Z|[+-]|$))")


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
    except (ElementTree.ParseError, expat.ExpatError) as error:
        line, column = error.position if isinstance(error, ElementTree.ParseError) else (error.lineno, error.offset)
        raise PmReportError(f"PM file {name} is no well-formed XML (line {line}, column {column}); was it cut?") from error
    except (ValueError, KeyError, OverflowError, RecursionError) as error:
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
        name = value.get("measObjLdn", "")
        try:
            results, dn = list(_results(value, types)), object_dn(entity, name)
        except ValueError as error:
            reading.letters.append(
                DeadLetter(ElementTree.tostring(value), f"the results of {name[:100]!r} cannot be used: {error}")
            )
        else:
            reading.add(results, dn, _is_suspect(value))
    return reading


def _is_suspect(value: Element) -> bool:
    """Whether anything marks the results as suspect: an element of that name, or an attribute of the object or a result."""
    flags = [element.text for element in value if _name(element).casefold() == "suspect"]
    flags += [flag for element in (value, *value) for name, flag in element.attrib.items() if name.casefold() == "suspect"]
    return any(map(is_suspect, flags))


def _seconds(duration: str) -> float:
    match = _DURATION.match(duration)
    if match is None:
        raise ValueError(f"granPeriod duration={duration[:40]!r} is not a duration such as PT900S")
    days, hours, minutes, seconds = (float(match[part] or 0) for part in ("days", "hours", "minutes", "seconds"))
    return 86_400 * days + 3600 * hours + 60 * minutes + seconds


def _moment(text: str) -> datetime:
    start_of_day, is_end = _END_OF_DAY.subn("T00", text)  # ISO 8601: 24:00 is the end of the day
    moment = datetime.fromisoformat(start_of_day) + timedelta(days=is_end)
    if moment.tzinfo is None:
        raise ValueError(f"granPeriod endTime={text!r} has no offset from UTC, such as Z or +01:00")
    return moment.astimezone(UTC)


def _types(info: Element) -> dict[str, str]:
    """Return the measurement types by position, which is counted from 1; raises ValueError for a position that is not clear."""
    types: dict[str, str] = {}
    for position, name in _positions(info):
        if not position:
            raise ValueError(f"the measurement type {name[:60]} has no position p")
        if types.setdefault(position, name) != name:
            raise ValueError(f"position p={position[:20]} is that of {types[position][:60]} and of {name[:60]}")
    return types


def _positions(info: Element) -> Iterator[tuple[str, str]]:
    for listing in _children(info, "measTypes"):
        yield from ((str(number), name) for number, name in enumerate((listing.text or "").split(), 1))
    for element in _children(info, "measType"):
        yield element.get("p", "").strip(), (element.text or "").strip()


def _results(value: Element, types: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (measurement type, text); raises ValueError for a result whose type is not clear."""
    said: set[str] = set()
    for position, text in _positioned(value):
        if position not in types:
            raise ValueError(f"position p={position[:20]!r} is that of no measurement type")
        if position in said:
            raise ValueError(f"position p={position[:20]} has two results")
        said.add(position)
        yield types[position], text


def _positioned(value: Element) -> Iterator[tuple[str, str]]:
    for listing in _children(value, "measResults"):
        yield from ((str(number), text) for number, text in enumerate((listing.text or "").split(), 1))
    for result in _children(value, "r"):
        yield result.get("p", "").strip(), (result.text or "").strip()
