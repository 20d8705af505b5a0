"""How a reading compares with what was meant: right, partly, needlessly asked, or confidently wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from agents.reading.reading import Cells, Reading

Verdict = Literal["right", "partly", "needless", "confidently wrong"]
VERDICTS: Final[tuple[Verdict, ...]] = ("right", "partly", "needless", "confidently wrong")  # best first
_REFUSALS: Final = ("ask", "cannot", "off_topic")
_ONLY_ACT: Final = ("question", "why", "select")
Part = tuple[object, ...]


def verdict(meant: Sequence[Reading], reading: Reading) -> Verdict:
    """Return the best verdict on a reading over what can be meant."""
    return min((_verdict(one, reading) for one in meant), key=VERDICTS.index)


def _verdict(meant: Reading, reading: Reading) -> Verdict:
    if meant.act in _REFUSALS:
        if reading.act not in _REFUSALS:
            return "confidently wrong"
        return "right" if reading.act == meant.act or "ask" in (reading.act, meant.act) else "partly"
    if reading.act in _REFUSALS:
        return "needless"
    if reading.act != meant.act:
        return "confidently wrong"
    if meant.act in _ONLY_ACT:
        return "confidently wrong" if reading.edits else "right"
    return _verdict_on_parts(meant, reading)


def _verdict_on_parts(meant: Reading, reading: Reading) -> Verdict:
    said, own = parts_of(reading), parts_of(meant)
    added, dropped = said - own, own - said
    is_added = any(part[0] != "forbidden" for part in added)
    is_dropped = any(part[0] == "forbidden" for part in dropped) or bool(reading.condition_on) != bool(meant.condition_on)
    if is_added or is_dropped or time_of(reading) not in (None, time_of(meant)):
        return "confidently wrong"  # it adds what was not said, or drops a restriction or a condition
    return "right" if not added and not dropped and time_of(reading) == time_of(meant) else "partly"


def parts_of(reading: Reading) -> set[Part]:
    """Return targets, edits and restrictions as they are compared: numbers rounded, what holds alike in several cells as one.

    Readings have it as one; some labels say it for each cell. The cells, sorted, are the fourth of each.
    """
    parts: set[Part] = set()
    for target in reading.targets:
        relative = target.relative and (_rounded(target.relative.percent, 3), target.relative.to)
        bound = (target.condition, _rounded(target.value, 4), relative)
        parts.add(("target", target.kpi, target.slice, _sorted(target.cells), *bound))
    for edit in reading.edits:
        value = edit.value if isinstance(edit.value, str) else _rounded(edit.value, 4)
        parts.add(("edit", edit.attribute, edit.slice, _sorted(edit.cells), value, _rounded(edit.delta, 4)))
    for restriction in reading.forbidden:
        parts.add(("forbidden", restriction.what, restriction.slice, _sorted(restriction.cells)))
    return _joined(parts)


def _joined(parts: set[Part]) -> set[Part]:
    cells: dict[Part, set[str]] = {}
    for kind, name, of, own, *rest in parts:
        if isinstance(own, tuple):
            cells.setdefault((kind, name, of, *rest), set()).update(own)
    kept = {part for part in parts if not isinstance(part[3], tuple)}
    return kept | {(*part[:3], tuple(sorted(own)), *part[3:]) for part, own in cells.items()}


def _sorted(cells: Cells) -> Cells:
    return "*" if cells == "*" or not cells else tuple(sorted(cells))


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else float(f"{value:.{digits}g}")


def time_of(reading: Reading) -> tuple[str, str] | None:
    """Return start and end of the window to the minute, None without one."""
    return (f"{reading.window[0]:%Y-%m-%dT%H:%M}", f"{reading.window[1]:%Y-%m-%dT%H:%M}") if reading.window else None
