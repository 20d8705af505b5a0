"""What an operator said, as one typed reading: what every reader returns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, Self, TypeVar

from agents.reading.computing import Computed, ComputedReading
from agents.reading.marked import Act, Comparison, Reference
from policies.intent import TimeWindow
from policies.restrictions.prohibition import Prohibition
from policies.slices import Slice
from policies.word import Word

Cells = tuple[str, ...] | Literal["*"]


class RelativeBound(Word):
    """A bound relative to a reference, in percent: the reference plus so many percent of it."""

    percent: float
    to: Reference


class StatedTarget(Word):
    """A KPI to be reached, in its unit; cells: sorted ids, or "*" for the whole network."""

    kpi: str
    slice: Slice | None = None
    cells: Cells = "*"
    condition: Comparison
    value: float | None = None
    relative: RelativeBound | None = None


class StatedEdit(Word):
    """An attribute to be edited, in its unit: to a value, or by a delta. towards: of a relation of two cells, the other cells."""

    attribute: str
    slice: Slice | None = None
    cells: Cells = "*"
    value: float | str | None = None
    delta: float | None = None
    towards: tuple[str, ...] = ()


class StatedRestriction(Word):
    """What is forbidden: `sleep`, `change`, or the edit of an attribute."""

    what: str
    cells: Cells = "*"
    slice: Slice | None = None


_Stated = TypeVar("_Stated", StatedTarget, StatedEdit, StatedRestriction)


class Reading(Word):
    """An operator's text: the act, what is to be reached, edited and forbidden, when, and under which condition."""

    act: Act
    targets: tuple[StatedTarget, ...] = ()
    edits: tuple[StatedEdit, ...] = ()
    forbidden: tuple[StatedRestriction, ...] = ()
    window: tuple[datetime, datetime] | None = None
    condition_on: str | None = None

    @property
    def prohibitions(self) -> tuple[Prohibition, ...]:
        """What is forbidden, in the reading's window."""
        window = TimeWindow(start=self.window[0], end=self.window[1]) if self.window else None
        return tuple(
            Prohibition(what=one.what, cells=() if one.cells == "*" else one.cells, slice=one.slice, window=window)
            for one in self.forbidden
        )

    @classmethod
    def of(cls, computed: ComputedReading) -> Self:
        """Return the reading that was computed from marked words; what holds alike in several cells is one entry of them all."""
        restrictions = (
            StatedRestriction(what=one.item.name, cells=one.cells or "*", slice=one.item.slice)
            for one in computed.items
            if one.item.kind == "forbid"
        )
        return cls(
            act=computed.marked.act,
            targets=_together(_target(one) for one in computed.items if one.item.kind == "target"),
            edits=_together(_edit(one) for one in computed.items if one.item.kind == "edit"),
            forbidden=_together(restrictions),
            window=computed.window,
            condition_on=computed.marked.condition or None,
        )


def _together(stated: Iterable[_Stated]) -> tuple[_Stated, ...]:
    """Return the entries, those that differ only in their cells as one, in the order in which they begin.

    What is said again for some of the same cells stays by itself: it is a sign of something that was misheard.
    """
    together: dict[str, list[_Stated]] = {}
    for number, one in enumerate(stated):
        key = one.model_dump_json(exclude={"cells"})
        said = [cells for other in together.get(key, []) for cells in (other.cells, one.cells)]
        is_again = "*" in said or any(set(one.cells) & set(other.cells) for other in together.get(key, []))
        together.setdefault(f"{key} {number}" if is_again else key, []).append(one)
    return tuple(some[0] if len(some) == 1 else some[0].changed(cells=_all_of(some)) for some in together.values())


def _all_of(stated: Sequence[StatedTarget | StatedEdit | StatedRestriction]) -> tuple[str, ...]:
    """Return the cells of entries, sorted."""
    return tuple(sorted({cell for one in stated for cell in one.cells}))


def _target(one: Computed) -> StatedTarget:
    item = one.item
    if item.comparison is None:
        raise ValueError(f"target {item.name} has no comparison: a reader marks one of <, <=, >, >=, min, max")
    relative = None
    if item.reference is not None and one.percent is not None:
        relative = RelativeBound(percent=one.percent, to=item.reference)
    value = one.value if isinstance(one.value, float) else None
    return StatedTarget(
        kpi=item.name, slice=item.slice, cells=one.cells or "*", condition=item.comparison, value=value, relative=relative
    )


def _edit(one: Computed) -> StatedEdit:
    return StatedEdit(
        attribute=one.item.name,
        slice=one.item.slice,
        cells=one.cells or "*",
        value=one.value,
        delta=one.delta,
        towards=one.towards,
    )
