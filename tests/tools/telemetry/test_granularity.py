"""Two PM jobs may report a measurement with two granularity periods: both are stored; no answer mixes them or counts twice."""

from datetime import UTC, datetime, timedelta

import pytest

from policies.assessment import present_value, samples_of
from policies.kpi import KpiFrame, KpiSample, kpi_definition
from policies.quality.reporter import Reporter
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore
from twins.network import KpiQuery

START = datetime(2026, 1, 1, 18, tzinfo=UTC)
CELLS = tuple(f"ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C{number}" for number in (1, 2))
VOLUME, USERS, ENERGY = "DRB.PdcpSduVolumeDL", "RRC.ConnMean", "PEE.Energy"
SHORT, LONG = 300.0, 900.0


def row(kpi, number, value, length_s=SHORT, cell=0):
    """Window `number` of the length; window 0 begins at START."""
    begin = START + timedelta(seconds=number * length_s)
    return KpiSample(kpi, CELLS[cell], None, begin, begin + timedelta(seconds=length_s), value, kpi_definition(kpi).unit)


def volumes(count, length_s=SHORT, cell=0, first=0):
    """Short window n has a volume of 100 + n, a longer one the sum of its parts."""
    parts = round(length_s / SHORT)
    return [
        row(VOLUME, number, float(sum(100 + number * parts + part for part in range(parts))), length_s, cell)
        for number in range(first, count)
    ]


def lengths(frame):
    return {(sample.end - sample.start).total_seconds() for sample in frame}


def deliver(store, rows):
    """Deliver rows as the jobs do: each window when it ends, the shorter one first."""
    for moment in sorted({(item.end, item.start) for item in rows}, key=lambda pair: (pair[0], -pair[1].timestamp())):
        store.write(KpiFrame(tuple(item for item in rows if (item.end, item.start) == moment)), Reporter(granularity_s=SHORT))


def test_both_are_stored_and_an_answer_has_the_finer_one(store):
    deliver(store, [*volumes(12), *volumes(4, LONG)])
    assert not store.flaws(KpiQuery())
    assert len(store.everything()) == 16
    assert lengths(store.everything()) == {SHORT, LONG}
    kpis = KpiSource(store).snapshot()
    assert kpis.query(KpiQuery()).values() == [float(100 + number) for number in range(12)]
    assert kpis.query(KpiQuery(windows=4)).values() == [108.0, 109.0, 110.0, 111.0]
    assert kpis.query(KpiQuery(start=START + timedelta(hours=0.5), windows=100)).values() == [float(106 + n) for n in range(6)]
    (summary,) = kpis.summary(VOLUME)
    assert (summary.windows, summary.highest) == (12, 111.0)
    (hour,) = kpis.hourly(VOLUME, CELLS[:1], per_second=True)
    assert (hour.windows, hour.mean) == (12, pytest.approx(105.5 / SHORT))


def test_of_several_objects_the_granularity_that_all_of_them_have_is_taken(store):
    deliver(store, [*volumes(12), *volumes(4, LONG), *volumes(4, LONG, cell=1)])
    kpis = KpiSource(store).snapshot()
    both = kpis.query(KpiQuery(kpis=(VOLUME,), windows=2))
    assert lengths(both) == {LONG}
    assert len(both) == 4
    total = present_value(samples_of(both, VOLUME, None, CELLS), VOLUME)
    assert total == 2 * (3 * 100 + 6 + 7 + 8 + 3 * 100 + 9 + 10 + 11) / 2
    assert lengths(kpis.query(KpiQuery(kpis=(VOLUME,), dns=CELLS[:1], windows=2))) == {SHORT}
    store.write(KpiFrame(tuple(volumes(14, first=12))))  # the shorter windows of a longer one that has not ended
    assert lengths(KpiSource(store).snapshot().query(KpiQuery(kpis=(VOLUME,)))) == {LONG}


def test_each_kpi_has_its_own_newest_windows(store):
    deliver(store, [*volumes(12), *(row(ENERGY, number, 50.0, LONG) for number in range(4))])
    frame = store.query(KpiQuery(windows=2))
    assert frame.where(VOLUME).values() == [110.0, 111.0]
    assert frame.where(ENERGY).values() == [50.0, 50.0]


def test_a_job_that_ended_answers_for_its_time_and_the_other_for_the_rest(store):
    deliver(store, [*volumes(6), *volumes(8, LONG)])  # the shorter job ends after half an hour
    frame = KpiSource(store).snapshot().query(KpiQuery())
    assert lengths(frame) == {LONG}
    assert len(frame) == 8
    later = [*volumes(4, LONG), *volumes(36, first=12)]  # only the longer one for an hour, then only the shorter one
    other = KpiStore(store.path.with_name("other.db"))
    deliver(other, later)
    frame = KpiSource(other).snapshot().query(KpiQuery())
    assert [(sample.end - sample.start).total_seconds() for sample in frame] == [LONG] * 4 + [SHORT] * 24
    assert [one.end <= two.start for one, two in zip(frame.samples, frame.samples[1:], strict=False)] == [True] * 27


def test_what_is_not_reported_any_more_does_not_pass_for_new(store):
    deliver(store, [*volumes(100), *(row(ENERGY, number, 50.0, LONG) for number in range(4))])
    assert len(store.query(KpiQuery(kpis=(ENERGY,), windows=4))) == 0


def test_a_snapshot_keeps_its_granularity_when_another_job_begins(store):
    deliver(store, volumes(4, LONG))
    before = KpiSource(store).snapshot()
    store.write(KpiFrame(tuple(volumes(12))))
    assert lengths(before.query(KpiQuery())) == {LONG}
    assert lengths(KpiSource(store).snapshot().query(KpiQuery())) == {SHORT}


WRONG = {
    "a longer volume of one part": (VOLUME, [100.0, 101.0, 102.0], 101.0, "add up to 303"),
    "a longer volume of twice its parts": (VOLUME, [100.0, 101.0, 102.0], 606.0, "add up to 303"),
    "a mean of twice its parts": (USERS, [10.0, 11.0, 12.0], 22.0, "have 10 to 12"),
    "a mean in thousandths": (USERS, [10.0, 11.0, 12.0], 0.011, "have 10 to 12"),
}


@pytest.mark.parametrize("order", ["parts first", "whole first", "together"])
@pytest.mark.parametrize("name", WRONG)
def test_granularities_that_contradict_each_other_are_all_suspect(store, name, order):
    kpi, parts, whole, reason = WRONG[name]
    short, long = [row(kpi, number, value) for number, value in enumerate(parts)], [row(kpi, 0, whole, LONG)]
    for rows in {"parts first": [*zip(short, strict=True), long], "whole first": [long, short], "together": [short + long]}[
        order
    ]:
        store.write(KpiFrame(tuple(rows)))
    assert not store.everything().values()
    flaws = store.flaws(KpiQuery())
    assert {flaw.start for flaw in flaws} == {item.start for item in short}
    assert all(reason in flaw.reason and flaw.check == "consistency" for flaw in flaws)


def test_a_mean_between_those_of_its_parts_and_a_part_that_is_absent_are_no_contradiction(store):
    store.write(KpiFrame((row(USERS, 0, 4.0), row(USERS, 1, 20.0), row(USERS, 2, None), row(USERS, 0, 12.0, LONG))))
    store.write(KpiFrame((row(VOLUME, 3, 90.0), row(VOLUME, 1, 400.0, LONG))))
    assert not store.flaws(KpiQuery())


@pytest.mark.parametrize(("number", "length_s"), [(0.5, LONG), (0, 450.0), (1 / 3, 750.0)])
def test_windows_that_do_not_consist_of_whole_ones_are_refused(store, number, length_s):
    store.write(KpiFrame(tuple(volumes(6))))
    store.write(KpiFrame((row(VOLUME, number, 300.0, length_s),)))
    (flaw,) = store.flaws(KpiQuery())
    assert flaw.check == "window"
    assert "overlaps one of 300 s" in flaw.reason
    assert lengths(store.everything()) == {SHORT}


def test_a_slip_is_found_in_the_finer_windows_whatever_the_coarser_ones_say(store):
    """Throughput slips by two from window 12 on, in both granularities: they agree with each other, not with the history."""

    def rows(number, length_s):
        parts = round(length_s / SHORT)
        factor = 2.0 if number * parts >= 12 else 1.0
        values = {VOLUME: 900.0 * parts, "DRB.MeanActiveUeDl": 0.3, "DRB.UEThpDl": 10.0 * factor}
        return [row(kpi, number, value, length_s) for kpi, value in values.items()]

    deliver(store, [item for number in range(24) for item in rows(number, SHORT)] + [i for n in range(8) for i in rows(n, LONG)])
    assert store.query(KpiQuery(kpis=("DRB.UEThpDl",))).values() == [10.0] * 12
    assert {flaw.kpi for flaw in store.flaws(KpiQuery())} == {"DRB.UEThpDl"}
