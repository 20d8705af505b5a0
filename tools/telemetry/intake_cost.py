"""What the checks of measurements cost: CPU of an intake with them over that of the same intake without, in one process.

An intake is what a pull of PM reports costs, from their JSON text to committed rows: 20 granularity periods a delivery.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from policies.kpi import KpiFrame
from policies.quality.reporter import Reporter
from tools.telemetry.delivery import Delivery
from tools.telemetry.pm_report import read_report
from tools.telemetry.reporting import reporter_of
from tools.telemetry.storage.samples import put_samples
from tools.telemetry.store import KpiStore
from twins.network import KpiQuery
from twins.ric.pm_log import PmLog
from twins.ric.pm_report import reports_of
from twins.scratch_folder import ScratchFolder
from twins.system.scenario.scenario import SystemScenario
from twins.system.system_network import SystemNetwork

_PAGE = 20


def intake_cost(scenario: SystemScenario, windows: int, repeats: int, pairs: int) -> list[tuple[float, float]]:
    """Return CPU seconds (with checks, without) of intakes of `windows` simulated windows, which are repeated `repeats` times."""
    network = SystemNetwork(scenario, seed=1)
    network.advance(windows * scenario.granularity_s)
    card = network.describe()
    span = windows * scenario.granularity_s
    measured = network.observe(KpiQuery(windows=windows))
    pages = list(_pages(measured, span, repeats))
    reporter = replace(reporter_of(card), now=None)  # the repeated windows are later than the network's time
    _cpu_s(pages, reporter)  # fills the caches of the catalogue
    return [(_cpu_s(pages, reporter), _cpu_s(pages, None)) for _ in range(pairs)]


def _pages(frame: KpiFrame, span_s: float, repeats: int) -> Iterator[str]:
    """Yield the answers of a PM source, as JSON text."""
    log = PmLog()
    for number in range(repeats):
        later = timedelta(seconds=number * span_s)
        log.log(KpiFrame(tuple(replace(row, start=row.start + later, end=row.end + later) for row in frame)))
    for after in range(0, log.last, _PAGE):
        yield json.dumps([report for period in log.after(after, _PAGE) for report in reports_of(period)])


def _cpu_s(pages: list[str], reporter: Reporter | None) -> float:
    """Return the CPU seconds of an intake, without the checks if there is no reporter."""
    with ScratchFolder("twinpilot-intake-") as folder:
        store = KpiStore(folder / "kpi.sqlite")
        plain = sqlite3.connect(store.path, isolation_level=None)
        plain.execute("PRAGMA synchronous=NORMAL")
        begun = time.process_time()
        for page in pages:
            readings = [read_report(report) for report in json.loads(page)]
            frame = KpiFrame(tuple(sample for reading in readings for sample in reading.samples))
            if reporter is None:
                plain.execute("BEGIN IMMEDIATE")
                put_samples(plain, list(frame), "bench")
                plain.commit()
            else:
                reports = tuple(reading.report for reading in readings)
                store.take_in(Delivery(source="bench", frame=frame, reports=reports), reporter)
        spent = time.process_time() - begun
        plain.close()
        return spent
