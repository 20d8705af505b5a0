"""A radio map and the list of scenes as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from twins.scenes.catalogue import SCENES
from twins.screen.say import say

if TYPE_CHECKING:
    from twins.scenes.agreement import Agreement, SiteAgreement
    from twins.scenes.coverage import MapSummary


def show_map(summary: MapSummary, agreement: Agreement, files: dict[str, str]) -> None:
    """Print a table of a map's figures, its agreement with TR 38.901 and its files, with warnings below."""
    rows = [
        ("scene", f"{summary.scene}, {summary.objects} objects"),
        ("cells", f"{summary.rows} x {summary.columns}, {summary.open_share:.1%} under the open sky"),
        ("covered by any path", f"{summary.covered:.1%}"),
        (f"received at {summary.threshold_dbm:g} dBm or more", f"{summary.above_threshold:.1%}"),
        ("in line of sight, but without a path", "–" if summary.missed_in_sight is None else f"{summary.missed_in_sight:.2%}"),
        ("path gain, median and 5 %", f"{_decibels(summary.median_gain_db)} dB, {_decibels(summary.low_gain_db)} dB"),
        ("SINR, median", f"{_decibels(summary.median_sinr_db)} dB"),
        *((f"{site.transmitter}: reached, best server", f"{site.reached:.1%}, {site.best:.1%}") for site in summary.served),
        *(_site_row(site) for site in agreement.sites),
        ("agreement with TR 38.901", agreement.summary),
        ("tracing", f"{summary.seconds:.1f} s"),
        *files.items(),
    ]
    _show(f"radio map of {summary.scene}", ("", ""), rows)
    say(*(f"warning: {warning}" for warning in summary.warnings))


def _site_row(site: SiteAgreement) -> tuple[str, str]:
    difference = f"{_decibels(site.difference_db)} dB over {site.compared_cells} of {site.cells} cells"
    return (
        f"{site.transmitter} against {site.scenario}, {'line of sight' if site.line_of_sight else 'no line of sight'}",
        f"{difference} (σ {site.shadow_std_db:g} dB)",
    )


def _decibels(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _show(title: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    from rich.table import Table

    from twins.screen.console import SafeConsole

    table = Table(title=title, show_header=any(columns))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    SafeConsole().print(table)


def show_scenes() -> None:
    """Print a table of the built-in scenes with their sizes and numbers of objects."""
    rows = [
        (info.name, info.about, f"{info.size_m[0]:.0f} x {info.size_m[1]:.0f}", str(info.objects)) for info in SCENES.values()
    ]
    _show(f"{len(rows)} scenes", ("scene", "description", "size, m", "objects"), rows)
