"""Parser of 3GPP PM reports: converts the perf3gpp event of VES 7 (TS 28.532 clause 11.3) to KPI samples in catalogue units.

Peculiarities of real reports that the parser accepts: `p` counts from 1; `sValue` and `suspectFlag` are strings; "Microsec"
fields hold seconds or milliseconds; time zones are written UTC+05.30, UTC+05:00 or +00:00; object instances are local or full
names, with any prefix. Measurements that are not in the KPI catalogue are skipped and listed; suspect values are skipped and
counted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from policies.kpi import KpiFrame, KpiSample, UnknownKpiError, kpi_definition
from policies.managed_object import parse_dn
from policies.pm_measurement import SAMPLES_PREFIX, from_wire, parse_wire_name
from policies.slices import Slice
from twins.network import NetworkUnavailableError

_ZONE = re.compile(r"^(?:UTC|GMT)?\s*(?:(?P<sign>[+-])(?P<hours>\d{1,2})(?:[.:]?(?P<minutes>\d{2}))?)?$", re.IGNORECASE)
_EMPTY = frozenset({"", "NULL", "NIL", "NAN", "-"})
_UNREADABLE = object()


class PmReportError(NetworkUnavailableError):
    """A PM report that cannot be read: it is malformed or of another domain."""


@dataclass
class PmReading:
    """The content of a report: samples, the number of skipped suspect values, and the names of unknown measurement types."""

    samples: list[KpiSample] = field(default_factory=list)
    suspect: int = 0
    ignored: set[str] = field(default_factory=set)

    @property
    def frame(self) -> KpiFrame:
        """The samples as a frame."""
        return KpiFrame(tuple(self.samples))


def parse_zone(text: str) -> timezone:
    """Return the time zone of a timeZoneOffset such as "UTC+05.30", "UTC+05:00", "+00:00" or "UTC"; raises PmReportError."""
    match = _ZONE.match(text.strip())
    if match is None or int(match["hours"] or 0) > 14 or int(match["minutes"] or 0) > 59:
        raise PmReportError(f"PM report: timeZoneOffset={text!r} is not UTC±hh:mm; check the reporting element")
    offset = timedelta(hours=int(match["hours"] or 0), minutes=int(match["minutes"] or 0))
    return timezone(-offset if match["sign"] == "-" else offset)


def _scale(start: float, last: float, granularity_s: float) -> float:
    """Return the units per second of the epoch fields.

    The fields are named microseconds but often hold other units: the scale is taken from the granularity period, else from the
    magnitude.
    """
    for scale in (1e6, 1e3, 1.0):
        if granularity_s > 0 and math.isclose((last - start) / scale, granularity_s, rel_tol=0.05):
            return scale
    return 1e6 if start > 1e14 else 1e3 if start > 1e11 else 1.0


def _window(header: dict[str, Any], granularity_s: float) -> tuple[datetime, datetime]:
    start, last = float(header["startEpochMicrosec"]), float(header["lastEpochMicrosec"])
    parse_zone(str(header.get("timeZoneOffset", "+00:00")))  # epochs are in UTC; the zone only has to be valid
    scale = _scale(start, last, granularity_s)
    return datetime.fromtimestamp(start / scale, UTC), datetime.fromtimestamp(last / scale, UTC)


def read_report(report: Any, keep_suspect: bool = False) -> PmReading:
    """Return the content of a report; `keep_suspect` includes suspect values. Raises PmReportError if it is malformed."""
    try:
        event = report["event"]
        header = event["commonEventHeader"]
        if header["domain"] != "perf3gpp":
            raise PmReportError(f"PM report: domain={header['domain']!r} is not perf3gpp; send it to the reader of its domain")
        collection = event["perf3gppFields"]["measDataCollection"]
        window = _window(header, float(collection["granularityPeriod"]))
        reading = PmReading()
        for info in collection["measInfoList"]:
            _read_info(reading, info, str(collection["measuredEntityDn"]), window, keep_suspect)
    except PmReportError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, OSError) as error:
        reason = f"{type(error).__name__} {error}"
        raise PmReportError(f"PM report is malformed ({reason}); check the reporting element's version") from error
    return reading


def _read_info(
    reading: PmReading, info: dict[str, Any], entity: str, window: tuple[datetime, datetime], keep_suspect: bool
) -> None:
    types = info["measTypes"]["sMeasTypesList"]
    for entry in info["measValuesList"]:
        results = entry["measResults"]
        if str(entry.get("suspectFlag", "false")).lower() == "true" and not keep_suspect:
            reading.suspect += len(results)
            continue
        values = {types[_position(result, len(types))]: str(result["sValue"]) for result in results}
        reading.samples += _samples(reading, values, _dn(entity, str(entry["measObjInstId"])), window)


def _position(result: dict[str, Any], length: int) -> int:
    position = int(result["p"])
    if not 1 <= position <= length:
        raise ValueError(f"p={position} is outside 1..{length}")
    return position - 1


def _dn(entity: str, instance: str) -> str:
    """Return the object's DN starting at its ManagedElement, without a prefix such as SubNetwork or MeContext."""
    is_full = instance.startswith(("ManagedElement=", "SubNetwork=", "MeContext="))
    full = instance if is_full else f"{entity},{instance}"
    position = full.find("ManagedElement=")
    dn = full[position:] if position > 0 else full
    parse_dn(dn)
    return dn


def _samples(reading: PmReading, values: dict[str, str], dn: str, window: tuple[datetime, datetime]) -> Iterator[KpiSample]:
    for name, text in values.items():
        if name.startswith(SAMPLES_PREFIX):
            continue
        for kpi, slice_, number in _numbers(name, text):
            if number is _UNREADABLE:
                reading.ignored.add(name)
                continue
            value = None if number is None else from_wire(kpi, number)
            count = values.get(SAMPLES_PREFIX + name, "1")
            yield KpiSample(kpi, dn, slice_, *window, value, kpi_definition(kpi).unit, int(count) if count.isdigit() else 1)


def _numbers(name: str, text: str) -> Iterator[tuple[str, Slice | None, Any]]:
    """Yield (KPI, slice, number) once, or once per bin of a list; the number is _UNREADABLE if it is not understood."""
    try:
        kpi, slice_ = parse_wire_name(name)
        definition = kpi_definition(kpi)
    except (ValueError, UnknownKpiError):
        yield name, None, _UNREADABLE
        return
    if "," in text and definition.binned:
        for index, part in enumerate(text.split(",")):
            yield f"{kpi}.{index}", slice_, _number(part)
        return
    yield kpi, slice_, _number(text)


def _number(text: str) -> Any:
    if text.strip().upper() in _EMPTY:
        return None
    try:
        number = float(text)
    except ValueError:
        return _UNREADABLE
    return number if math.isfinite(number) else None
