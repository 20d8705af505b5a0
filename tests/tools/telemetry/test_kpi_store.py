"""The KPI store keeps every sample once, with its unit, for several writers, and DuckDB sees the same rows."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from policies.kpi import KpiFrame, KpiSample, UnknownKpiError
from policies.slices import Slice
from tools.telemetry.analytics import KpiAnalytics
from tools.telemetry.store import KpiStore, KpiStoreError
from twins.network import KpiQuery

START = datetime(2026, 1, 1, 18, tzinfo=UTC)
CELL = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"


def sample(window: int, value: float | None, kpi: str = "RRU.PrbTotDl", unit: str = "%", slice: Slice | None = None):
    start = START + timedelta(minutes=15 * window)
    return KpiSample(kpi, CELL, slice, start, start + timedelta(minutes=15), value, unit, count=3)


def test_a_sample_comes_back_as_it_went_in(tmp_path):
    store = KpiStore(tmp_path / "kpi.db")
    frame = KpiFrame((sample(0, 41.5), sample(0, 12.0, "DRB.UEThpDl", "Mbit/s", Slice.EMBB), sample(1, None)))
    assert store.write(frame) == 3
    assert sorted(store.query(KpiQuery()), key=str) == sorted(frame, key=str)


def test_samples_of_a_window_come_back_in_the_order_of_the_report(tmp_path):
    store = KpiStore(tmp_path / "kpi.db")
    bins = [f"CARR.WBCQIDist.{index}" for index in range(16)]
    store.write(KpiFrame(tuple(sample(0, 1.0, name, "count") for name in bins)))
    assert [row.kpi for row in store.query(KpiQuery())] == bins


def test_a_report_delivered_twice_is_stored_once(tmp_path):
    store = KpiStore(tmp_path / "kpi.db")
    frame = KpiFrame(tuple(sample(window, float(window)) for window in range(10)))
    assert (store.write(frame), store.write(frame), store.count()) == (10, 0, 10)


def test_the_last_windows_are_the_newest_complete_ones(tmp_path):
    store = KpiStore(tmp_path / "kpi.db")
    store.write(KpiFrame(tuple(sample(window, float(window)) for window in range(10))))
    assert store.query(KpiQuery(windows=3)).values() == [7.0, 8.0, 9.0]
    assert store.query(KpiQuery(windows=2, end=START + timedelta(hours=1))).values() == [2.0, 3.0]
    assert store.query(KpiQuery(start=START + timedelta(hours=2))).values() == [8.0, 9.0]
    assert store.latest() == START + timedelta(hours=2, minutes=30)


def test_a_family_of_bins_is_queried_by_its_name(tmp_path):
    store = KpiStore(tmp_path / "kpi.db")
    store.write(KpiFrame(tuple(sample(0, 1.0, f"CARR.WBCQIDist.{index}", "count") for index in range(16))))
    assert len(store.query(KpiQuery(kpis=("CARR.WBCQIDist",)))) == 16


def test_an_unknown_kpi_is_refused_by_name(tmp_path):
    store = KpiStore(tmp_path / "kpi.db")
    with pytest.raises(UnknownKpiError, match=r"DRB\.Nonsense"):
        store.query(KpiQuery(kpis=("DRB.Nonsense",)))


def test_a_file_that_is_not_a_store_is_refused(tmp_path):
    (tmp_path / "kpi.db").write_bytes(b"not a database" * 100)
    with pytest.raises(KpiStoreError, match="not a database"):
        KpiStore(tmp_path / "kpi.db")


def test_duckdb_sees_what_sqlite_wrote_and_keeps_up(tmp_path):
    store = KpiStore(tmp_path / "kpi.db")
    analytics = KpiAnalytics(store)
    store.write(KpiFrame(tuple(sample(window, float(window)) for window in range(4))))
    assert analytics.summary("RRU.PrbTotDl")[0].mean == 1.5
    store.write(KpiFrame((sample(4, 10.0), sample(5, None))))
    (row,) = analytics.summary("RRU.PrbTotDl")
    assert (row.windows, row.highest, row.mean) == (5, 10.0, 3.2)
    assert [row.windows for row in analytics.hourly("RRU.PrbTotDl", [CELL])] == [4, 1]


_WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from policies.kpi import KpiFrame, KpiSample
from tools.telemetry.store import KpiStore
store = KpiStore(sys.argv[1])
start = datetime(2026, 1, 1, tzinfo=UTC)
for window in range(50):
    at = start + timedelta(minutes=window)
    dn = f"ManagedElement={sys.argv[2]}"
    store.write(KpiFrame((KpiSample("RRU.PrbTotDl", dn, None, at, at + timedelta(minutes=1), 1.0, "%"),)))
"""


def test_two_processes_write_at_once_and_nothing_is_lost(tmp_path):
    path = tmp_path / "kpi.db"
    writers = [subprocess.Popen([sys.executable, "-c", _WRITER, str(path), name]) for name in ("S1", "S2")]
    assert [writer.wait(600) for writer in writers] == [0, 0]
    assert KpiStore(path).count() == 100
