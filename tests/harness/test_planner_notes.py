"""A plan that fails its checks twice goes to the rule planner, and the run says so: on screen, in journal, outcome and page."""

import io
from dataclasses import replace

import pytest
from small_network import SmallNetwork
from small_world import service

from agents.planner import CallTools
from agents.planning.loading import load_plan_model
from agents.rule_planner import RulePlanner
from agents.six_g_planner import SixGPlanner
from agents.specialists.message import Need, Want
from agents.workflows.trials.trying import Effort
from harness.records.outcome import RunOutcome
from harness.views.console import RunConsole
from tools.registry import default_registry
from tools.twinning.laboratory import Laboratory
from twins.screen.console import SafeConsole

EFFORT = Effort(full_seeds=2, trials=0)
TEXT = "Set rRMPolicyMinRatio of eMBB in S1C1 to 30 %"
GOAL = "raise the eMBB throughput in S1C1"


class Wrong:
    """In the place of the planning model: its plans claim what no evidence says."""

    def plan(self, scene, entries, refused=()):
        return ("finish", "same") if refused else ("finish", "holds")


def run_of(root, planner, text=TEXT):
    stream = io.StringIO()
    run_service = service(
        root, planner, network=SmallNetwork(), listener=RunConsole(SafeConsole(file=stream, width=300)),
    )  # fmt: skip
    laboratory = Laboratory(workers=1)
    context = replace(run_service.parts.context, laboratory=laboratory)
    run_service.parts = replace(run_service.parts, registry=default_registry(), context=context)
    try:
        outcome = run_service.start(text, "shadow")
    finally:
        laboratory.close()
    return run_service, outcome, stream.getvalue()


def test_a_plan_that_fails_twice_goes_to_the_rule_planner_and_the_run_says_so(tmp_path):
    run_service, outcome, shown = run_of(tmp_path, SixGPlanner(EFFORT, load=Wrong))
    assert outcome.status == "shadow" and outcome.chosen is not None, "the rule planner plans it to its end"
    (note,) = outcome.notes
    assert note.startswith("decided by the rule planner, because 2 plans of the 6G-LLM planner failed their checks")
    assert "the evidence does not say so" in note
    decided = [record.body for record in run_service.journal.records(outcome.run_id) if record.kind == "planner.decided"]
    assert [body.get("note") for body in decided] == [None, *[note] * (len(decided) - 1)], "but for the reading"
    assert shown.count(note) >= 2 and f"note: {note}" in shown
    said = [record.body for record in run_service.journal.records(outcome.run_id) if record.kind == "specialist.said"]
    assert ("review", "safety specialist") in {(body["message"], body["by"]) for body in said}
    folder = run_service.paths.run(outcome.run_id)
    assert "2 plans of the 6G-LLM planner failed" in (folder / "report.html").read_text()
    assert RunOutcome.model_validate_json((folder / "outcome.json").read_bytes()).notes == outcome.notes


def test_without_its_weights_the_run_says_who_plans_instead_and_why(tmp_path):
    pytest.importorskip("transformers")
    (tmp_path / "planner.safetensors").write_bytes(b"nothing")
    planner = SixGPlanner(EFFORT, load=lambda: load_plan_model(tmp_path / "planner.safetensors"))
    _, outcome, _ = run_of(tmp_path, planner)
    assert outcome.status == "shadow"
    assert "decided by the rule planner, because the planning model is not available" in outcome.notes[0]


def test_a_specialist_that_asks_for_a_tool_of_another_one_ends_the_run(tmp_path):
    class Overreaching(RulePlanner):
        def decide(self, view):
            decision = super().decide(view)
            if not isinstance(decision, CallTools):
                return decision
            need = Need(sender="safety specialist", wants=(Want(tool="compare_receivers"),))
            return decision.model_copy(update={"messages": (need,)})

    _, outcome, _ = run_of(tmp_path, Overreaching(EFFORT))
    assert outcome.status == "cannot" and outcome.error.boundary == "planner"
    assert "the safety specialist has no tool 'compare_receivers'; it has: query_kpi, retrieve_3gpp_constraint" in outcome.message


def test_what_specialists_say_is_recorded_and_shown(tmp_path):
    run_service, outcome, shown = run_of(tmp_path, RulePlanner(EFFORT), GOAL)
    said = [record.body for record in run_service.journal.records(outcome.run_id) if record.kind == "specialist.said"]
    kinds = [body["message"] for body in said]
    assert kinds[: kinds.index("offer")].count("need") == 3 and "assignment" in kinds
    assert "RAN-control specialist: offers " in shown
    assert outcome.notes == ()
