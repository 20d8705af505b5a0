"""Parser of 3GPP PM reports: converts the perf3gpp event of VES 7 (TS 28.532 clause 11.3) to KPI samples in catalogue units.

Peculiarities of real reports that the parser accepts: `p` counts from 1; `sValue` and `suspectFlag` are strings; "Microsec"
fields hold seconds or milliseconds; time zones are written UTC+05.30, UTC+05:00 or +00:00; object instances are local or full
names, with any prefix. Measurements that are not in the KPI catalogue are skipped and listed; values that are marked as suspect,
that are not numbers, or whose window is not one granularity period become flaws.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from policies.quality.suspect_flag import is_suspect
from tools.telemetry.pm_reading import PmReading, PmReportError, object_dn

_ZONE = re.compile(r"^(?:UTC|GMT)?\s*(?:(?P<sign>[+-])(?P<hours>\d{1,2})(?:[.:]?(?P<minutes>\d{2}))?)?$", re.IGNORECASE)


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


def read_report(report: Any) -> PmReading:
    """Return the content of a report; raises PmReportError if it is malformed."""
    try:
        event = report["event"]
        header = event["commonEventHeader"]
        if header["domain"] != "perf3gpp":
            raise PmReportError(f"PM report: domain={header['domain']!r} is not perf3gpp; send it to the reader of its domain")
        collection = event["perf3gppFields"]["measDataCollection"]
        granularity_s = float(collection["granularityPeriod"])
        reading = PmReading(_window(header, granularity_s), granularity_s, str(collection["measuredEntityDn"]))
        reading.job = ",".join(sorted({str(job) for info in collection["measInfoList"] for job in info.get("jobIdList", ())}))
        for info in collection["measInfoList"]:
            _read_info(reading, info, reading.entity)
    except PmReportError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, OSError) as error:
        reason = f"{type(error).__name__} {error}"
        raise PmReportError(f"PM report is malformed ({reason}); check the reporting element's version") from error
    return reading


def _read_info(reading: PmReading, info: dict[str, Any], entity: str) -> None:
    types = [str(name) for name in info["measTypes"]["sMeasTypesList"]]
    for entry in info["measValuesList"]:
        results = entry["measResults"]
        values = [(types[_position(result, len(types))], str(result["sValue"])) for result in results]
        reading.add(values, object_dn(entity, str(entry["measObjInstId"])), is_suspect(entry.get("suspectFlag")))


def _position(result: dict[str, Any], length: int) -> int:
    position = int(result["p"])
    if not 1 <= position <= length:
        raise ValueError(f"p={position} is outside 1..{length}")
    return position - 1
