"""The KPI source pulls new reports, and a snapshot answers every query from the same windows."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.kpi import KpiFrame, KpiSample, UnknownKpiError
from policies.quality.reporter import Reporter
from tools.oran.oran_network import OranNetwork
from tools.oran.peer import Peer
from tools.telemetry.delivery import Cursor, Delivery
from tools.telemetry.kpi_source import KpiSource
from twins.network import KpiQuery, NetworkUnavailableError
from twins.ric.server import EmbeddedRan
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

START = datetime(2026, 1, 1, 18, tzinfo=UTC)
CELL = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"
WINDOW = timedelta(minutes=15)


def frame(*windows):
    return KpiFrame(
        tuple(KpiSample("RRU.PrbTotDl", CELL, None, START + n * WINDOW, START + (n + 1) * WINDOW, float(n), "%") for n in windows)
    )


class Reports:
    """Reports that wait to be fetched, each as a frame."""

    name = "reports"

    def __init__(self, *frames):
        self.waiting = list(frames)

    def deliveries(self, cursor):
        if not self.waiting:
            return
        if isinstance(self.waiting[0], Exception):
            raise self.waiting[0]
        after = Cursor(after=(cursor.after if cursor else 0) + 1)
        yield Delivery(source=self.name, frame=self.waiting[0], before=cursor, after=after)
        self.waiting.pop(0)


def test_each_query_includes_the_reports_since_the_last(store):
    kpis = KpiSource(store, Reports(frame(0, 1), frame(2)))
    assert kpis.query(KpiQuery()).values() == [0.0, 1.0]
    assert kpis.query(KpiQuery()).values() == [0.0, 1.0, 2.0]
    assert kpis.refresh() == 0


def test_a_snapshot_stays_at_its_newest_window_while_others_arrive(store):
    kpis = KpiSource(store, Reports(frame(0, 1), frame(2, 3)))
    pinned = kpis.snapshot()
    later = kpis.snapshot()
    assert (pinned.newest, later.newest) == (START + 2 * WINDOW, START + 4 * WINDOW)
    assert pinned.query(KpiQuery(windows=1)).values() == [1.0]
    assert pinned.query(KpiQuery(start=START, end=START + 4 * WINDOW)).values() == [0.0, 1.0]
    assert [row.mean for row in pinned.hourly("RRU.PrbTotDl", [CELL])] == [0.5]
    assert (pinned.summary("RRU.PrbTotDl")[0].highest, later.summary("RRU.PrbTotDl")[0].highest) == (1.0, 3.0)


def test_the_past_is_queried_by_time_without_pulling(store):
    reports = Reports(frame(0, 1, 2), frame(3))
    kpis = KpiSource(store, reports)
    kpis.refresh()
    past = kpis.as_of(START + 2 * WINDOW + timedelta(minutes=1))
    assert past.newest == START + 2 * WINDOW
    assert past.query(KpiQuery(windows=2)).values() == [0.0, 1.0]
    assert len(reports.waiting) == 1


def test_a_snapshot_before_the_first_window_stays_empty(store):
    kpis = KpiSource(store)
    empty = kpis.snapshot()
    store.write(frame(0))
    assert empty.newest is None
    assert len(empty.query(KpiQuery())) == 0
    assert empty.hourly("RRU.PrbTotDl", [CELL]) == []
    assert kpis.as_of(START).newest is None
    assert kpis.snapshot().newest == START + WINDOW


class LongPull(Reports):
    """All waiting reports in one pull, a delivery each; one more window has ended before each of them is fetched."""

    def __init__(self, *frames):
        super().__init__(*frames)
        self.now = START

    def deliveries(self, cursor):
        for number, report in enumerate(self.waiting, 1):
            self.now += WINDOW
            before, cursor = cursor, Cursor(after=number)
            yield Delivery(source=self.name, frame=report, before=before, after=cursor)

    def reporter(self):
        return Reporter(now=self.now)


def test_windows_that_end_while_a_long_pull_lasts_are_none_of_the_future(store):
    reports = LongPull(frame(0), frame(1), frame(2), frame(9))
    kpis = KpiSource(store, reports, reports.reporter)
    assert kpis.refresh() == 3
    assert [flaw.value for flaw in kpis.as_of(START + 20 * WINDOW).flaws(KpiQuery())] == [9.0]


def test_an_unknown_kpi_is_refused_before_anything_is_pulled(store):
    reports = Reports(frame(0))
    with pytest.raises(UnknownKpiError, match=r"DRB\.Nonsense"):
        KpiSource(store, reports).query(KpiQuery(kpis=("DRB.Nonsense",)))
    assert len(reports.waiting) == 1


def test_if_reports_cannot_be_fetched_no_old_samples_are_returned(store):
    store.write(frame(0))
    kpis = KpiSource(store, Reports(NetworkUnavailableError("no PM reports")))
    with pytest.raises(NetworkUnavailableError):
        kpis.query(KpiQuery())
    assert kpis.as_of(START + WINDOW).query(KpiQuery()).values() == [0.0]


def test_the_live_networks_observation_and_the_source_return_the_same_rows(store):
    twin = SystemNetwork(small_scenario(), seed=1)
    step = twin.describe().granularity_s
    twin.advance(2 * step)
    with EmbeddedRan(twin) as ran, OranNetwork(ran.url, store=store) as network:
        first = network.kpis.snapshot()
        Peer("embedded control", ran.url).request("POST", "/embedded/v1/advance", body={"seconds": step}, repeatable=False)
        assert network.kpis.snapshot().newest == network.describe().now == first.newest + timedelta(seconds=step)
        assert network.observe(KpiQuery(windows=1)) == network.kpis.query(KpiQuery(windows=1))
