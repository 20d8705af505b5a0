"""What a network reports after a change: its windows enter the KPI store one by one, through the checks of measurements."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from harness.verification.bench.world import Present
from policies.kpi import KpiFrame
from tools.telemetry.kpi_snapshot import KpiSnapshot
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore


class Reports:
    """Delivers `reported` into a copy, in `folder`, of the store of the network `present`."""

    def __init__(self, reported: KpiFrame, present: Present, folder: Path) -> None:
        self._reporter = present.reporter
        self._coming = reported
        copy = folder / "kpi.sqlite"
        with closing(sqlite3.connect(present.store.path)) as original, closing(sqlite3.connect(copy)) as target:
            original.backup(target)
        self._store = KpiStore(copy)

    def until(self, moment: datetime) -> KpiSnapshot:
        """Return the KPIs after all windows that end by `moment` were delivered."""
        new = self._coming.keep(lambda sample: sample.end <= moment)
        self._coming = self._coming.keep(lambda sample: sample.end > moment)
        self._store.write(new, replace(self._reporter, now=moment))
        return KpiSource(self._store).snapshot()
