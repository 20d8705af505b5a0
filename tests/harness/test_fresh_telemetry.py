"""What is too old to judge a change by: a window that its source withheld, not one that ended while the reports were read."""

from dataclasses import replace
from datetime import timedelta

import pytest
from gate_case import case_of
from small_network import GRANULARITY_S, embb_minimum, ratio
from small_world import SmallPlanner, parts

from harness.approvals.approver import ApprovalAnswer
from harness.engine.run_service import RunService
from harness.gate.executor_contract import judge
from harness.runtime.settings import load_settings
from policies.quality.window import allowed_skew_s
from tools.telemetry.delivery import Delivery
from tools.telemetry.kpi_source import KpiSource
from tools.telemetry.store import KpiStore
from twins.network import KpiQuery

TEXT = "give every eMBB user at least 5 Mbps"
ALLOWED_S = 3 * GRANULARITY_S


class Reports:
    """The PM reports of a twin; `windows` pass while they are read once `is_fast`, and none is sent any more once `is_silent`."""

    name = "PM of a fast network"

    def __init__(self, network, windows):
        self.network, self.windows, self.is_fast, self.is_silent, self._read = network, windows, False, False, None

    def deliveries(self, cursor):
        frame = self.network.observe(KpiQuery(windows=50, start=self._read))
        if self.is_fast:
            self.network.advance(self.windows * GRANULARITY_S)
        if frame and not self.is_silent:
            self._read = max(sample.end for sample in frame)
            yield Delivery(source=self.name, frame=frame)


@pytest.fixture
def reports(network):
    return Reports(network, windows=4)  # one more than the age that is allowed


def run(tmp_path, network, reports, approver):
    made = parts(tmp_path, SmallPlanner(), network)
    kpis = KpiSource(KpiStore(tmp_path / "read.sqlite"), reports)
    kpis.refresh()
    runs = RunService(
        load_settings(overrides={"data_dir": tmp_path / "data", "commitment": {"watchdog": False}}),
        replace(made, context=replace(made.context, kpis=kpis)),
    )
    outcome = runs.start(TEXT, approver=approver)
    rejudged = [record.body for record in runs.journal.records(outcome.run_id) if record.kind == "gate.rejudged"]
    return outcome, rejudged


def test_what_passes_while_the_reports_are_read_for_the_apply_makes_them_not_too_old(tmp_path, network, reports):
    def approver(question):
        network.advance(10 * ALLOWED_S)  # the person takes their time
        reports.is_fast = True
        return ApprovalAnswer(True, "ann", "terminal")

    _, rejudged = run(tmp_path, network, reports, approver)
    assert rejudged[0]["refused"] == []
    assert network.applied == [embb_minimum(40)]


def test_a_source_that_sends_nothing_from_the_question_to_the_yes_is_too_old_for_the_apply(tmp_path, network, reports):
    def approver(question):
        reports.is_silent = True
        network.advance(10 * ALLOWED_S)
        return ApprovalAnswer(True, "ann", "terminal")

    outcome, rejudged = run(tmp_path, network, reports, approver)
    (refusal,) = rejudged[0]["refused"]
    assert f"the newest KPI window is {10 * ALLOWED_S:.0f} s old, allowed {ALLOWED_S:.0f} s" in refusal
    assert outcome.status in ("rejected", "cannot")
    assert network.read(ratio("S1C1")).attributes["rRMPolicyMinRatio"] == 0


@pytest.mark.parametrize(("granularity_s", "skew_s"), [(2.0, 0.2), (300.0, 5.0)])
def test_the_age_that_is_allowed_is_exceeded_by_more_than_clocks_differ(network, granularity_s, skew_s):
    card = network.describe().model_copy(update={"granularity_s": granularity_s})

    def findings(age_s):
        case = case_of(network, embb_minimum(40), card=card, newest_window=card.now - timedelta(seconds=age_s))
        return [reason.message for reason in judge(case) if reason.outcome == "fail"]

    assert skew_s == allowed_skew_s(granularity_s)
    assert findings(3 * granularity_s + 0.9 * skew_s) == []
    assert "s old, allowed" in findings(3 * granularity_s + 1.1 * skew_s)[0]


def test_a_window_that_ended_during_the_reading_is_fresh_and_one_after_the_networks_time_is_invalid(network):
    card = network.describe()
    case = case_of(network, embb_minimum(40), newest_window=card.now, read_from=card.now - timedelta(seconds=10))
    assert any("is 0 s old" in reason.message for reason in judge(case))
    later = card.now + timedelta(seconds=10)
    case = case_of(network, embb_minimum(40), newest_window=later, read_from=later)
    assert any("after the network's time" in reason.message for reason in judge(case) if reason.outcome == "fail")
