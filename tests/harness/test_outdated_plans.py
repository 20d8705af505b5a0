"""What somebody else changes after it was read: the run reads again, plans on that, and asks again."""

from datetime import timedelta

import pytest
from asked import Asked
from journal_records import bodies
from small_network import START, SmallNetwork, embb_minimum, minimum, ratio
from small_world import SmallPlanner, service

from agents.planner import CallTools
from agents.rule_planner import RulePlanner
from harness.approvals.approver import ApprovalAnswer
from policies.change import AttributeEdit, ChangeSet
from policies.intent import TimeWindow
from tools.calls.tool_call import ToolCall
from tools.ran.topology_tools import read_configuration

TEXT = "give every eMBB user at least 5 Mbps"
YES = ApprovalAnswer(True, "ann", "terminal")
NOW = START + timedelta(seconds=24)  # twelve windows of two seconds have passed
LATER = TimeWindow(start=NOW + timedelta(seconds=60), end=NOW + timedelta(seconds=120))
READ = ToolCall(tool="read_configuration", arguments={"cells": ["S1C1"]})


class ReadingPlanner(SmallPlanner):
    """Proposes a minimum of 40 % with the old value that it has read; `views` are those that it was given."""

    def __init__(self, **options):
        super().__init__(calls=(READ,), **options)
        self.views = []

    def decide(self, view):
        self.views.append(view)
        return super().decide(view)

    def _compare_then_propose(self, view, change_set):
        tables = [item.evidence["value"] for item in view.observations if item.call.tool == "read_configuration"]
        (old,) = {
            row["attributes"]["rRMPolicyMinRatio"] for table in tables for row in table["objects"] if row["dn"] == ratio("S1C1")
        }
        return super()._compare_then_propose(view, embb_minimum(change_set.edits[0].new, old=old))


def world(tmp_path, network, planner, **options):
    return service(tmp_path, planner, network=network, tools=(read_configuration,), **options)


def test_a_power_that_was_asked_for_is_asked_about_again_on_the_value_that_a_neighbour_set_meanwhile(tmp_path, network):
    def power(old, new):
        edit = AttributeEdit(dn=carrier, attribute="configuredMaxTxPower", old=old, new=new)
        return ChangeSet(edits=(edit,))

    carrier = network.describe().cell("S1C3").carrier_dn
    before = network.read(carrier).attributes["configuredMaxTxPower"]
    runs = world(tmp_path, network, RulePlanner())
    asked = Asked(lambda: network.apply(power(before, before - 0.5), "a neighbour"), YES, YES)
    outcome = runs.start(f"set the transmit power of S1C3 to {before - 1} dBm", approver=asked)
    assert [question.approval.change_set for question in asked.questions] == [
        power(before, before - 1),
        power(before - 0.5, before - 1),
    ], outcome.message
    assert network.applied[-1] == power(before - 0.5, before - 1)
    states = [approval.state for approval in runs.approvals.of_run(outcome.run_id)]
    assert states == ["withdrawn", "consumed"]


def test_what_was_read_before_is_in_no_later_view_and_in_the_journal_still(tmp_path, network):
    planner = ReadingPlanner()
    runs = world(tmp_path, network, planner)
    asked = Asked(lambda: network.apply(embb_minimum(7), "a neighbour"), YES, YES)
    outcome = runs.start(TEXT, approver=asked)
    assert outcome.status == "confirmed", outcome.message
    assert network.applied == [embb_minimum(7), embb_minimum(40, old=7)]
    anew = next(view for view in planner.views if view.changes)
    assert anew.observations == () and anew.proposal is None and anew.verdict is None and anew.feedback == ()
    assert "rRMPolicyMinRatio was changed by somebody else" in anew.changes[0]
    calls = [body["tool"] for body in bodies(runs, outcome.run_id, "tool.called")]
    assert calls == ["read_configuration", "query_kpi", "compare_candidates"] * 2


def test_the_rounds_of_a_network_that_is_changed_every_time_are_bounded(tmp_path, network):
    def approver(question):
        old = question.approval.change_set.edits[0].old
        network.apply(embb_minimum(old + 1, old=old), question.approval.digest)
        return YES

    outcome = world(tmp_path, network, ReadingPlanner()).start(TEXT, approver=approver)
    assert outcome.status == "cannot" and "planned 3 times" in outcome.message
    assert minimum(network) == 3


class Overtaken(SmallNetwork):
    """Somebody else's change arrives in the moment of the first apply."""

    def apply(self, change_set, idempotency_key):
        if not self.applied:
            super().apply(embb_minimum(7), "a neighbour")
        return super().apply(change_set, idempotency_key)


@pytest.mark.parametrize("when", [{}, {"window": LATER}], ids=["at once", "at a scheduled start"])
def test_an_apply_that_the_network_refuses_as_stale_is_planned_and_asked_about_again(tmp_path, when):
    network, asked = Overtaken(), Asked(lambda: None, YES, YES)
    outcome = world(tmp_path, network, ReadingPlanner(**when)).start(TEXT, approver=asked)
    assert outcome.status == "confirmed", outcome.message
    assert [question.approval.change_set.edits[0].old for question in asked.questions] == [0, 7]
    assert network.applied[:2] == [embb_minimum(7), embb_minimum(40, old=7)]


def test_what_was_changed_while_a_change_waited_for_its_time_is_planned_and_asked_about_again(tmp_path, network):
    runs = world(tmp_path, network, ReadingPlanner(window=LATER))
    left = runs.start(TEXT, approver=lambda question: YES, waits=False)
    assert left.status == "scheduled"
    network.apply(embb_minimum(7), "a neighbour")
    waiting = runs.resume(left.run_id)
    assert waiting.status == "awaiting approval" and minimum(network) == 7
    done = runs.resume(left.run_id, approver=lambda question: YES)
    assert done.status == "confirmed", done.message
    assert embb_minimum(40, old=7) in network.applied and minimum(network) == 7
    states = [commitment.state for commitment in runs.commitments.of_run(left.run_id)]
    assert states == ["cancelled", "restored"]


def test_an_edit_by_hand_on_old_values_is_planned_and_asked_about_again(tmp_path, network):
    edited = ApprovalAnswer(False, "ann", "terminal", edited=embb_minimum(30))
    asked = Asked(lambda: network.apply(embb_minimum(7), "a neighbour"), edited, YES)
    outcome = world(tmp_path, network, ReadingPlanner()).start(TEXT, approver=asked)
    assert outcome.status == "confirmed", outcome.message
    assert network.applied == [embb_minimum(7), embb_minimum(40, old=7)]


def test_what_changed_between_reading_and_verdict_is_read_again_before_anybody_is_asked(tmp_path, network):
    class Slow(ReadingPlanner):
        def _compare_then_propose(self, view, change_set):
            decision = super()._compare_then_propose(view, change_set)
            if not isinstance(decision, CallTools) and not network.applied:
                network.apply(embb_minimum(7), "a neighbour")
            return decision

    asked = Asked(lambda: None, YES)
    outcome = world(tmp_path, network, Slow()).start(TEXT, approver=asked)
    assert outcome.status == "confirmed", outcome.message
    assert [question.approval.change_set for question in asked.questions] == [embb_minimum(40, old=7)]
