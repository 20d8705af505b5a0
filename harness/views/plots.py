"""The plots of a run's page as inline SVG: KPI series with markers and prediction bands, candidates with intervals."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from harness.records.outcome import RunOutcome
from policies.assessment import assess_by_window, samples_of
from policies.intent import ExpectationObject, ExpectationTarget, TimeWindow
from policies.kpi import KpiFrame, KpiSample, kpi_definition
from policies.managed_object import short_name
from policies.proposal import Candidate, TargetOutlook
from policies.slices import Slice

_BLUE, _GREEN, _RED, _GREY, _YELLOW = "#2563eb", "#16a34a", "#dc2626", "#6b7280", "#d97706"
_FONT = 12  # points; on a phone's screen a figure of 4.8 inches is shown with nearly as many pixels
_ENTRY = '<span class="{kind}" style="--c:{colour}">{label}</span>'


def _legend(*entries: tuple[str, str, str]) -> str:
    return (
        f"<p class=legend>{''.join(_ENTRY.format(kind=kind, colour=colour, label=label) for kind, colour, label in entries)}</p>"
    )


SERIES_LEGEND = _legend(
    ("", _BLUE, "measured"), ("dashed", _RED, "bound of the target"), ("", _GREY, "change applied"),
    ("band", _GREEN, "predicted with the change, 95 %"), ("dotted", _GREY, "predicted without it"),
    ("band", _YELLOW, "the intent's time"),
)  # fmt: skip
CANDIDATES_LEGEND = _legend(
    ("", _GREEN, "meets the target (95 % interval)"), ("", _RED, "misses it"), ("dashed", _RED, "bound of the target")
)


@dataclass(frozen=True)
class Marks:
    """What a plot over time marks: when the change was applied (None: it was not), and the intent's time."""

    applied: datetime | None
    window: TimeWindow | None


def frame_of(records: list[dict[str, Any]]) -> KpiFrame:
    """Return the frame that `KpiFrame.to_records` wrote."""
    return KpiFrame(
        tuple(
            KpiSample(
                kpi=record["kpi"], dn=record["dn"], slice=Slice(record["slice"]) if record["slice"] else None,
                start=datetime.fromisoformat(record["start"]), end=datetime.fromisoformat(record["end"]),
                value=record["value"], unit=record["unit"], count=record["count"],
            )
            for record in records
        )
    )  # fmt: skip


def kpi_title(name: str, slice: Slice | None) -> str:
    """Return the KPI's title from the catalogue, with the slice."""
    return f"{kpi_definition(name).title}{f' [{slice.value}]' if slice else ''}"


def series_plot(outcome: RunOutcome, series: KpiFrame, scope: ExpectationObject, target: ExpectationTarget, marks: Marks) -> str:
    """Return the SVG of a target over time, empty without measurements. What it means is in `SERIES_LEGEND`, outside of it."""
    points = points_of(series, scope, target)
    if not points:
        return ""
    figure, axes = _axes(4.8, 2.4)
    axes.plot([moment for moment, _ in points], [value for _, value in points], color=_BLUE, lw=1.6, marker="o", ms=3)
    if target.value is not None:
        axes.axhline(target.value, color=_RED, ls="--", lw=1.2)
    _draw_marks(axes, marks)
    if marks.applied is not None:
        _draw_prediction(axes, outcome, scope, target, (marks.applied, max(points[-1][0], marks.applied)))
    axes.set_ylabel(target.definition.unit)
    _draw_times(axes, points[0][0])
    return _svg(figure)


def _draw_times(axes: Any, first: datetime) -> None:
    import matplotlib.dates

    dates: Any = matplotlib.dates  # its classes have no types
    locator = dates.AutoDateLocator(minticks=3, maxticks=5)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz=first.tzinfo))


def _draw_marks(axes: Any, marks: Marks) -> None:
    if marks.applied is not None:
        axes.axvline(marks.applied, color=_GREY, lw=1.6)
    if marks.window is not None:
        left, right = axes.get_xlim()
        axes.axvspan(marks.window.start, marks.window.end, color=_YELLOW, alpha=0.15, lw=0)
        axes.set_xlim(left, right)


def points_of(series: KpiFrame, scope: ExpectationObject, target: ExpectationTarget) -> list[tuple[datetime, float]]:
    """Return the target's value in each window of the stored series, over the scope's cells."""
    named = set(scope.cells)
    cells = {sample.dn for sample in series if sample.dn in named or short_name(sample.dn) in named}
    return assess_by_window(samples_of(series, target.kpi, scope.slice, cells if named else None), target)


def _draw_prediction(
    axes: Any, outcome: RunOutcome, scope: ExpectationObject, target: ExpectationTarget, span: tuple[datetime, datetime]
) -> None:
    """Draw what the twin predicted, from the moment on for which it predicted it: after the change."""
    for outlook in outcome.candidate.outlook if outcome.candidate else ():
        if (outlook.target, outlook.slice, outlook.cells) == (target, scope.slice, scope.cells):
            axes.fill_between(span, outlook.interval.low, outlook.interval.high, color=_GREEN, alpha=0.2, lw=0)
            axes.plot(span, [outlook.predicted] * 2, color=_GREEN, lw=1.2)
            if outlook.no_change is not None:
                axes.plot(span, [outlook.no_change] * 2, color=_GREY, lw=1.2, ls=":")


def candidates_plot(candidates: tuple[Candidate, ...]) -> str:
    """Return the SVG with the candidates' predictions side by side, one panel for each target; empty without predictions."""
    groups: dict[tuple[str, str, float | None], list[tuple[int, TargetOutlook]]] = defaultdict(list)
    for number, candidate in enumerate(candidates, 1):
        for outlook in candidate.outlook:
            key = (kpi_title(outlook.target.kpi, outlook.slice), outlook.target.definition.unit, outlook.target.value)
            groups[key].append((number, outlook))
    if not groups:
        return ""
    figure, panels = _panels(len(groups), len(candidates))
    for axes, ((name, unit, bound), rows) in zip(panels, groups.items(), strict=True):
        _draw_outlooks(axes, rows)
        if bound is not None:
            axes.axvline(bound, color=_RED, ls="--", lw=1.2)
        axes.set_xlabel(f"{name}, {unit}")
    figure.supylabel("candidate no.", fontsize=_FONT)
    return f"{CANDIDATES_LEGEND}{_svg(figure)}"


def _draw_outlooks(axes: Any, rows: list[tuple[int, TargetOutlook]]) -> None:
    for height, (_, outlook) in enumerate(reversed(rows)):
        colour = _GREEN if outlook.met else _RED
        axes.plot([outlook.interval.low, outlook.interval.high], [height, height], color=colour, lw=3, alpha=0.4)
        axes.plot(outlook.predicted, height, "o", color=colour, ms=5)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_yticks(range(len(rows)), [str(number) for number, _ in reversed(rows)])


def _panels(count: int, rows: int) -> tuple[Any, list[Any]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.8, count * (0.8 + 0.25 * max(rows, 2))), layout="constrained")
    panels = figure.subplots(count, 1, squeeze=False)
    for axes in panels[:, 0]:
        _tidy(axes)
    return figure, list(panels[:, 0])


def _axes(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    _tidy(axes)
    return figure, axes


def _tidy(axes: Any) -> None:
    axes.grid(alpha=0.25)
    axes.xaxis.label.set_size(_FONT)
    axes.yaxis.label.set_size(_FONT)
    axes.xaxis.get_offset_text().set_size(_FONT)
    axes.yaxis.get_offset_text().set_size(_FONT)
    axes.tick_params(labelsize=_FONT)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _svg(figure: Any) -> str:
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context({"text.parse_math": False}):  # a dollar sign in a name is a dollar sign
        figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
