"""From items to frames: a frame for each request in the text, with slots that are filled by its words.

A frame collects KPI, comparator, quantities, slice, place, goal and attribute until a break (comma, "and", "while" …) at which it
is complete. Empty slots are filled from neighbouring frames later (`targets`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from agents.understanding.items import Item
from policies.intent import Condition
from policies.text.units import Quantity, quantity

_INVERSE: Final = {
    Condition.LESS: Condition.AT_LEAST,
    Condition.GREATER: Condition.AT_MOST,
    Condition.AT_LEAST: Condition.LESS,
    Condition.AT_MOST: Condition.GREATER,
}
Fill = Callable[["Frame", Item], None]
_USER_KPIS: Final = ("RRC.ConnMean", "DRB.MeanActiveUeDl")


@dataclass
class Bound:
    """A quantity with its condition (None if the text gives none); `relative` for a change "by" the quantity."""

    quantity: Quantity
    condition: Condition | None = None
    relative: bool = False
    text: str = ""


@dataclass
class Frame:
    """The slots of a request."""

    kpis: list[str] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    slices: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    sites: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    unmeasured: list[Item] = field(default_factory=list)
    unknown: list[Item] = field(default_factory=list)
    goal: str = ""
    every: bool = False
    users: bool = False
    preserve: bool = False
    vague: str = ""
    statistic: str = ""
    complement: bool = False
    command: bool = False
    pronoun: bool = False
    everywhere: bool = False
    towards: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    pending: Condition | str | None = None
    negated: bool = False
    by: bool = False

    @property
    def names_something(self) -> bool:
        """Whether any slot besides places and slices is filled."""
        return bool(self.kpis or self.bounds or self.attributes or self.states or self.unmeasured or self.goal or self.vague)

    @property
    def is_complete(self) -> bool:
        """Whether a break may end the frame."""
        if self.pending == "BETWEEN" and len(self.bounds) < 2:
            return False
        topic = bool(self.kpis or self.unmeasured)
        return bool(self.bounds) or (topic and bool(self.goal or self.preserve)) or bool(self.states)

    @property
    def has_place(self) -> bool:
        """Whether the frame names a place."""
        return bool(self.cells or self.sites or self.areas or self.everywhere)


def read_frames(items: tuple[Item, ...]) -> list[Frame]:
    """Return the frames of the items, in order; the last may hold places only."""
    frames: list[Frame] = []
    frame = Frame()
    for position, item in enumerate(items):
        if item.kind == "break":
            frame = _at_break(frames, _without_description(frame) if _may_end_description(item) else frame)
            frame.negated = item.text.lower() == "without"
            continue
        if not frame.text and frames and _continues_list(items, position):
            _FILL[item.kind](frames[-1], item)
            continue
        if _starts_anew(frame, item):
            frames.append(frame)
            frame = Frame()
        frame.text.append(item.text)
        _FILL.get(item.kind, _fill_nothing)(frame, item)
    frames.append(frame)
    return [
        frame for frame in frames if frame.names_something or frame.has_place or frame.slices or frame.unknown or frame.pronoun
    ]


def _at_break(frames: list[Frame], frame: Frame) -> Frame:
    if frame.is_complete:
        frames.append(frame)
        return Frame()
    return frame


def _may_end_description(item: Item) -> bool:
    """Whether the words before this break may describe the present, with the request after it."""
    return item.text.lower() in (":", ";", ".", "so that", "such that")


def _without_description(frame: Frame) -> Frame:
    """Keep only the places of a description: "URLLC delay is rising in S2C2: …" requests nothing yet."""
    if frame.is_complete or not frame.kpis or frame.goal or frame.preserve or frame.vague or frame.pending is not None:
        return frame
    return Frame(cells=frame.cells, sites=frame.sites, areas=frame.areas, everywhere=frame.everywhere, text=frame.text)


def _continues_list(items: tuple[Item, ...], position: int) -> bool:
    """Whether the name at `position` continues a list ("in S1C1, S1C2 and S2C3") and no request follows before the next break."""
    kind = items[position].kind
    if kind not in ("cell", "site", "area", "slice") or position < 2 or items[position - 2].kind != kind:
        return False
    rest = takewhile(lambda item: item.kind != "break", items[position + 1 :])
    return not any(item.kind in ("kpi", "complement", "quantity", "goal", "attribute", "comparator") for item in rest)


def _starts_anew(frame: Frame, item: Item) -> bool:
    """Whether a new KPI or attribute starts a new request although there is no break before it."""
    if item.kind in ("kpi", "complement", "attribute", "unmeasured") and frame.bounds and (frame.kpis or frame.attributes):
        return not (item.value in _USER_KPIS or frame.pending is not None)
    return False


def _fill_nothing(frame: Frame, item: Item) -> None:
    pass


def _fill_kpi(frame: Frame, item: Item) -> None:
    if item.value in _USER_KPIS and (frame.every or frame.kpis or frame.bounds):
        frame.users = True
        return
    if item.value not in frame.kpis:
        frame.kpis.append(item.value)


def _fill_complement(frame: Frame, item: Item) -> None:
    frame.complement = True
    frame.kpis.append(item.value)


def _fill_comparator(frame: Frame, item: Item) -> None:
    if item.value == "BETTER":  # the KPI determines which direction is better
        return
    if item.value == "BETWEEN":
        frame.pending = "BETWEEN"
        return
    condition = Condition(item.value)
    if frame.negated:
        condition, frame.negated = _INVERSE[condition], False
    last = frame.bounds[-1] if frame.bounds else None
    if last is not None and last.condition is None and not last.relative:
        last.condition = condition
        return
    frame.pending = condition


def _fill_quantity(frame: Frame, item: Item) -> None:
    assert item.quantity is not None
    bound = Bound(item.quantity, relative=frame.by, text=item.text)
    if frame.pending == "BETWEEN":
        bound.condition = Condition.AT_MOST if frame.bounds else Condition.AT_LEAST
        if frame.bounds:
            frame.pending = None
            _share_unit(frame.bounds[-1], bound)
    elif isinstance(frame.pending, Condition):
        bound.condition, frame.pending = frame.pending, None
    frame.by = False
    frame.bounds.append(bound)


def _share_unit(first: Bound, second: Bound) -> None:
    """Apply the unit of "between 5 and 10 Mbps" to both ends."""
    if first.quantity.dimension or not second.quantity.dimension:
        return
    unit = second.text.split(" ", 1)[1]
    first.quantity = quantity(repr(first.quantity.value), unit)
    first.text = f"{first.text} {unit}"


def _fill_goal(frame: Frame, item: Item) -> None:
    frame.negated = False
    frame.goal = frame.goal or item.value


def _fill_cell(frame: Frame, item: Item) -> None:
    (frame.towards if frame.attributes and frame.cells and frame.pending == "TO" else frame.cells).append(item.value)


def _append(slot: str) -> Fill:
    def fill(frame: Frame, item: Item) -> None:
        values: list[str] = getattr(frame, slot)
        if item.value not in values:
            values.append(item.value)

    return fill


def _mark(slot: str) -> Fill:
    def fill(frame: Frame, item: Item) -> None:
        setattr(frame, slot, True)

    return fill


def _fill_to(frame: Frame, item: Item) -> None:
    if item.text.lower() in ("to", "towards", "toward") and frame.pending is None and frame.cells:
        frame.pending = "TO"


def _fill_statistic(frame: Frame, item: Item) -> None:
    frame.statistic = item.value if item.value != "other" else f"other:{item.text}"


def _fill_vague(frame: Frame, item: Item) -> None:
    frame.vague = frame.vague or item.text


def _fill_every(frame: Frame, item: Item) -> None:
    frame.every = True
    words = item.text.lower().split()
    frame.users = frame.users or len(words) > 1 or words[0] in ("everyone", "everybody", "nobody")
    frame.negated = frame.negated or words[0] in ("no", "nobody")


def _fill_unmeasured(frame: Frame, item: Item) -> None:
    frame.unmeasured.append(item)


def _fill_word(frame: Frame, item: Item) -> None:
    frame.unknown.append(item)


_FILL: Final[dict[str, Fill]] = {
    "kpi": _fill_kpi,
    "complement": _fill_complement,
    "comparator": _fill_comparator,
    "quantity": _fill_quantity,
    "goal": _fill_goal,
    "cell": _fill_cell,
    "slice": _append("slices"),
    "site": _append("sites"),
    "area": _append("areas"),
    "attribute": _append("attributes"),
    "state": _append("states"),
    "unmeasured": _fill_unmeasured,
    "word": _fill_word,
    "every": _fill_every,
    "user": _mark("users"),
    "preserve": _mark("preserve"),
    "command": _mark("command"),
    "pronoun": _mark("pronoun"),
    "everywhere": _mark("everywhere"),
    "negation": _mark("negated"),
    "by": _mark("by"),
    "to": _fill_to,
    "vague": _fill_vague,
    "statistic": _fill_statistic,
}
