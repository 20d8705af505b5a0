"""Check of a series' windows against each other: those of one granularity follow each other, coarser ones consist of finer ones.

Two PM jobs may report a measurement with two granularity periods: each window of the longer one then consists of whole windows of
the shorter one, and agrees with them. Any other overlap has the wrong length or the wrong end: nothing says which of the two.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from policies.kpi import KpiSample, measurement_definition
from policies.quality.flaw import Flaw, refused, suspect
from policies.quality.window import LONGEST_S
from tools.telemetry.storage.rows import COLUMNS, sample_of

_STORED = f"""SELECT {COLUMNS} FROM samples JOIN series ON series.id = samples.series
WHERE kpi = ? AND dn = ? AND slice = ? AND replaced_by IS NULL AND start_s < ? AND start_s > ? AND end_s > ?"""  # noqa: S608
_QUARANTINED = (
    "SELECT flaw FROM quarantine WHERE kpi = ? AND dn = ? AND slice = ? AND at_s > ? AND at_s <= ? AND found_by != 'window'"
)
_TOLERANCE_S = 0.001
# Counts and volumes of one cell are the same events in both; the ends of the windows may cut a few.
_SUM_TOLERANCE = 0.1
# A mean over UEs that come and go is not quite between those of its parts: a factor of two is no such thing.
_MEAN_FACTOR = 1.75

Window = tuple[float, float]


def overlapping(connection: sqlite3.Connection, samples: list[KpiSample], windows: list[Window]) -> Iterator[Flaw]:
    """Yield a flaw for each sample that contradicts another of its series, delivered with it or stored before (both are suspect).

    windows: all that the samples may have, s.
    """
    suspicious = _with_neighbours(connection, windows)
    if not suspicious:
        return
    accepted: dict[tuple[str, str, str], list[KpiSample]] = {}
    for sample in samples:
        window = _window(sample)
        if window not in suspicious:
            continue
        series = _series(sample)
        if series not in accepted:
            accepted[series] = []
        others = [
            other for other in (*accepted[series], *_stored(connection, series, window)) if _overlap(window, _window(other))
        ]
        clash = next((other for other in map(_window, others) if not _consists_of(window, other)), None)
        if clash is None:
            accepted[series].append(sample)
        else:
            reason = (
                f"its window of {window[1] - window[0]:g} s overlaps one of {clash[1] - clash[0]:g} s of the same measurement"
            )
            yield refused(sample, "window", f"{reason}; is the granularity period that of the file?")
    for series, rows in accepted.items():
        yield from _contradictions(connection, series, rows)


def over_flawed(
    connection: sqlite3.Connection, samples: list[KpiSample], flaws: list[Flaw], windows: list[Window]
) -> Iterator[Flaw]:
    """Yield a flaw for each longer window that consists of flawed ones: of the delivery, or stored before.

    flaws: those of the delivery. What is in the quarantine counts unless it was delivered again and is good now. windows: all
    that the samples may have, s.
    """
    suspicious = _with_neighbours(connection, windows)
    for sample in samples if suspicious else ():
        if _window(sample) in suspicious and (found := _flawed_inside(connection, sample)):
            yield suspect(sample, "consistency", _because_of(found))
    recent = [flaw for flaw in flaws if flaw.check != "window"]
    below = _with_neighbours(connection, list({_window(flaw) for flaw in recent}))
    for flaw in recent:
        if _window(flaw) not in below:
            continue
        for whole in _stored(connection, _series(flaw), _window(flaw)):
            if whole.value is not None and _length(whole) > _length(flaw) and _overlap(_window(whole), _window(flaw)):
                yield suspect(whole, "consistency", _because_of(flaw))


def _because_of(part: Flaw) -> str:
    return f"it consists of windows of {_length(part):g} s, of which one is {part.quality.value}: {part.reason}"


def _flawed_inside(connection: sqlite3.Connection, sample: KpiSample) -> Flaw | None:
    start, end = _window(sample)
    rows = connection.execute(_QUARANTINED, (*_series(sample), start, end)).fetchall()
    good = (
        {_window(part) for part in _stored(connection, _series(sample), (start, end)) if part.value is not None}
        if rows
        else set()
    )
    found = (Flaw.model_validate_json(text) for (text,) in rows)
    return next((flaw for flaw in found if _window(flaw)[0] >= start and _window(flaw) not in {*good, (start, end)}), None)


def _series(item: KpiSample | Flaw) -> tuple[str, str, str]:
    return item.kpi, item.dn, item.slice.value if item.slice else ""


def _window(sample: KpiSample | Flaw) -> Window:
    return sample.start.timestamp(), sample.end.timestamp()


def _overlap(one: Window, other: Window) -> bool:
    return one != other and one[0] < other[1] - _TOLERANCE_S and other[0] < one[1] - _TOLERANCE_S


def _consists_of(one: Window, other: Window) -> bool:
    """Whether the longer of two windows consists of whole windows as long as the shorter, which is one of them."""
    (start, end), (longer_start, longer_end) = sorted((one, other), key=lambda window: window[1] - window[0])
    length = end - start
    return all(
        abs(distance / length - round(distance / length)) * length <= _TOLERANCE_S
        for distance in (longer_end - longer_start, start - longer_start)
    ) and (longer_start - _TOLERANCE_S <= start and end <= longer_end + _TOLERANCE_S and longer_end - longer_start > 1.5 * length)


def _contradictions(connection: sqlite3.Connection, series: tuple[str, str, str], rows: list[KpiSample]) -> Iterator[Flaw]:
    """Yield the flaws of windows that do not agree with the shorter ones that they consist of, and of those."""
    known = {_window(row): row for row in rows}
    for row in rows:
        for other in _stored(connection, series, _window(row)):
            for part in (other, *(_stored(connection, series, _window(other)) if _length(other) > _length(row) else ())):
                known.setdefault(_window(part), part)
    for whole in known.values():
        inside = [part for part in known.values() if _overlap(_window(part), _window(whole)) and _length(part) < _length(whole)]
        for length in {round(_length(part), 3) for part in inside}:
            parts = [part for part in inside if round(_length(part), 3) == length]
            if reason := _disagreement(whole, parts, round(_length(whole) / length)):
                yield from (suspect(sample, "consistency", reason) for sample in (whole, *parts))


def _length(sample: KpiSample | Flaw) -> float:
    return (sample.end - sample.start).total_seconds()


def _disagreement(whole: KpiSample, parts: list[KpiSample], count: int) -> str:
    """Return why the value of a window cannot be that of its `count` parts, as far as they are known; empty if it can."""
    values = [part.value for part in parts if part.value is not None]
    definition = measurement_definition(whole.kpi)
    if whole.value is None or not values or definition.across_windows == "none":
        return ""
    shown = f"{whole.value:.6g} {whole.unit} in {_length(whole):g} s"
    if definition.across_windows == "sum":
        total, slack = sum(values), _SUM_TOLERANCE * max(whole.value, sum(values)) + (1.0 if definition.integer else 0.0)
        is_known = len(values) == count
        if total > whole.value + slack or (is_known and whole.value > total + slack):
            return f"{shown}, but its {len(values)} windows of {_length(parts[0]):g} s add up to {total:.6g}"
        return ""
    if len(values) == count and max(values) > 0 and not min(values) / _MEAN_FACTOR <= whole.value <= max(values) * _MEAN_FACTOR:
        return f"{shown}, but its {count} windows of {_length(parts[0]):g} s have {min(values):.6g} to {max(values):.6g}"
    return ""


def _with_neighbours(connection: sqlite3.Connection, windows: list[Window]) -> set[Window]:
    """Return the windows that overlap another one, of these or stored."""
    (longest,) = connection.execute("SELECT COALESCE(MAX(length_s), 0) FROM granularities").fetchone()
    statement = "SELECT start_s, end_s FROM windows WHERE start_s < ? AND start_s > ? AND end_s > ?"
    found = set()
    furthest = (float("-inf"), float("-inf"))  # in time order, only the one that ends last may overlap the next
    for window in sorted(windows):
        near = connection.execute(statement, (window[1], window[0] - longest - 1, window[0]))
        if any(_overlap(window, other) for other in near):
            found.add(window)
        if _overlap(window, furthest):
            found |= {window, *(other for other in windows if _overlap(window, other))}
        furthest = max(furthest, window, key=lambda one: one[1])
    return found


def _stored(connection: sqlite3.Connection, series: tuple[str, str, str], window: Window) -> list[KpiSample]:
    return [sample_of(row) for row in connection.execute(_STORED, (*series, window[1], window[0] - LONGEST_S, window[0]))]
