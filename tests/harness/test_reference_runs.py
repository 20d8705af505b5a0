"""A goal relative to yesterday or last week is measured in the same hours of that day, or asked about; never the present."""

from datetime import timedelta

import pytest
from answering_runs import answering
from small_network import START, SmallNetwork, du

from agents.readers.heard import Heard
from agents.readers.intents import result_of
from agents.reading.reading import Reading, RelativeBound, StatedTarget
from agents.understanding.result import NeedsMeasurement
from agents.workflows.measured.references import same_hours
from policies.intent import TimeWindow
from policies.kpi import KpiFrame, KpiSample
from policies.slices import Slice
from tools.telemetry.store import KpiStore

TEXT = "URLLC delay in S1C1 a fifth below what it was"
KPI = "DRB.PdcpSduDelayDl"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENING = START.replace(minute=0, second=0)  # of today; without a time it is about 18:00 to 20:00, the hours that it touches


def read(to, network, percent=-20.0, kpi=KPI, slice=Slice.URLLC, window=None):
    """The reading of a goal in S1C1, so many percent from its value then."""
    target = StatedTarget(kpi=kpi, slice=slice, cells=("S1C1",), condition="<=", relative=RelativeBound(percent=percent, to=to))
    reading = Reading(act="change", targets=(target,), window=window)
    result = result_of(Heard(reading=reading, read_back="x.", confidence=1, readers="both"), TEXT, network.describe())
    assert isinstance(result, NeedsMeasurement)
    return result


def hourly(start, values, kpi=KPI, slice=Slice.URLLC, unit="ms"):
    """Hourly measurements of S1C1 from `start` on, as an operator keeps them."""
    hours = [(start + number * HOUR, value) for number, value in enumerate(values)]
    return KpiFrame(tuple(KpiSample(kpi, du("S1C1"), slice, begin, begin + HOUR, value, unit) for begin, value in hours))


def run(root, reading, history=None, answerer=None):
    network = SmallNetwork()
    runs = answering(root, reading, network)
    if history is not None:
        KpiStore(root / "kpi.sqlite").write(history)
    outcome = runs.start(TEXT, "shadow", answerer=answerer)
    assert network.applied == []
    return outcome


def bound(outcome):
    ((_, target),) = outcome.intent.bounds()
    return target.value


@pytest.mark.parametrize(("to", "days"), [("yesterday", 1), ("last week", 7)])
def test_what_was_measured_in_the_same_hours_becomes_the_bound_and_its_source_is_cited(tmp_path, to, days):
    noise = hourly(EVENING - days * DAY - 3 * HOUR, [90.0, 90.0, 90.0, 4.0, 6.0, 90.0])
    outcome = run(tmp_path, read(to, SmallNetwork()), noise)
    assert bound(outcome) == pytest.approx(0.8 * 5.0)
    day = f"{EVENING - days * DAY:%d %B} 18:00 to 20:00"
    assert any(f"{KPI} was 5 ms {to} in the same hours ({day}" in note for note in outcome.intent.assumptions)
    assert "at most 4 ms" in outcome.read_back and outcome.status == "no change needed"


def test_without_a_history_the_run_asks_and_names_the_hours_and_what_is_kept(tmp_path):
    outcome = run(tmp_path, read("yesterday", SmallNetwork()))
    assert outcome.status == "asked" and outcome.intent is None
    assert outcome.question.startswith(f"{KPI} of URLLC in S1C1, yesterday, was not measured in the whole of these hours")
    assert "20 November 18:00 to 20:00" in outcome.question and "kept are measurements of 21 November 18:00" in outcome.question
    assert outcome.question.endswith("Relative to now, or to which value in ms?") or "in ms" in outcome.question
    assert outcome.choices == ("relative to now",)


def test_half_of_the_hours_is_no_measurement_of_them(tmp_path):
    outcome = run(tmp_path, read("yesterday", SmallNetwork()), hourly(EVENING - DAY, [4.0]))
    assert outcome.status == "asked"


@pytest.mark.parametrize(("answer", "value"), [("relative to now", 1.3), ("at most 3 ms", 3.0)])
def test_the_answer_gives_the_reference_or_the_bound(tmp_path, answer, value):
    outcome = run(tmp_path, read("last week", SmallNetwork()), answerer=lambda question, choices: answer)
    assert bound(outcome) == pytest.approx(value, abs=0.2)


def test_an_answer_that_says_neither_is_asked_once_more_and_then_handed_over(tmp_path):
    asked = []

    def answerer(question, choices):
        asked.append(question)
        return "as it used to be"

    outcome = run(tmp_path, read("yesterday", SmallNetwork()), answerer=answerer)
    assert len(asked) == 2 and outcome.status == "cannot" and "still open" in outcome.message


def test_what_adds_up_over_an_hour_is_compared_in_the_windows_of_the_network(tmp_path):
    """1,800 Wh in an hour are 1 Wh in a window of 2 s."""
    history = hourly(EVENING - DAY, [1800.0, 1800.0], "PEE.Energy", None, "Wh")
    outcome = run(tmp_path, read("yesterday", SmallNetwork(), kpi="PEE.Energy", slice=None), history)
    assert bound(outcome) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("start", "hours", "to", "expected"),
    [
        (START + timedelta(hours=4), 2, "yesterday", EVENING - DAY + timedelta(hours=4)),
        (START + DAY, 2, "yesterday", EVENING - DAY),  # tomorrow evening: yesterday is the day before today
        (START + DAY, 2, "last week", EVENING - 6 * DAY),  # the evening of that weekday
        (START + timedelta(minutes=90), 1, "last week", EVENING - 7 * DAY + HOUR),
    ],
)
def test_the_hours_are_those_of_the_request(start, hours, to, expected):
    card = SmallNetwork().describe()
    (relative,) = read(to, SmallNetwork()).relative
    found = same_hours(card, TimeWindow(start=start, end=start + hours * HOUR), relative)
    assert found.start == expected and found.end >= expected + hours * HOUR
    assert found.end <= card.now
