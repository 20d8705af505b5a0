"""The report of the command that reads PM files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from policies.kpi import kpi_definition
from tools.oran.tables.network_tables import kpi_report
from tools.telemetry.pm_intake import FileReport, take_in_files
from tools.telemetry.store import KpiStore
from twins.network import KpiQuery
from twins.scratch_folder import ScratchFolder
from twins.screen.console import SafeConsole, plain


def report_files(
    files: Sequence[Path], store: Path | None, cumulative: tuple[str, ...]
) -> tuple[dict[str, Any], Callable[[SafeConsole], None]]:
    """Take in the files; return the report as JSON, and a function that prints it. Raises UnknownKpiError, KpiStoreError."""
    for name in cumulative:
        kpi_definition(name)
    with ScratchFolder("twinpilot-pm-") as folder:
        kpis = KpiStore(store or folder / "kpi.sqlite")
        reports = take_in_files(files, kpis, cumulative)
        frame, flaws, losses = kpis.everything(), kpis.flaws(KpiQuery()), kpis.losses()
    value = {
        "files": [report.model_dump(mode="json") for report in reports],
        "samples": frame.to_records(),
        "invalid": [flaw.model_dump(mode="json") for flaw in flaws],
        "losses": losses.model_dump(exclude={"source"}),
    }

    def show(console: SafeConsole) -> None:
        for report in reports:
            console.print(_line(report))
            for reason in report.unread:
                console.print(plain(f"  {reason}", "red"))
        kpi_report(console, frame, flaws, losses)

    return value, show


def _line(report: FileReport) -> Text:
    if report.reason:
        return plain(report.reason, "red")
    ignored = f"; not KPIs: {', '.join(report.ignored)}" if report.ignored else ""
    return plain(f"{report.path}: {report.samples} new samples{ignored}")
