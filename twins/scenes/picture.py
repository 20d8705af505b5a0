"""A radio map as a picture: heat maps over the outline of the scene, transmitters marked, colour bars with units."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twins.scenes.coverage import is_room, summarize
from twins.scenes.radio_map import Floats, RadioMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GAIN_SPAN_DB = 70.0  # of the colour bar
_SINR_LIMITS_DB = (-10.0, 30.0)
_MIN_OBJECT_M = 2.5  # height of the surface above the receivers that counts as an object on terrain
_COLOURS = {"no path": "#ffffff", "object": "#d5d2cc", "outline": "#3b3935", "transmitter": "#d62828"}
_PANEL_INCHES = 6.4
_ARROW_SHARE = 0.06  # of the map's width


def draw_map(radio_map: RadioMap, path: Path) -> None:
    """Write a PNG with the best server's path gain and, for several transmitters, the SINR beside it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    panels = [("path gain of the best server, dB", radio_map.best_gain_db, _gain_limits(radio_map))]
    if len(radio_map.request.transmitters) > 1:
        panels.append(("SINR of the best server, dB", radio_map.sinr_db, _SINR_LIMITS_DB))
    figure = Figure(figsize=_size(radio_map, len(panels)), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (label, values, limits) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _panel(figure, axes, radio_map, values, limits, label)
    figure.suptitle(_title(radio_map), fontsize=10)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130, format="png")


def _panel(figure: Figure, axes: Axes, radio_map: RadioMap, values: Floats, limits: tuple[float, float], label: str) -> None:
    x_min, y_min, x_max, y_max = radio_map.request.rectangle
    extent = (x_min, x_max, y_min, y_max)
    axes.set_facecolor(_COLOURS["no path"])
    masked = np.ma.masked_where(~np.isfinite(values), values)
    image = axes.imshow(
        masked, origin="lower", extent=extent, cmap="viridis", vmin=limits[0], vmax=limits[1], interpolation="nearest"
    )
    _objects(axes, radio_map, extent)
    _transmitters(axes, radio_map)
    axes.set(xlabel="x, m", ylabel="y, m", xlim=(x_min, x_max), ylim=(y_min, y_max), aspect="equal")
    axes.tick_params(labelsize=8)
    figure.colorbar(image, ax=axes, label=label, extend="both", shrink=0.85)


def _objects(axes: Axes, radio_map: RadioMap, extent: tuple[float, float, float, float]) -> None:
    """Shade and outline objects above the receivers; a room is left out, because it would be shaded entirely."""
    if is_room(radio_map):
        return
    # The surface has its own resolution: each of its pixels has the ground height of the cell it lies in.
    rows, columns = radio_map.surface_m.shape
    r = np.arange(rows) * radio_map.ground_m.shape[0] // rows
    c = np.arange(columns) * radio_map.ground_m.shape[1] // columns
    level = radio_map.ground_m[np.ix_(r, c)] + max(radio_map.request.receiver_height_m, 0.0)
    objects = (radio_map.surface_m > level + (_MIN_OBJECT_M if radio_map.request.info.terrain else 0.0)).astype(float)
    x = np.linspace(extent[0], extent[1], columns)
    y = np.linspace(extent[2], extent[3], rows)
    axes.contourf(x, y, objects, levels=[0.5, 1.5], colors=[_COLOURS["object"]], alpha=0.55)
    axes.contour(x, y, objects, levels=[0.5], colors=[_COLOURS["outline"]], linewidths=0.5)


def _transmitters(axes: Axes, radio_map: RadioMap) -> None:
    """Mark transmitters with a triangle and their name; sectors with an arrow along their azimuth and the name at its tip."""
    from matplotlib.patheffects import withStroke

    x_min, _, x_max, _ = radio_map.request.rectangle
    halo = [withStroke(linewidth=2.5, foreground="white")]
    for transmitter in radio_map.request.transmitters:
        position, azimuth = (transmitter.x_m, transmitter.y_m), math.radians(transmitter.azimuth_deg or 0.0)
        length = 0.0 if transmitter.azimuth_deg is None else _ARROW_SHARE * (x_max - x_min)
        tip = (transmitter.x_m + length * math.cos(azimuth), transmitter.y_m + length * math.sin(azimuth))
        if length:
            axes.annotate("", tip, position, arrowprops={"arrowstyle": "-|>", "color": _COLOURS["transmitter"], "lw": 1.8})
        axes.plot(*position, marker="^", markersize=9, color=_COLOURS["transmitter"], markeredgecolor="white")
        offset = (8 * math.cos(azimuth), 8 * math.sin(azimuth)) if length else (8, 7)
        style: dict[str, Any] = {
            "fontsize": 8,
            "fontweight": "bold",
            "path_effects": halo,
            "ha": "center" if length else "left",
            "va": "center",
        }
        axes.annotate(transmitter.name, tip, xytext=offset, textcoords="offset points", annotation_clip=True, **style)


def _gain_limits(radio_map: RadioMap) -> tuple[float, float]:
    """Ends of the colour bar in dB, multiples of ten; the strongest half per cent of cells is beyond the top."""
    gains = radio_map.best_gain_db[np.isfinite(radio_map.best_gain_db)]
    if not gains.size:
        return -_GAIN_SPAN_DB - 60.0, -60.0
    top = 10.0 * math.ceil(float(np.percentile(gains, 99.5)) / 10.0)
    bottom = 10.0 * math.floor(float(np.percentile(gains, 1)) / 10.0)
    return min(max(bottom, top - _GAIN_SPAN_DB), top - 10.0), top


def _title(radio_map: RadioMap) -> str:
    request, summary = radio_map.request, summarize(radio_map)
    cells = "cells" if is_room(radio_map) else "open cells"
    lines = [
        f"{request.scene}, {request.carrier_ghz:g} GHz, receivers at {request.receiver_height_m:g} m,"
        f" cells of {request.cell_size_m:g} m",
        f"{request.rays:,} rays per transmitter, depth {request.depth};"
        f" {summary.covered:.1%} of {cells} have any path (white: none)",
    ]
    return "\n".join(lines if summary.trusted else [*lines, "DO NOT TRUST THIS MAP: see the warnings"])


def _size(radio_map: RadioMap, panels: int) -> tuple[float, float]:
    x_min, y_min, x_max, y_max = radio_map.request.rectangle
    ratio = min(max((y_max - y_min) / (x_max - x_min), 0.4), 1.6)
    return panels * _PANEL_INCHES + 0.4, _PANEL_INCHES * 0.8 * ratio + 0.9
