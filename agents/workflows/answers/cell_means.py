"""The mean of a KPI per cell (and slice) over the time of a question, and what is said where there is none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from agents.understanding.result import NetworkQuestion
from agents.workflows.calls import call
from policies.kpi import kpi_definition
from policies.managed_object import short_name
from policies.slices import Slice
from policies.text.times import span_text
from tools.calls.tool_call import ToolCall
from tools.ran.kpi_tool import KpiTable
from twins.network import NetworkCard

_WINDOWS = 4


@dataclass(frozen=True)
class CellMean:
    """A KPI's mean over `windows` windows of a cell (or of the site or network by which it is reported)."""

    kpi: str
    cell: str
    slice: Slice | None
    value: float
    lowest: float
    highest: float
    windows: int
    start: datetime
    end: datetime

    def describe(self) -> str:
        """Return place and value in a few words."""
        return f"{self.cell}{f' [{self.slice.value}]' if self.slice else ''} {self.value:.4g} {kpi_definition(self.kpi).unit}"


def measured_call(question: NetworkQuestion, kpis: Sequence[str], card: NetworkCard) -> ToolCall:
    """Return the call that measures KPIs over the question's time: its window, or the newest windows.

    Without a named slice the value of the cell is asked for; of a KPI that is reported by slice only, that of every slice.
    """
    time: dict[str, object] = {"windows": _WINDOWS}
    if question.window is not None:
        time = {"start": question.window.start.isoformat(), "end": question.window.end.isoformat()}
    by_slice = any("cell" not in kpi_definition(kpi).levels for kpi in kpis)
    slices = [slice_.value for slice_ in question.slices or (card.slices if by_slice else ())]
    return call("query_kpi", "needed to answer the question", kpis=list(kpis), cells=list(question.cells), slices=slices, **time)


def cell_means(table: KpiTable, question: NetworkQuestion) -> list[CellMean]:
    """Return the means of what was measured, cells in the order of the table; a window without a value does not count."""
    groups: dict[tuple[str, str, Slice | None], list[tuple[float, datetime, datetime]]] = defaultdict(list)
    for row in table.rows:
        if row.value is not None and (not question.slices or row.slice in question.slices):
            times = datetime.fromisoformat(row.start), datetime.fromisoformat(row.end)
            groups[row.kpi, row.cell, row.slice].append((row.value, *times))
    return [
        CellMean(
            kpi=kpi,
            cell=short_name(cell),
            slice=slice_,
            value=fmean(value for value, _, _ in own),
            lowest=min(value for value, _, _ in own),
            highest=max(value for value, _, _ in own),
            windows=len(own),
            start=min(start for _, start, _ in own),
            end=max(end for _, _, end in own),
        )
        for (kpi, cell, slice_), own in groups.items()
    ]


def time_of(means: Sequence[CellMean]) -> str:
    """Return the time that the means are over."""
    windows = max(mean.windows for mean in means)
    return f"mean of {windows} windows, {span_text(min(mean.start for mean in means), max(mean.end for mean in means))}"


def place_of(question: NetworkQuestion) -> str:
    """Return the place in question."""
    return f"in {question.area or ', '.join(question.cells) or 'the whole network'}"


def untold(question: NetworkQuestion, kpis: Sequence[str], table: KpiTable) -> str:
    """Return that KPIs were not measured, why, and the nearest that can be told."""
    titles = ", ".join(kpi_definition(kpi).title for kpi in kpis)
    sliced = " by slice" if question.slices else ""
    if table.held is None:
        return f"that cannot be told: nothing was measured yet, so {titles} is not known; ask again when a KPI window has ended"
    held = span_text(table.held.start, table.held.end)
    window = question.window
    if window is None:
        levels = {level for kpi in kpis for level in kpi_definition(kpi).levels}
        where = f"; it is reported by {' and '.join(sorted(levels))}" if question.slices and "slice" not in levels else ""
        return f"that cannot be told: {titles} was not measured{sliced} {place_of(question)} in the newest windows{where}"
    asked = span_text(window.start, window.end)
    if window.start >= table.held.end:
        reason = f"{asked} is not measured yet; the nearest that can be told: now, or what the twin shows (ask what would be)"
    elif window.end <= table.held.start:
        reason = f"the history begins at {table.held.start:%d %B %H:%M}, after {asked}; what can be told: {held}"
    else:
        reason = f"{titles} was not measured{sliced} {place_of(question)} in {asked}; there are windows of {held}"
    return f"that cannot be told: {reason}"
