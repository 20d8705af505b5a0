"""Times of a network: as data that can be reckoned with on a day of clock change, and in words."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated

from pydantic import AfterValidator


def with_fixed_offset(moment: datetime) -> datetime:
    """Return the moment with its offset from UTC instead of a zone; one without a zone as it is.

    Between two times of one zone Python subtracts and compares the hands of the clock, which are put back once a year.
    """
    offset = moment.utcoffset()
    return moment if offset is None else moment.replace(tzinfo=timezone(offset), fold=0)


Moment = Annotated[datetime, AfterValidator(with_fixed_offset)]
"""A point in time with a fixed offset."""


def span_text(start: datetime, end: datetime) -> str:
    """Return a time span in one phrase; the end has a date if it is on another day."""
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%d %B %H:%M}"
    return f"{start:%d %B %H:%M} to {until}"
