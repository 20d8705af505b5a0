"""The plots of a run's page as inline SVG: KPI series with markers and prediction bands, candidates with intervals."""

from __future__ import annotations

import io
from collections import defaultdict
from datetime import datetime
from typing import Any

from harness.records.outcome import RunOutcome
from policies.assessment import assess_by_window, samples_of
from policies.intent import ExpectationObject, ExpectationTarget
from policies.kpi import KpiFrame, KpiSample
from policies.managed_object import short_name
from policies.proposal import Candidate, TargetOutlook
from policies.slices import Slice

_BLUE, _GREEN, _RED, _GREY = "#2563eb", "#16a34a", "#dc2626", "#6b7280"


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


def series_plot(
    outcome: RunOutcome, series: KpiFrame, scope: ExpectationObject, target: ExpectationTarget, marks: dict[str, datetime]
) -> str:
    """Return the SVG of a target over time, empty without measurements; `marks` are the times of vertical lines by label."""
    points = assess_by_window(_select(series, scope, target), target)
    if not points:
        return ""
    figure, axes = _axes(7.2, 2.6)
    axes.plot([moment for moment, _ in points], [value for _, value in points], color=_BLUE, lw=1.6, marker="o", ms=3)
    if target.value is not None:
        axes.axhline(target.value, color=_RED, ls="--", lw=1, label=f"bound {target.value:g}")
    _prediction_band(axes, outcome, scope, target)
    _draw_marks(axes, marks)
    slice = f" [{scope.slice.value}]" if scope.slice else ""
    axes.set_ylabel(f"{target.kpi}{slice}\n{target.definition.unit}", fontsize=8)
    axes.legend(fontsize=7, loc="upper left", frameon=False)
    figure.autofmt_xdate()
    return _svg(figure)


def _draw_marks(axes: Any, marks: dict[str, datetime]) -> None:
    for label, moment in marks.items():
        axes.axvline(moment, color=_GREY, lw=1)
        axes.annotate(label, (moment, 1.0), xycoords=("data", "axes fraction"), fontsize=8, color=_GREY, rotation=0, va="bottom")


def _select(series: KpiFrame, scope: ExpectationObject, target: ExpectationTarget) -> KpiFrame:
    named = set(scope.cells)
    cells = {sample.dn for sample in series if sample.dn in named or short_name(sample.dn) in named}
    return samples_of(series, target.kpi, scope.slice, cells if named else None)


def _prediction_band(axes: Any, outcome: RunOutcome, scope: ExpectationObject, target: ExpectationTarget) -> None:
    for outlook in outcome.candidate.outlook if outcome.candidate else ():
        if (outlook.target, outlook.slice, outlook.cells) == (target, scope.slice, scope.cells):
            axes.axhspan(outlook.interval.low, outlook.interval.high, color=_GREEN, alpha=0.15, label="predicted (95 %)")
            axes.axhline(outlook.predicted, color=_GREEN, lw=1)
            if outlook.no_change is not None:
                axes.axhline(outlook.no_change, color=_GREY, lw=1, ls=":", label="predicted without a change")


def candidates_plot(candidates: tuple[Candidate, ...]) -> str:
    """Return the SVG with the candidates' predictions side by side, one panel for each target; empty without predictions."""
    groups: dict[tuple[str, str, float | None], list[tuple[str, TargetOutlook]]] = defaultdict(list)
    for candidate in candidates:
        for outlook in candidate.outlook:
            name = f"{outlook.target.kpi}{f' [{outlook.slice.value}]' if outlook.slice else ''}"
            groups[name, outlook.target.definition.unit, outlook.target.value].append((candidate.name, outlook))
    if not groups:
        return ""
    figure, panels = _panels(len(groups), len(candidates))
    for axes, ((name, unit, bound), rows) in zip(panels, groups.items(), strict=True):
        _draw_outlooks(axes, rows)
        if bound is not None:
            axes.axvline(bound, color=_RED, ls="--", lw=1)
        axes.set_xlabel(f"{name}, {unit}", fontsize=8)
    figure.tight_layout()
    return _svg(figure)


def _draw_outlooks(axes: Any, rows: list[tuple[str, TargetOutlook]]) -> None:
    for height, (_, outlook) in enumerate(reversed(rows)):
        colour = _GREEN if outlook.met else _RED
        axes.plot([outlook.interval.low, outlook.interval.high], [height, height], color=colour, lw=3, alpha=0.4)
        axes.plot(outlook.predicted, height, "o", color=colour, ms=5)
    axes.set_yticks(range(len(rows)), [label[:34] for label, _ in reversed(rows)], fontsize=8)


def _panels(count: int, rows: int) -> tuple[Any, list[Any]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.2, count * (0.7 + 0.28 * max(rows, 2))))
    panels = figure.subplots(count, 1, squeeze=False)
    for axes in panels[:, 0]:
        _tidy(axes)
    return figure, list(panels[:, 0])


def _axes(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    axes = figure.subplots()
    _tidy(axes)
    return figure, axes


def _tidy(axes: Any) -> None:
    axes.grid(alpha=0.25)
    axes.tick_params(labelsize=8)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _svg(figure: Any) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
