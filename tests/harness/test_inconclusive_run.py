"""A run whose verification is inconclusive: taken back, or a person decides; it never looks like success or like harm."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from small_network import SmallNetwork, minimum
from small_world import service

from harness.approvals.approver import approve_by_flag
from harness.engine.outcome_choices import CHOICES, KEEP, KEEP_WATCHING, TAKE_BACK, choice_of
from harness.records.status import EXIT_STATUS, TONE
from harness.runtime.errors import CommitmentError
from harness.runtime.settings import SettingsError, load_settings
from harness.views.console import show_outcome
from twins.system.scenario.disturbance import Interferer

TEXT = "give every eMBB user at least 5 Mbps"
ASK = {"commitment": {"on_inconclusive": "ask"}}


def disturbed():
    return SmallNetwork(disturbance=Interferer(x=60.0, y=35.0, power_dbm=35.0))  # the prediction knows nothing of it


@pytest.fixture
def network():
    return disturbed()


def run(tmp_path, network, answers=None, **settings):
    """Run with these answers in turn; return the service, the outcome and the questions that were asked."""
    questions, left = [], list(answers or [])

    def answerer(question, choices):
        questions.append((question, choices))
        return left.pop(0) if left else None

    run_service = service(tmp_path, network=network, **settings)
    outcome = run_service.start(TEXT, approver=approve_by_flag, answerer=None if answers is None else answerer)
    return run_service, outcome, questions


def states(run_service, outcome):
    return [commitment.state for commitment in run_service.commitments.of_run(outcome.run_id)]


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """A run by the default settings that has ended: its service, outcome, questions and network."""
    network = disturbed()
    return *run(tmp_path_factory.mktemp("ended"), network, [KEEP]), network


def test_by_default_it_is_taken_back_and_called_inconclusive(ended):
    run_service, outcome, questions, network = ended
    assert (outcome.status, outcome.exit_status, questions) == ("inconclusive", 4, [])
    assert outcome.message.startswith("inconclusive, not confirmed before the deadline: ")
    assert "harm" not in outcome.message
    assert outcome.verification.outcome == "inconclusive"
    assert minimum(network) == 0
    assert states(run_service, outcome) == ["reverted"]
    assert run_service.runs.get("last").status == "inconclusive"
    assert list(run_service.journal.records(outcome.run_id))[-1].body["status"] == "inconclusive"


def test_it_is_told_apart_from_success_and_from_harm():
    assert EXIT_STATUS["inconclusive"] != EXIT_STATUS["confirmed"]
    assert TONE["inconclusive"] == "care" != TONE["confirmed"]
    assert TONE["rolled back"] == "bad"


def test_a_person_may_keep_it_and_it_is_still_not_confirmed(tmp_path, network):
    run_service, outcome, questions = run(tmp_path, network, [KEEP], **ASK)
    assert (outcome.status, outcome.exit_status) == ("inconclusive", 4)
    assert "decided to keep it" in outcome.message
    assert questions[0][0].startswith("inconclusive, not confirmed before the deadline")
    assert questions[0][1] == CHOICES
    assert minimum(network) == 40
    (commitment,) = run_service.commitments.of_run(outcome.run_id)
    assert commitment.state == "confirmed"
    assert "though inconclusive" in commitment.note
    decided = next(record for record in run_service.journal.records(outcome.run_id) if record.kind == "outcome.decided")
    assert decided.body["choice"] == KEEP
    assert decided.body["who"]


def test_a_person_may_take_it_back(tmp_path, network):
    run_service, outcome, _ = run(tmp_path, network, ["Take  back"], **ASK)
    assert outcome.status == "inconclusive"
    assert minimum(network) == 0
    assert states(run_service, outcome) == ["reverted"]


def test_a_person_may_keep_watching_and_is_asked_again(tmp_path, network):
    run_service, outcome, questions = run(tmp_path, network, [KEEP_WATCHING, TAKE_BACK], **ASK)
    assert len(questions) == 2
    assert outcome.status == "inconclusive"
    assert minimum(network) == 0
    verdicts = [record for record in run_service.journal.records(outcome.run_id) if record.kind == "change.verified"]
    assert len(verdicts) == 2


def test_watching_goes_on_with_later_windows_until_it_can_be_confirmed(tmp_path, network):
    asked = []

    def stop_interference(question, choices):
        asked.append(question)
        network.restore(replace(network.snapshot(), disturbances=()))
        return KEEP_WATCHING if len(asked) == 1 else TAKE_BACK

    run_service = service(tmp_path, network=network, **ASK)
    outcome = run_service.start(TEXT, approver=approve_by_flag, answerer=stop_interference)
    assert outcome.status == "confirmed", outcome.message
    assert len(asked) == 1
    assert states(run_service, outcome) == ["confirmed"]


@pytest.mark.parametrize("answers", [None, [None], [""], ["what?"]])
def test_no_answer_takes_it_back(tmp_path, network, answers):
    run_service, outcome, _ = run(tmp_path, network, answers, **ASK)
    assert outcome.status == "inconclusive"
    assert minimum(network) == 0
    assert states(run_service, outcome) == ["reverted"]


def test_only_the_words_of_the_choices_count():
    assert [choice_of(text) for text in ("keep", " KEEP  watching ", "take back")] == list(CHOICES)
    assert {choice_of(text) for text in ("", "yes", "keep it", None, 1)} == {TAKE_BACK}


def test_watching_longer_moves_both_deadlines_of_an_applied_change_only(ended):
    run_service, outcome, *_ = ended
    with pytest.raises(CommitmentError, match="is reverted: there is nothing to go on watching"):
        run_service.commitments.extend(run_service.commitments.of_run(outcome.run_id)[0].key, 60.0, 0.0)


def test_the_page_and_the_console_say_inconclusive(ended):
    _, outcome, *_ = ended
    console = Console(file=io.StringIO(), width=200)
    show_outcome(console, outcome)
    assert "INCONCLUSIVE" in console.file.getvalue()
    text = Path(outcome.report).read_text(encoding="utf-8")
    assert '<span class="badge care">inconclusive</span>' in text
    assert "Measured effect of each edit" in text


def test_the_memory_of_counters_is_a_setting():
    settings = load_settings(overrides={"commitment": {"memory": {"DRB.UEThpDl": "30 s"}}})
    assert settings.commitment.memory == {"DRB.UEThpDl": 30.0}
    assert settings.commitment.longest_memory == 30.0
    with pytest.raises(SettingsError, match=r"kpi='DRB.Nonsense' is not in the KPI catalogue"):
        load_settings(overrides={"commitment": {"memory": {"DRB.Nonsense": 30}}})
    with pytest.raises(SettingsError, match="memory"):
        load_settings(overrides={"commitment": {"memory": {"DRB.UEThpDl": -1}}})
    with pytest.raises(SettingsError, match="on_inconclusive"):
        load_settings(overrides={"commitment": {"on_inconclusive": "hope"}})
