"""A text that asks about receivers or beams beside something to be done: both are answered in one run, by either planner."""

import io
from dataclasses import replace

import pytest
from small_network import SmallNetwork
from small_world import service

from agents.rule_planner import RulePlanner
from agents.six_g_planner import SixGPlanner
from agents.workflows.speed import QUESTION
from agents.workflows.trials.trying import Effort
from harness.records.outcome import RunOutcome
from harness.views.console import RunConsole
from tools.registry import ToolRegistry, default_registry
from tools.twinning.laboratory import Laboratory
from twins.screen.console import SafeConsole

EFFORT = Effort(full_seeds=2, trials=0, link_slots=8)
CHANGE = "Set rRMPolicyMinRatio of eMBB in S1C1 to 30 %"
RECEIVER = "tell me whether the neural receiver would help there"
LINK_TOOLS = ("link_conditions", "compare_receivers")


@pytest.fixture
def laboratory():
    laboratory = Laboratory(workers=1)
    yield laboratory
    laboratory.close()


def runs(root, planner, laboratory, *, without=(), stream=None):
    listener = RunConsole(SafeConsole(file=stream or io.StringIO(), width=200))
    run_service = service(root, planner, network=SmallNetwork(), listener=listener)
    tools = ToolRegistry(tool for tool in default_registry() if tool.name not in without)
    context = replace(run_service.parts.context, laboratory=laboratory)
    run_service.parts = replace(run_service.parts, registry=tools, context=context)
    return run_service


def called(run_service, run_id):
    return [record.body["tool"] for record in run_service.journal.records(run_id) if record.kind == "tool.called"]


@pytest.mark.parametrize("kind", [RulePlanner, SixGPlanner])
def test_a_change_with_a_question_about_the_receiver_beside_it_answers_both(tmp_path, laboratory, kind):
    if kind is SixGPlanner:
        pytest.importorskip("transformers")
    stream = io.StringIO()
    run_service = runs(tmp_path, kind(EFFORT), laboratory, stream=stream)
    outcome = run_service.start(f"{CHANGE}, and {RECEIVER} for pedestrians.", "shadow")
    assert outcome.status == "shadow", outcome.message
    assert outcome.chosen is not None and not outcome.chosen.is_empty, "the change is planned"
    assert [edit.new for edit in outcome.chosen.attribute_edits()] == [30]
    (told,) = outcome.told
    assert told.question == f"{RECEIVER} for pedestrians"
    assert "DeepRx" in told.summary and "S1C1" in told.summary and told.recommendation
    tools = called(run_service, outcome.run_id)
    assert set(LINK_TOOLS) <= set(tools) and "compare_candidates" in tools
    assert tools.index("compare_receivers") < tools.index("compare_candidates"), "asked on the network as it is"
    kinds = [record.kind for record in run_service.journal.records(outcome.run_id)]
    assert kinds.count("question.told") == 1 and kinds.index("question.told") < kinds.index("proposal.made")
    assert f"asked beside it: {told.question}" in stream.getvalue() and "“tell me whether" in outcome.read_back
    page = (run_service.paths.run(outcome.run_id) / "report.html").read_text()
    assert "Asked beside it" in page and "Nothing was changed" in page
    stored = RunOutcome.model_validate_json((run_service.paths.run(outcome.run_id) / "outcome.json").read_bytes())
    assert stored.told == outcome.told


def test_what_the_question_needs_is_asked_and_its_answer_loses_no_part(tmp_path, laboratory):
    run_service = runs(tmp_path, RulePlanner(EFFORT), laboratory)
    asked = run_service.start(f"{CHANGE}, and {RECEIVER}", "shadow")
    assert (asked.status, asked.question) == ("asked", QUESTION)
    assert asked.notes == (f"not answered in this run: “{RECEIVER}”",)
    outcome = run_service.resume(asked.run_id, answerer=lambda question, choices: "at 400 m/s")
    assert outcome.status == "shadow", outcome.message
    assert outcome.chosen is not None and "400 m/s" in outcome.told[0].summary


def test_a_question_that_cannot_be_answered_is_said_and_the_change_is_planned_all_the_same(tmp_path, laboratory):
    run_service = runs(tmp_path, RulePlanner(EFFORT), laboratory, without=LINK_TOOLS)
    outcome = run_service.start(f"{CHANGE}, and {RECEIVER} for pedestrians", "shadow")
    assert outcome.status == "shadow", outcome.message
    (told,) = outcome.told
    assert told.summary.startswith("that cannot be told: cannot, because the tool link_conditions is not offered")
    assert outcome.chosen is not None and not told.recommendation
