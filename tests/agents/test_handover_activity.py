"""A handover event that is configured but never fires is named so, and its parameters are not tuned further."""

import pytest
from planner_walk import Walk
from tool_worlds import context_over, network_with_history, store_of

from agents.heuristics.situation import Situation
from agents.planner import Escalate, Finish
from agents.rule_planner import RulePlanner
from agents.understanding.result import NetworkQuestion, Question
from agents.understanding.understand import understand
from agents.workflows.handover_activity import inactive_cells
from policies.kpi import KpiFrame, KpiSample, kpi_definition
from tools.ran.degradation_tool import detect_degradation
from tools.ran.kpi_tool import query_kpi
from tools.ran.topology_tools import read_configuration, read_topology
from tools.registry import ToolRegistry
from twins.network import KpiQuery

REGISTRY = ToolRegistry((read_configuration, read_topology, query_kpi, detect_degradation))
walk = Walk(RulePlanner(), REGISTRY)
CLAIM = "neighbour S1C2 is 20 dB better than S1C1 and there are zero A3 reports for 60 s: shorten the time to trigger to 100 ms"


def context_of(folder, handovers, failures):
    """A network whose store holds, besides its own counters, these handovers and link failures of S1C1 in six newer windows."""
    network = network_with_history()
    stated = {"MM.HoExeIntraReq": handovers, "MM.RlfRate": failures}
    frame = KpiFrame(tuple(_stated(sample, stated) for sample in network.observe(KpiQuery())))
    return context_over(network, folder, store_of(folder, frame))


def _stated(sample, values):
    if sample.kpi not in values or not sample.dn.endswith("NRCellDU=S1C1"):
        return sample
    unit = kpi_definition(sample.kpi).unit
    return KpiSample(sample.kpi, sample.dn, sample.slice, sample.start, sample.end, values[sample.kpi], unit, 1)


@pytest.fixture(scope="module")
def silent(tmp_path_factory):
    return context_of(tmp_path_factory.mktemp("silent"), 0.0, 5.0)


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    return context_of(tmp_path_factory.mktemp("busy"), 3.0, 5.0)


@pytest.mark.parametrize(
    "text",
    [
        CLAIM,
        "S1C1: neighbour 20 dB better, zero A3 reports for 60 s, tune TTT",
        "no handovers in S1C1 although the neighbour is 20 dB better",
        "A3 in S1C1 is configured but never triggers, reduce the hysteresis",
        "0 measurement reports from S1C1 for a minute, neighbour S1C2 20 dB better, lower the time to trigger",
    ],
)
def test_the_statement_is_read_for_the_serving_cell(silent, text):
    question = understand(text, silent.network.describe())
    assert isinstance(question, NetworkQuestion), question
    assert (question.topic, question.cells) == ("inactive handover", ("S1C1",))


@pytest.mark.parametrize("text", ["keep ping-pong handovers below 5 % in S1C1", "reduce radio link failures in S1C1 below 1 %"])
def test_an_intent_on_handovers_is_no_such_statement(silent, text):
    assert not isinstance(understand(text, silent.network.describe()), NetworkQuestion)


def test_without_a_cell_it_is_asked_for(silent):
    reading = understand("neighbour 20 dB better, zero A3 reports for 60 s", silent.network.describe())
    assert isinstance(reading, Question)
    assert "in which serving cell" in reading.question


def test_configured_not_active_is_the_finding_and_nothing_is_tuned(silent):
    decision, view = walk(silent, CLAIM)
    assert isinstance(decision, Finish)
    assert (
        "S1C1: configured, not active: event A3 is configured (a3Offset 2.0, hysteresis 1.0, timeToTrigger 160)"
        in decision.summary
    )
    assert "MM.HoExeIntraReq is 0 over the newest windows" in decision.summary
    assert "Do not tune time to trigger, offset or hysteresis further" in decision.summary
    assert "Not reported by this network: A3 measurement reports" in decision.summary
    assert {observation.call.tool for observation in view.observations} == {"read_configuration", "query_kpi"}


def test_counted_handovers_that_contradict_the_statement_are_told(busy):
    decision, _ = walk(busy, CLAIM)
    assert "the operator states that it never reports, but MM.HoExeIntraReq counted" in decision.summary
    assert "Do not tune time to trigger" in decision.summary


def test_an_intent_to_tune_handover_ends_if_the_counters_show_that_it_is_inactive(silent):
    decision, _ = walk(silent, "reduce radio link failures in S1C1 below 1 %")
    assert isinstance(decision, Escalate)
    assert "handover in S1C1 is configured, not active: MM.HoExeIntraReq is 0 in all windows" in decision.reason
    assert "measurement object" in decision.nearest


def test_handovers_or_no_lost_links_are_no_sign_of_inactivity(busy, tmp_path):
    for context in (busy, context_of(tmp_path, 0.0, 0.0)):
        _, view = walk(context, CLAIM)
        situation = Situation(card=view.card, intent=_intent(context), observations=view.observations)
        assert inactive_cells(situation) == []


def _intent(context):
    return understand("reduce radio link failures in S1C1 below 1 %", context.network.describe()).intent
