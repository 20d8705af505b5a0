"""Check of a series' windows against each other: the periods of a measurement follow each other and do not overlap.

A window that overlaps another of the same series has the wrong length or the wrong end: nothing says which of the two.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from policies.kpi import KpiSample
from policies.quality.flaw import Flaw, refused
from policies.quality.window import LONGEST_S

_STORED = """SELECT samples.start_s, samples.end_s FROM samples JOIN series ON series.id = samples.series
WHERE kpi = ? AND dn = ? AND slice = ? AND replaced_by IS NULL AND samples.start_s < ? AND samples.end_s > ?"""
_TOLERANCE_S = 0.001

Window = tuple[float, float]


def overlapping(connection: sqlite3.Connection, samples: list[KpiSample], windows: list[Window]) -> Iterator[Flaw]:
    """Yield a flaw for each sample whose window overlaps another one of its series, stored before or delivered with it.

    windows: all that the samples may have, s.
    """
    suspicious = {window for window in windows if _has_neighbour(connection, windows, window)}
    if not suspicious:
        return
    accepted: dict[tuple[object, ...], list[Window]] = {}
    for sample in samples:
        window = _window(sample)
        if window not in suspicious:
            continue
        series = (sample.kpi, sample.dn, sample.slice.value if sample.slice else "")
        earlier = [*accepted.setdefault(series, []), *_stored(connection, series, window)]
        clash = next((other for other in earlier if _overlap(window, other)), None)
        if clash is None:
            accepted[series].append(window)
        else:
            reason = (
                f"its window of {window[1] - window[0]:g} s overlaps one of {clash[1] - clash[0]:g} s of the same measurement"
            )
            yield refused(sample, "window", f"{reason}; is the granularity period that of the file?")


def _window(sample: KpiSample) -> Window:
    return sample.start.timestamp(), sample.end.timestamp()


def _overlap(one: Window, other: Window) -> bool:
    return one != other and one[0] < other[1] - _TOLERANCE_S and other[0] < one[1] - _TOLERANCE_S


def _has_neighbour(connection: sqlite3.Connection, windows: list[Window], window: Window) -> bool:
    bounds = (window[1], window[0] - LONGEST_S, window[0])
    near = connection.execute("SELECT start_s, end_s FROM windows WHERE start_s < ? AND start_s > ? AND end_s > ?", bounds)
    return any(_overlap(window, other) for other in (*near, *windows))


def _stored(connection: sqlite3.Connection, series: tuple[str, str, str], window: Window) -> list[Window]:
    return [(start, end) for start, end in connection.execute(_STORED, (*series, window[1], window[0]))]
