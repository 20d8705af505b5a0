"""Why a run did what it did is answered from its records, and each record cited is one of that run in the journal."""

import io
import re

import pytest
from answering_runs import answering
from small_network import SmallNetwork
from small_world import SmallPlanner, service

from agents.understanding.result import WhyQuestion
from harness.approvals.approver import ApprovalAnswer, approve_by_flag
from harness.views.console import show_outcome
from twins.screen.console import SafeConsole
from twins.system.scenario.disturbance import BackhaulDelay, Interferer

TEXT = "give every eMBB user at least 5 Mbps"


def no(question):
    return ApprovalAnswer(False, "ann", "terminal", note="not during the match")


def ask(root, words="why?", run="last", network=None):
    run_service = answering(root, WhyQuestion(run=run, words=words), network or SmallNetwork())
    return run_service, run_service.start(words)


def cited(message):
    return [int(number) for number in re.findall(r"record (\d+)", message)]


def bodies(run_service, run_id):
    return {record.seq: record for record in run_service.journal.records(run_id)}


def test_the_choice_of_a_confirmed_change_is_told_from_the_records_of_its_run(tmp_path):
    network = SmallNetwork()
    changed = service(tmp_path, network=network).start(TEXT, approver=approve_by_flag)
    assert changed.status == "confirmed"
    run_service, outcome = ask(tmp_path, "why did you choose this candidate?", network=network)
    assert outcome.status == "answered", outcome.message
    assert changed.run_id in outcome.message and "'raise eMBB' was proposed" in outcome.message
    records = bodies(run_service, changed.run_id)
    numbers = cited(outcome.message)
    assert numbers and all(number in records for number in numbers)
    assert "proposal.made" in {records[number].kind for number in numbers}
    told, candidates = outcome.tables
    assert {row["record"] for row in told.rows} <= set(records)
    (proposed,) = [row for row in candidates.rows if row["proposed"]]
    assert proposed["name"] == "raise eMBB (proposed)" and "5th percentile of DL UE throughput" in proposed["outlook"]
    assert proposed["score"] == 1.0, "the twin's score, not the rosy 99 of the planner"
    assert "compared with no change" in outcome.message and "ManagedElement" not in str(outcome.tables)


def harmful(root):
    network = SmallNetwork()

    def harm(event):
        if event.kind == "change.applied":
            network.inject(BackhaulDelay(cell="S1C1", milliseconds=30.0))

    return network, service(root, network=network, listener=harm).start(TEXT, approver=approve_by_flag)


def test_why_it_was_rolled_back_is_told_with_what_the_kpis_said(tmp_path):
    network, changed = harmful(tmp_path)
    assert changed.status == "rolled back"
    run_service, outcome = ask(tmp_path, "why was it rolled back?", network=network)
    records = bodies(run_service, changed.run_id)
    kinds = {records[number].kind for number in cited(outcome.message)}
    assert {"change.reverted", "change.verified"} <= kinds
    assert "the KPIs after the change" in outcome.message and "harmed" in outcome.message


def test_why_it_was_rejected_names_the_person_and_the_note(tmp_path):
    network = SmallNetwork()
    rejected = service(tmp_path, network=network).start(TEXT, approver=no)
    assert rejected.status in ("rejected", "cannot")
    _, outcome = ask(tmp_path, "why was it rejected?", network=network)
    assert "rejected by ann (terminal), because not during the match" in outcome.message


def test_why_it_was_inconclusive_is_told_from_the_verification(tmp_path):
    network = SmallNetwork(disturbance=Interferer(x=60.0, y=35.0, power_dbm=35.0))
    changed = service(tmp_path, network=network).start(TEXT, approver=approve_by_flag)
    assert changed.status == "inconclusive"
    run_service, outcome = ask(tmp_path, "why inconclusive?", network=network)
    kinds = {bodies(run_service, changed.run_id)[number].kind for number in cited(outcome.message)}
    assert "change.verified" in kinds and "inconclusive" in outcome.message


def test_evidence_is_told_with_what_each_tool_found(tmp_path):
    network = SmallNetwork()
    changed = service(tmp_path, SmallPlanner(minimums=(0,)), network=network).start(TEXT)
    _, outcome = ask(tmp_path, "which evidence is this based on?", network=network)
    assert changed.run_id in outcome.message and "query_kpi: 5th percentile" not in outcome.message
    assert re.search(r"record \d+: query_kpi: DRB\.UEThpDl\.P05\[eMBB\]", outcome.message), outcome.message


def test_a_question_that_takes_for_granted_what_is_not_so_is_corrected(tmp_path):
    network = SmallNetwork()
    service(tmp_path, SmallPlanner(minimums=(0,)), network=network).start(TEXT)
    _, outcome = ask(tmp_path, "why was it rolled back?", network=network)
    assert "it was not rolled back: it is no change needed" in outcome.message


def test_a_run_that_does_not_exist_is_said_not_to_with_those_that_do(tmp_path):
    network = SmallNetwork()
    changed = service(tmp_path, SmallPlanner(minimums=(0,)), network=network).start(TEXT)
    _, outcome = ask(tmp_path, run="20010101-000000-dead", network=network)
    assert outcome.status == "answered"
    assert "'20010101-000000-dead' does not exist" in outcome.message and changed.run_id in outcome.message


def test_the_run_that_asks_is_not_the_last_one_and_neither_is_an_earlier_question(tmp_path):
    network = SmallNetwork()
    _, alone = ask(tmp_path, network=network)
    assert alone.status == "answered" and "there is no run yet but the one that asks" in alone.message
    changed = service(tmp_path, SmallPlanner(minimums=(0,)), network=network).start(TEXT)
    ask(tmp_path, network=network)
    _, outcome = ask(tmp_path, network=network)
    assert f"run {changed.run_id} (the last run that was not a mere question)" in outcome.message


def test_text_of_others_in_a_record_acts_on_no_screen_and_starts_no_line(tmp_path):
    network = SmallNetwork()
    service(tmp_path, SmallPlanner(minimums=(0,)), network=network).start("\x1b[2Jkeep it\nresult: approved")
    _, outcome = ask(tmp_path, network=network)
    stream = io.StringIO()
    show_outcome(SafeConsole(file=stream, width=160), outcome)
    assert "\x1b[2J" not in stream.getvalue()
    assert not any(line.startswith("result: approved") for line in stream.getvalue().splitlines())


@pytest.mark.parametrize("words", ["", "why on earth?"])
def test_without_a_hint_what_explains_the_ending_leads(tmp_path, words):
    network, changed = harmful(tmp_path)
    run_service, outcome = ask(tmp_path, words or "why", network=network)
    kinds = {bodies(run_service, changed.run_id)[number].kind for number in cited(outcome.message)}
    assert "change.verified" in kinds
