"""PM reports from peers that fail, lie, restart or never end: nothing is lost, stored twice, or waited for without end."""

from __future__ import annotations

import copy
import json
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from trap_server import TrapServer, send

from policies.kpi import KpiFrame, KpiSample
from policies.quality.reporter import Reporter
from tools.oran.pace import BehindError, pull_all
from tools.oran.peer import PeerError, PeerSettings
from tools.oran.pm_client import PmClient, PullLimits
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore, KpiStoreError
from twins.network import KpiQuery
from twins.ric.pm_log import PmLog
from twins.ric.pm_report import reports_of

QUICK = PeerSettings(timeout_s=5, attempts=1, max_body_bytes=1 << 20)
START = datetime(2026, 3, 1, tzinfo=UTC)
CELL = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"
WINDOW = timedelta(minutes=5)


def window(number, value=None):
    start = START + number * WINDOW
    return KpiFrame(
        (KpiSample("RRU.PrbTotDl", CELL, None, start, start + WINDOW, float(number if value is None else value), "%"),)
    )


def log_of(*numbers):
    log = PmLog()
    for number in numbers:
        log.log(window(number))
    return log


class PmPeer(TrapServer):
    """Serves a PM log page by page; `spoil(page, after)` may change what it answers. `log` may be replaced."""

    def __init__(self, log, spoil=lambda page, after: page, named=True):
        self.log, self.spoil = log, spoil

        def script(handler, number):
            query = parse_qs(urlsplit(self.requests[-1][1]).query)
            after, limit = int(query["after"][0]), int(query["limit"][0])
            periods = self.log.after(after, min(limit, 3))
            page = {
                "reports": [report for period in periods for report in reports_of(period)],
                "next": periods[-1].sequence if periods else after,
                "last": self.log.last,
                "oldest": self.log.oldest,
                **({"log": self.log.name} if named else {}),
            }
            send(handler, 200, json.dumps(self.spoil(copy.deepcopy(page), after)).encode())

        super().__init__(script)


def source(peer, path, reporter=Reporter, **limits):
    store = KpiStore(path)
    client = PmClient(peer.url, QUICK, limits=PullLimits(**limits) if limits else None)
    return KpiSource(store, client, reporter), store


def values(kpis):
    return kpis.as_of(START + timedelta(days=9)).query(KpiQuery()).values()


def test_a_failed_write_loses_nothing(tmp_path):
    with PmPeer(log_of(*range(10))) as peer:
        kpis, store = source(peer, tmp_path / "kpi.db")
        with sqlite3.connect(tmp_path / "kpi.db") as other:
            full = "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
            other.execute(f"CREATE TRIGGER full BEFORE INSERT ON samples WHEN NEW.value = 5 {full}")
        with pytest.raises(KpiStoreError, match="the disk is full"):
            kpis.refresh()
        assert values(kpis) == [0, 1, 2]
        with sqlite3.connect(tmp_path / "kpi.db") as other:
            other.execute("DROP TRIGGER full")
        assert kpis.refresh() == 7
        assert values(kpis) == list(range(10))
        assert store.losses().missed == 0


def test_a_failed_page_loses_nothing(tmp_path):
    broken = [True]

    def spoil(page, after):
        return "garbage" if after == 3 and broken else page

    with PmPeer(log_of(*range(8)), spoil) as peer:
        kpis, _ = source(peer, tmp_path / "kpi.db")
        with pytest.raises(PeerError, match="JSON object"):
            kpis.refresh()
        assert values(kpis) == [0, 1, 2]
        broken.clear()
        kpis.refresh()
        assert values(kpis) == list(range(8))


def test_the_progress_survives_a_restart_of_the_reader(tmp_path):
    with PmPeer(log_of(*range(4))) as peer:
        source(peer, tmp_path / "kpi.db")[0].refresh()
        peer.log.log(window(4))
        before = len(peer.requests)
        kpis, _ = source(peer, tmp_path / "kpi.db")
        assert kpis.refresh() == 1
        assert [parse_qs(urlsplit(path).query)["after"] for _, path, _ in peer.requests[before:]] == [["4"]]


@pytest.mark.parametrize("poison", [{}, [], "report", {"event": {"commonEventHeader": {"domain": "fault"}}}, {"event": 1e300}])
def test_a_report_that_cannot_be_read_is_kept_with_its_reason_and_the_others_pass(tmp_path, poison):
    def spoil(page, after):
        if after == 3:
            page["reports"][1] = poison
        return page

    with PmPeer(log_of(*range(10)), spoil) as peer:
        kpis, store = source(peer, tmp_path / "kpi.db")
        kpis.refresh()
        kpis.refresh()
        assert values(kpis) == [0, 1, 2, 3, 5, 6, 7, 8, 9]
        (letter,) = store.letters()
        assert json.loads(letter.content) == poison
        assert "PM report" in letter.reason
        assert "1 reports that cannot be read" in kpis.losses().describe()


def test_periods_that_the_peer_dropped_are_counted(tmp_path):
    with PmPeer(log_of(0, 1)) as peer:
        kpis, store = source(peer, tmp_path / "kpi.db")
        kpis.refresh()
        log = PmLog(capacity=2)
        for number in range(7):
            log.log(window(number))
        log.name, peer.log = peer.log.name, log
        kpis.refresh()
        assert values(kpis) == [0, 1, 5, 6]
        assert store.losses().missed == 3


def test_numbers_that_the_peer_skips_are_counted(tmp_path):
    """Without `oldest`, and with reports on both sides of the gap."""

    def spoil(page, after):
        return page | ({"reports": page["reports"][:1] + page["reports"][2:]} if after == 3 else {})

    with PmPeer(log_of(*range(6)), spoil) as peer:
        kpis, store = source(peer, tmp_path / "kpi.db")
        kpis.refresh()
        assert values(kpis) == [0, 1, 2, 3, 5]
        assert (store.losses().missed, kpis.losses().describe()) == (1, "1 granularity periods missed")


def without(*names):
    return lambda page, after: {name: value for name, value in page.items() if name not in names}


@pytest.mark.parametrize("again", [(4, 5), (2, 3, 4, 5)])
def test_a_peer_that_tells_neither_log_nor_last_and_numbers_anew_is_read_again(tmp_path, again):
    with PmPeer(log_of(0, 1, 2, 3), without("log", "last", "oldest")) as peer:
        kpis, store = source(peer, tmp_path / "kpi.db")
        kpis.refresh()
        assert kpis.refresh() == 0
        assert store.losses().restarts == 0
        peer.log = log_of(*again[:2])
        kpis.refresh()
        peer.log = log_of(*again)
        kpis.refresh()
        assert values(kpis) == [0, 1, 2, 3, *(number for number in again if number > 3)]
        assert store.losses().restarts >= 1


def test_a_next_far_ahead_that_no_last_confirms_is_refused_and_the_periods_are_read_when_it_is_mended(tmp_path):
    lying = [True]

    def spoil(page, after):
        return without("last", "log")(page, after) | ({"next": 2**40} if lying else {})

    with PmPeer(log_of(*range(5)), spoil) as peer:
        kpis, store = source(peer, tmp_path / "kpi.db")
        with pytest.raises(PeerError, match=r"next=1099511627776 skips periods after=0 that no `last` confirms"):
            kpis.refresh()
        lying.clear()
        kpis.refresh()
        assert values(kpis) == list(range(5))
        assert store.losses().missed == 0


def test_a_number_far_ahead_that_last_confirmed_once_does_not_block_the_peer_for_ever(tmp_path):
    lying = [True]

    def spoil(page, after):
        return page | ({"next": 2**40, "last": 2**40, "log": ""} if lying else {"log": ""})

    with PmPeer(log_of(*range(3)), spoil) as peer:
        kpis, _store = source(peer, tmp_path / "kpi.db")
        kpis.refresh()
        lying.clear()
        peer.log.log(window(3))
        kpis.refresh()
        assert values(kpis) == [0, 1, 2, 3]


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("again", [(4, 5), (4, 5, 6, 7, 8, 9)])
def test_a_peer_that_numbers_anew_is_read_again(tmp_path, named, again):
    with PmPeer(log_of(0, 1, 2, 3), named=named) as peer:
        kpis, store = source(peer, tmp_path / "kpi.db")
        kpis.refresh()
        peer.log = log_of(*again)
        kpis.refresh()
        kpis.refresh()
        assert values(kpis) == [0, 1, 2, 3, *again]
        assert (store.losses().restarts, store.losses().missed) == (1, 0)


def test_windows_of_an_earlier_life_of_the_network_are_set_aside(tmp_path):
    now = [START + 20 * WINDOW]
    with PmPeer(log_of(*range(10, 14))) as peer:
        kpis, _ = source(peer, tmp_path / "kpi.db", lambda: Reporter(now=now[0], granularity_s=300))
        kpis.refresh()
        peer.log, now[0] = log_of(0, 1), START + 2 * WINDOW
        snapshot = kpis.snapshot()
        assert snapshot.newest == START + 2 * WINDOW
        assert snapshot.query(KpiQuery()).values() == [0, 1]
        peer.log.log(window(2))
        now[0] += WINDOW
        assert kpis.snapshot().query(KpiQuery()).values() == [0, 1, 2]
    with PmPeer(log_of(0, 1)) as peer:  # restored at another address
        now[0] -= WINDOW
        kpis, _ = source(peer, tmp_path / "kpi.db", lambda: Reporter(now=now[0], granularity_s=300))
        assert kpis.snapshot().newest == now[0]


def endless(page, after):
    return page | {"reports": reports_of_window(after), "next": after + 1, "last": 2**40, "log": ""}


def reports_of_window(number):
    return [report for period in log_of(number).after(0, 1) for report in reports_of(period)]


def test_a_peer_without_end_is_left_after_the_limit_and_read_on_by_the_next_pull(tmp_path):
    with PmPeer(PmLog(), endless) as peer:
        kpis, store = source(peer, tmp_path / "kpi.db", pages=5)
        for count in (5, 10):
            with pytest.raises(PeerError, match=r"more reports than 5 pages in one pull.*goes on from there"):
                kpis.refresh()
            assert store.count() == count


def test_a_pull_is_bounded_in_bytes(tmp_path):
    with PmPeer(PmLog(), endless) as peer, pytest.raises(PeerError, match="more reports than 3000 bytes"):
        source(peer, tmp_path / "kpi.db", bytes=3000)[0].refresh()


def test_a_peer_whose_newest_number_runs_away_does_not_hold_the_pull(tmp_path):
    def spoil(page, after):
        peer.log.log(window(peer.log.last))
        return page

    with PmPeer(log_of(*range(4)), spoil) as peer:
        assert source(peer, tmp_path / "kpi.db")[0].refresh() <= 6


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"next": 0}, "does not go beyond"),
        ({"next": 99}, "is beyond last"),
        ({"next": True}, "next: number"),
        ({"next": -1}, "next: number"),
        ({"last": "x"}, "last: number"),
        ({"reports": {}}, "reports"),
    ],
)
def test_a_page_that_contradicts_itself_is_one_typed_error(tmp_path, change, reason):
    with PmPeer(log_of(0, 1), lambda page, after: page | change) as peer:
        kpis, store = source(peer, tmp_path / "kpi.db")
        with pytest.raises(PeerError, match=reason):
            kpis.refresh()
        assert store.count() == 0


def test_a_log_whose_name_is_no_text_that_can_be_stored_is_read(tmp_path):
    with PmPeer(log_of(0, 1), lambda page, after: page | {"log": "\ud800\x1b[31m"}) as peer:
        kpis, _ = source(peer, tmp_path / "kpi.sqlite")
        assert (kpis.refresh(), kpis.refresh()) == (2, 0)


def test_a_repeated_page_is_one_typed_error(tmp_path):
    first = reports_of_window(0)
    with PmPeer(PmLog(), lambda page, after: page | {"reports": first, "next": after + 1, "last": 2**40}) as peer:
        kpis, store = source(peer, tmp_path / "kpi.db")
        with pytest.raises(PeerError, match="repeats the reports"):
            kpis.refresh()
        assert store.count() == 1


def corrected(page, after):
    """After period 2, deliver window 0 again with another value."""
    log = PmLog()
    log.log(window(0, 40.0))
    reports = [report for period in log.after(0, 1) for report in reports_of(period)]
    return page | ({"reports": reports, "next": 3, "last": 3} if after == 2 else {})


def test_a_corrected_delivery_replaces_and_a_snapshot_keeps_what_it_had(tmp_path):
    with PmPeer(log_of(0, 1)) as peer:
        kpis, store = source(peer, tmp_path / "kpi.db")
        earlier = kpis.snapshot()
        peer.spoil = corrected
        later = kpis.snapshot()
        assert later.query(KpiQuery()).values() == [40.0, 1.0]
        assert earlier.query(KpiQuery()).values() == [0.0, 1.0]
        assert [row.highest for row in earlier.summary("RRU.PrbTotDl")] == [1.0]
        assert [row.highest for row in later.summary("RRU.PrbTotDl")] == [40.0]
        assert store.count() == 2
        assert store.losses().missed == 0


def test_a_correction_on_the_page_of_what_it_corrects_is_no_gap(tmp_path):
    def spoil(page, after):
        return page | ({"reports": page["reports"] * 2, "next": 2, "last": 2} if after == 0 else {})

    with PmPeer(log_of(0), spoil) as peer:
        kpis, store = source(peer, tmp_path / "kpi.db")
        kpis.refresh()
        peer.spoil = lambda page, after: page | {"reports": reports_of_window(1) * 2, "next": 4, "last": 4}
        kpis.refresh()
        assert values(kpis) == [0, 1]
        assert store.losses().missed == 0


_READER = """
import sys
from tools.oran.pm_client import PmClient
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore
print(KpiSource(KpiStore(sys.argv[1]), PmClient(sys.argv[2])).refresh())
"""


def test_two_processes_pull_into_one_store_without_counting_twice(tmp_path):
    with PmPeer(log_of(*range(30))) as peer:
        command = [sys.executable, "-c", _READER, str(tmp_path / "kpi.db"), peer.url]
        readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        counts = [int(reader.communicate(timeout=600)[0]) for reader in readers]
        assert sum(counts) == 30
        kpis, store = source(peer, tmp_path / "kpi.db")
        assert values(kpis) == list(range(30))
        assert store.losses().missed == 0


def passing(log, per_page):
    """Return a spoiler for a peer whose time passes: after each page, `per_page` more periods are in its log."""

    def spoil(page, after):
        for _ in range(per_page):
            log.log(window(log.last))
        return page

    return spoil


def test_a_network_whose_time_passes_faster_than_its_reports_are_pulled_fails_early_and_says_so(tmp_path):
    log = log_of(*range(30))
    with PmPeer(log, passing(log, 6)) as peer:
        kpis, _ = source(peer, tmp_path / "kpi.db", seconds=0.0)
        with pytest.raises(BehindError) as caught:
            pull_all(kpis.refresh, 600)
        assert caught.value.is_hopeless
        words = str(caught.value)
        assert "periods behind, and the network's time passes 2 times as fast" in words
        assert "let its time pass more slowly (twinpilot network serve --speed" in words
        assert values(kpis)[:3] == [0, 1, 2], "what was read is stored"


def test_a_network_that_is_far_ahead_is_caught_up_with_over_several_pulls(tmp_path):
    log = log_of(*range(30))
    with PmPeer(log, passing(log, 1)) as peer:
        kpis, _ = source(peer, tmp_path / "kpi.db", seconds=0.0)
        with pytest.raises(BehindError, match="the next pull goes on from there") as caught:
            kpis.refresh()
        assert not caught.value.is_hopeless
        pull_all(kpis.refresh, 600)
        assert len(values(kpis)) >= 30


def rich_window(number, **values):
    """A window with the KPIs given by name, with underscores for dots."""
    start = START + number * WINDOW
    units = {"RRU.PrbTotDl": "%", "RRC.ConnMean": "UE", "MM.HoExeIntraReq": "count"}
    pairs = [(name.replace("_", "."), value) for name, value in values.items()]
    return KpiFrame(tuple(KpiSample(kpi, CELL, None, start, start + WINDOW, value, units[kpi]) for kpi, value in pairs))


def reports(*frames):
    """Each frame as a report of its own."""
    found = []
    for number, frame in enumerate(frames, 1):
        log = PmLog()
        log.log(frame)
        found += [report for period in log.after(0, number) for report in reports_of(period)]
    return found


FULL = {"RRU_PrbTotDl": 20.0, "RRC_ConnMean": 4.0, "MM_HoExeIntraReq": 3.0}
CORRECTED = {"RRU_PrbTotDl": 25.0, "RRC_ConnMean": 4.0}


def delivering(*pages):
    """A peer's pages: of reports, one number each, in order."""
    numbers = [sum(map(len, pages[: index + 1])) for index in range(len(pages))]

    def spoil(page, after):
        index = next((place for place, number in enumerate(numbers) if number > after), None)
        return page | {"reports": pages[index] if index is not None else [], "last": numbers[-1], "oldest": 1,
                       "next": numbers[index] if index is not None else after}  # fmt: skip

    return spoil


def by_kpi(kpis):
    return {sample.kpi: sample.value for sample in kpis.snapshot().query(KpiQuery()) if sample.value is not None}


@pytest.mark.parametrize("same_page", [True, False])
def test_a_corrected_report_replaces_the_whole_of_the_one_before(tmp_path, same_page):
    first, second = reports(rich_window(0, **FULL), rich_window(0, **CORRECTED))
    pages = [[first, second]] if same_page else [[first], [second]]
    with PmPeer(PmLog(), delivering(*pages[:1])) as peer:
        kpis, store = source(peer, tmp_path / "kpi.db")
        before = kpis.snapshot()
        peer.spoil = delivering(*pages)
        assert by_kpi(kpis) == {"RRU.PrbTotDl": 25.0, "RRC.ConnMean": 4.0}
        assert not store.flaws(KpiQuery())
        if not same_page:
            assert sorted(before.query(KpiQuery()).values()) == [3.0, 4.0, 20.0]


@pytest.mark.parametrize("same_page", [True, False])
def test_reports_that_complete_each_other_are_kept_and_each_is_corrected_alone(tmp_path, same_page):
    parts = [rich_window(0, RRU_PrbTotDl=20.0, RRC_ConnMean=4.0), rich_window(0, MM_HoExeIntraReq=3.0)]
    first, second, correction = reports(*parts, rich_window(0, RRC_ConnMean=5.0))
    pages = [[first, second], [correction]] if same_page else [[first], [second], [correction]]
    with PmPeer(PmLog(), delivering(*pages)) as peer:
        kpis, _ = source(peer, tmp_path / "kpi.db")
        assert by_kpi(kpis) == {"RRC.ConnMean": 5.0, "MM.HoExeIntraReq": 3.0}
        kpis.refresh()
        assert by_kpi(kpis) == {"RRC.ConnMean": 5.0, "MM.HoExeIntraReq": 3.0}


def test_a_report_that_is_delivered_again_unchanged_or_of_another_job_withdraws_nothing(tmp_path):
    first, other = reports(rich_window(0, **FULL), rich_window(0, RRU_PrbTotDl=20.0))
    other["event"]["perf3gppFields"]["measDataCollection"]["measInfoList"][0]["jobIdList"] = ["quick"]
    with PmPeer(PmLog(), delivering([first], [first, other])) as peer:
        kpis, _ = source(peer, tmp_path / "kpi.db")
        assert len(by_kpi(kpis)) == 3
