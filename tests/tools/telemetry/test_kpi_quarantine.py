"""What is not good never leaves the KPI store as a sample: it is in the quarantine, with the reason."""

import sqlite3
from datetime import UTC, datetime, timedelta

from policies.kpi import KpiFrame, KpiSample
from policies.quality.flaw import suspect
from policies.quality.reporter import Reporter
from policies.slices import Slice
from tools.telemetry.delivery import DeadLetter, Delivery
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.storage import quarantine
from tools.telemetry.store import KpiStore
from twins.network import KpiQuery

START = datetime(2026, 1, 1, 18, tzinfo=UTC)
CELL = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"
WINDOW = timedelta(minutes=15)


def sample(number, value, kpi="RRU.PrbTotDl", unit="%", slice=None, dn=CELL, length=WINDOW):
    start = START + number * WINDOW
    return KpiSample(kpi, dn, slice, start, start + length, value, unit)


def frame(*samples):
    return KpiFrame(samples)


def test_one_bad_sample_does_not_block_the_good_ones(store):
    bad = [sample(0, 140.0), sample(1, 5.0, "DRB.Nonsense"), sample(2, 5.0, "DRB.UEThpDl", ""), sample(3, 1.0, length=-WINDOW)]
    assert store.write(frame(*bad, sample(4, 40.0))) == 1
    assert store.query(KpiQuery()).values() == [40.0]
    assert [flaw.check for flaw in store.flaws(KpiQuery())] == ["range", "catalogue", "unit", "window"]


def test_convertible_units_are_stored_in_those_of_the_catalogue(store):
    store.write(frame(sample(0, 60_000.0, "DRB.UEThpDl", "kbit/s"), sample(1, 60.0, "DRB.UEThpDl", "Mbit/s")))
    assert [(row.value, row.unit) for row in store.query(KpiQuery())] == [(60.0, "Mbit/s")] * 2


def test_flaws_are_found_by_kpi_object_slice_and_time(store):
    rows = [sample(number, 140.0) for number in range(4)]
    rows += [
        sample(0, -1.0, "RRC.ConnMean", "UE", Slice.EMBB),
        sample(1, 20.0, "RRU.PrbTotDl"),
        sample(9, 1.0, "RRC.ConnMean", "UE"),
    ]
    store.write(frame(*rows))
    assert len(store.flaws(KpiQuery(kpis=("RRU.PrbTotDl",)))) == 4
    assert len(store.flaws(KpiQuery(kpis=("RRC.ConnMean",), slices=(Slice.EMBB,)))) == 1
    assert store.flaws(KpiQuery(kpis=("RRC.ConnMean",), slices=(Slice.URLLC,))) == ()
    assert len(store.flaws(KpiQuery(start=START + WINDOW, end=START + 3 * WINDOW))) == 2
    assert store.flaws(KpiQuery(dns=("ManagedElement=S2",))) == ()


def test_a_flaw_without_a_valid_window_counts_as_of_now(store):
    store.write(frame(sample(0, 20.0), sample(1, 20.0)))
    store.write(frame(sample(0, 1.0, "RRC.ConnMean", "UE", length=timedelta(days=7 * 365))))
    assert len(store.flaws(KpiQuery(windows=1))) == 1


def test_a_snapshot_reports_flaws_newer_than_its_newest_window_but_none_that_arrive_later(store):
    kpis = KpiSource(store)
    store.write(frame(sample(0, 20.0), sample(1, 140.0)))
    snapshot = kpis.snapshot()
    store.write(frame(sample(2, 150.0)))
    assert snapshot.newest == START + WINDOW
    assert [flaw.value for flaw in snapshot.flaws(KpiQuery(windows=1))] == [140.0]
    assert [flaw.value for flaw in kpis.snapshot().flaws(KpiQuery())] == [140.0, 150.0]
    assert kpis.as_of(START + WINDOW).flaws(KpiQuery()) == ()


def test_what_becomes_suspect_is_withdrawn_and_what_is_corrected_comes_back(store):
    kpis = KpiSource(store)
    store.write(frame(sample(0, 20.0), sample(1, 30.0)))
    before = kpis.snapshot()
    store.take_in(Delivery(flaws=(suspect(sample(1, 30.0), "suspect flag", "its source marks it as suspect"),)))
    assert kpis.snapshot().query(KpiQuery()).values() == [20.0]
    store.write(frame(sample(1, 31.0)))
    assert kpis.snapshot().query(KpiQuery()).values() == [20.0, 31.0]
    assert before.query(KpiQuery()).values() == [20.0, 30.0]


def test_a_correction_that_cannot_be_does_not_replace(store):
    store.write(frame(sample(0, 20.0)))
    store.write(frame(sample(0, 2000.0)))
    assert store.query(KpiQuery()).values() == [20.0]


def test_two_sources_that_differ_by_two_are_a_conflict_and_neither_is_used(store):
    store.write(frame(sample(0, 30.0), sample(1, 30.0), sample(2, 30.0)), source="gNB metrics")
    store.write(frame(sample(0, 60.0), sample(1, 33.0), sample(2, 30.0)), source="PM")
    assert store.query(KpiQuery()).values() == [33.0, 30.0]
    (flaw,) = store.flaws(KpiQuery())
    assert "measurement conflict: 60 % here, 30 % from gNB metrics" in flaw.reason


def test_windows_of_one_measurement_do_not_overlap(store):
    store.write(frame(sample(0, 20.0), sample(1, 30.0)))
    store.write(frame(sample(2, 40.0, length=3 * WINDOW), sample(1, 1.0, length=4 * WINDOW)))
    store.write(frame(sample(3.5, 50.0), sample(3, 60.0, dn="ManagedElement=S2")))
    assert store.everything().values() == [20.0, 30.0, 40.0, 60.0]
    assert all("overlaps" in flaw.reason for flaw in store.flaws(KpiQuery()))


def test_a_slip_is_found_by_a_writer_that_starts_in_the_middle_of_it(tmp_path):
    """Whether a jump persists is seen from the quarantine, too."""

    def write(number, factor):
        volume, active = 900.0 * (1 + number % 3), 0.1 * (1 + number % 3)
        values = [
            ("DRB.PdcpSduVolumeDL", volume, "Mbit"),
            ("DRB.MeanActiveUeDl", active, "UE"),
            ("DRB.UEThpDl", 10.0 * factor, "Mbit/s"),
        ]
        KpiStore(tmp_path / "kpi.db").write(frame(*(sample(number, value, kpi, unit) for kpi, value, unit in values)))

    for number in range(8):
        write(number, 1.0)
    for number in range(8, 30):
        write(number, 2.0)
    store = KpiStore(tmp_path / "kpi.db")
    assert store.query(KpiQuery(kpis=("DRB.UEThpDl",))).values() == [10.0] * 8
    write(30, 1.0)
    assert store.query(KpiQuery(kpis=("DRB.UEThpDl",))).values() == [10.0] * 9


def test_the_quarantine_is_bounded(store, tmp_path):
    letters = tuple(DeadLetter(str(number).encode(), "unreadable") for number in range(quarantine.MAX_LETTERS + 50))
    store.take_in(Delivery(source="peer", letters=letters))
    store.take_in(Delivery(source="peer", letters=(DeadLetter(b"x" * (3 << 20), "too large"),)))
    kept = store.letters("peer")
    assert len(kept) <= quarantine.MAX_LETTERS
    assert len(kept[-1].content) == quarantine.MAX_LETTER_BYTES


def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path):
    with sqlite3.connect(tmp_path / "kpi.db") as old:
        old.executescript("""
            CREATE TABLE series(id INTEGER PRIMARY KEY, kpi TEXT NOT NULL, dn TEXT NOT NULL, slice TEXT NOT NULL,
                unit TEXT NOT NULL, UNIQUE(kpi, dn, slice));
            CREATE TABLE windows(start_s REAL PRIMARY KEY, end_s REAL NOT NULL) WITHOUT ROWID;
            CREATE TABLE samples(seq INTEGER PRIMARY KEY, series INTEGER NOT NULL REFERENCES series(id), start_s REAL NOT NULL,
                end_s REAL NOT NULL, value REAL, count INTEGER NOT NULL, UNIQUE(series, start_s));
        """)
        start, end = START.timestamp(), (START + WINDOW).timestamp()
        old.execute("INSERT INTO series VALUES (1, 'RRU.PrbTotDl', ?, '', '%')", (CELL,))
        old.execute("INSERT INTO windows VALUES (?, ?)", (start, end))
        old.execute("INSERT INTO samples VALUES (1, 1, ?, ?, 20.0, 1)", (start, end))
    store = KpiStore(tmp_path / "kpi.db")
    store.write(frame(sample(0, 21.0), sample(1, 30.0)), Reporter(granularity_s=900.0))
    assert store.query(KpiQuery()).values() == [21.0, 30.0]
    assert KpiSource(store).snapshot().query(KpiQuery()).values() == [21.0, 30.0]


def test_a_file_of_the_second_version_is_brought_up_to_date_and_takes_a_second_granularity(tmp_path):
    with sqlite3.connect(tmp_path / "kpi.db") as old:
        old.executescript("""
            CREATE TABLE series(id INTEGER PRIMARY KEY, kpi TEXT NOT NULL, dn TEXT NOT NULL, slice TEXT NOT NULL,
                unit TEXT NOT NULL, UNIQUE(kpi, dn, slice));
            CREATE TABLE windows(start_s REAL PRIMARY KEY, end_s REAL NOT NULL) WITHOUT ROWID;
            CREATE TABLE samples(seq INTEGER PRIMARY KEY, series INTEGER NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL,
                value REAL, count INTEGER NOT NULL, source TEXT NOT NULL DEFAULT '', version INTEGER NOT NULL DEFAULT 0,
                newest_s REAL NOT NULL DEFAULT 0, replaced_by INTEGER);
            CREATE UNIQUE INDEX current_samples ON samples(series, start_s) WHERE replaced_by IS NULL;
            CREATE TABLE quarantine(id INTEGER PRIMARY KEY, kpi TEXT NOT NULL, dn TEXT NOT NULL, slice TEXT NOT NULL,
                at_s REAL NOT NULL, source TEXT NOT NULL, found_by TEXT NOT NULL, flaw TEXT NOT NULL, UNIQUE(source, flaw));
            PRAGMA user_version = 2;
        """)
        start, end = START.timestamp(), (START + WINDOW).timestamp()
        old.execute("INSERT INTO series VALUES (1, 'RRU.PrbTotDl', ?, '', '%')", (CELL,))
        old.execute("INSERT INTO windows VALUES (?, ?)", (start, end))
        old.execute("INSERT INTO samples(seq, series, start_s, end_s, value, count) VALUES (1, 1, ?, ?, 20.0, 1)", (start, end))
    store = KpiStore(tmp_path / "kpi.db")
    assert store.query(KpiQuery()).values() == [20.0]
    store.write(frame(sample(1, 24.0), sample(0, 22.0, length=2 * WINDOW)))
    assert not store.flaws(KpiQuery())
    assert store.everything().values() == [20.0, 22.0, 24.0]
    assert store.query(KpiQuery()).values() == [20.0, 24.0]
