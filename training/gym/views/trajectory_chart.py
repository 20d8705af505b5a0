"""Charts of the trajectory view as inline SVG: a dimension of the state over mission time, its SLA bound, events and changes.

Colours come from the page's CSS. All inserted text is a number, a unit, or escaped by the caller.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, SLICE_HEIGHT = 760.0, 150.0, 46.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 14.0, 12.0, 24.0


@dataclass(frozen=True)
class Axis:
    """Mission time from 0 to `end_s` over the width; the other fields are times to mark in every chart.

    `refused` are the times of changes that the gate refused.
    """

    end_s: float
    events: tuple[float, ...]
    changes: tuple[float, ...]
    refused: tuple[float, ...] = ()

    def x(self, at_s: float) -> float:
        """Return the horizontal position of a time."""
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * at_s / self.end_s


@dataclass(frozen=True)
class Bound:
    """The SLA's upper or lower bound on a dimension, in its unit."""

    value: float
    upper: bool

    def broken_by(self, value: float) -> bool:
        """Whether `value` violates the bound; a value equal to it does not."""
        return value > self.value if self.upper else value < self.value


def chart(label: str, unit: str, points: Sequence[tuple[float, float, str]], bound: Bound | None, axis: Axis) -> str:
    """Return the chart of `points` (time, value, escaped remark); a value holds until the next measurement."""
    top = _round_up(max([value for _, value, _ in points] + ([bound.value] if bound is not None else [])) * 1.05 or 1.0)
    parts = [_background(top, bound, axis), _marks(axis, HEIGHT)]
    if bound is not None:
        at = _y(bound.value, top)
        sign = "≤" if bound.upper else "≥"
        parts.append(f'<line class="bound" x1="{_LEFT:g}" x2="{WIDTH - _RIGHT:g}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text class="bound" x="{WIDTH - _RIGHT:g}" y="{at - 4:.1f}">SLA {sign} {bound.value:g} {unit}</text>')
    parts.append(f'<path class="line" d="{_path(points, top, axis)}"/>')
    for at_s, value, remark in points:
        kind = "dot bad" if bound is not None and bound.broken_by(value) else "dot"
        parts.append(
            f'<circle class="{kind}" cx="{axis.x(at_s):.1f}" cy="{_y(value, top):.1f}" r="3.5">'
            f"<title>{at_s:g} s: {label} {value:.4g} {unit} {remark}</title></circle>"
        )
    return _svg(f"{label} over mission time", HEIGHT, parts)


def slice_chart(points: Sequence[tuple[float, str]], axis: Axis) -> str:
    """Return the strip of the slices that carried the mission over time."""
    runs = [point for index, point in enumerate(points) if index == 0 or points[index - 1][1] != point[1]]
    ends = [*(at_s for at_s, _ in runs[1:]), axis.end_s]
    parts = []
    for (at_s, name), end_s in zip(runs, ends, strict=True):
        x, width = axis.x(at_s), axis.x(end_s) - axis.x(at_s)
        parts.append(f'<rect class="slice-{name}" x="{x:.1f}" y="6" width="{width:.1f}" height="18"/>')
        parts.append(f'<text class="slice" x="{x + 4:.1f}" y="19">{name}</text>')
    return _svg("slice over mission time", SLICE_HEIGHT, [*parts, _ticks(axis, SLICE_HEIGHT), _marks(axis, SLICE_HEIGHT)])


def _round_up(value: float) -> float:
    """The smallest round number (1, 2, 4, 5 or 10 times a power of ten) not below `value`; half of it is round, too."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1.0, 2.0, 4.0, 5.0, 10.0) if step * power >= value * (1.0 - 1e-9))


def _y(value: float, top: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * min(value / top, 1.0)


def _background(top: float, bound: Bound | None, axis: Axis) -> str:
    """The background: the area of violation, the grid with its values, and the times."""
    parts = []
    if bound is not None:
        at = _y(bound.value, top)
        y, height = (_TOP, at - _TOP) if bound.upper else (at, HEIGHT - _BOTTOM - at)
        parts.append(f'<rect class="broken" x="{_LEFT:g}" y="{y:.1f}" width="{WIDTH - _LEFT - _RIGHT:g}" height="{height:.1f}"/>')
    for share in (0.0, 0.5, 1.0):
        y = _y(share * top, top)
        parts.append(f'<line class="grid" x1="{_LEFT:g}" x2="{WIDTH - _RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="value" x="{_LEFT - 6:g}" y="{y + 4:.1f}">{share * top:.3g}</text>')
    return "".join([*parts, _ticks(axis, HEIGHT)])


def _ticks(axis: Axis, height: float) -> str:
    step = _round_up(axis.end_s / 7.0)
    times = [step * index for index in range(math.floor(axis.end_s / step) + 1)]
    return "".join(f'<text class="time" x="{axis.x(at):.1f}" y="{height - 8:g}">{at:g} s</text>' for at in times)


def _marks(axis: Axis, height: float) -> str:
    low = height - _BOTTOM + 4.0
    events = (f'<line class="event" x1="{axis.x(at):.1f}" x2="{axis.x(at):.1f}" y1="4" y2="{low:g}"/>' for at in axis.events)
    changed = (f'<path class="change" d="M{axis.x(at):.1f} {low - 8:g}l4 8h-8z"/>' for at in axis.changes)
    refused = (f'<path class="refused" d="M{axis.x(at) - 4:.1f} {low - 8:g}l8 8m0 -8l-8 8"/>' for at in axis.refused)
    return "".join([*events, *changed, *refused])


def _path(points: Sequence[tuple[float, float, str]], top: float, axis: Axis) -> str:
    commands = []
    for index, (at_s, value, _) in enumerate(points):
        x, y = axis.x(at_s), _y(value, top)
        commands.append(f"M{x:.1f} {y:.1f}" if index == 0 else f"H{x:.1f}V{y:.1f}")
    return "".join(commands)


def _svg(title: str, height: float, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-label="{title}">{"".join(parts)}</svg>'
