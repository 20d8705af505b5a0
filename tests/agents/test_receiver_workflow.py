"""Channel-estimator selection as a run: conditions from the network, comparison in the link twin, a recommendation; nothing is
changed.
"""

import pytest
from planner_walk import Walk
from tool_worlds import context_over, network_with_history

from agents.answer import Answer
from agents.planner import Ask, CallTools, Escalate, Finish
from agents.rule_planner import RulePlanner
from agents.understanding.conditions import link_words
from agents.understanding.result import Understood
from agents.understanding.understand import understand
from agents.workflows.trials.trying import Effort
from policies.effect import Effect
from tools.calls.observation import Observation
from tools.ran.degradation_tool import detect_degradation
from tools.ran.kpi_tool import query_kpi
from tools.ran.link_conditions import link_conditions
from tools.ran.topology_tools import read_configuration
from tools.receivers.floor.floor_tool import examine_error_floor
from tools.receivers.link_tools import compare_receivers
from tools.registry import ToolRegistry
from tools.telemetry.store import KpiStore

REGISTRY = ToolRegistry((read_configuration, query_kpi, detect_degradation, link_conditions, compare_receivers))
FEW_PILOTS = "select the best channel estimator for S1C1, users at 30 m/s, one DMRS symbol"
SLOTS = 16
walk = Walk(RulePlanner(Effort(link_slots=SLOTS)), REGISTRY)


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return context_over(network_with_history(), tmp_path_factory.mktemp("receivers"))


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def few_pilots(context):
    return walk(context, FEW_PILOTS)


def comparisons(view):
    return [observation for observation in view.observations if observation.call.tool == "compare_receivers"]


def changed(view, change):
    """Return the view with each row of each comparison replaced by `change(row)`."""

    def with_changed_rows(observation):
        if observation.call.tool != "compare_receivers":
            return observation
        value = observation.evidence["value"]
        rows = [new for row in value["rows"] if (new := change(dict(row))) is not None]
        return observation.model_copy(update={"evidence": {**observation.evidence, "value": {**value, "rows": rows}}})

    return view.model_copy(update={"observations": tuple(map(with_changed_rows, view.observations))})


def rate(value, half=0.05):
    return {"value": value, "interval": {"low": max(value - half, 0.0), "high": min(value + half, 1.0), "confidence": 0.95}}


RECEIVERS = {"ls": "ls+lmmse", "lmmse": "lmmse+lmmse", "deeprx": "deeprx"}


def rates(mcs=None, **values):
    """Return a change that sets block error rates of receivers, and the MCS at 10 % BLER to `mcs`, 12 unless given."""
    blers, max_mcs = ({RECEIVERS[name]: value for name, value in table.items()} for table in (values, mcs or {}))

    def change(row):
        name = row["receiver"]
        return {**row, "bler": rate(blers[name]), "adapted_mcs": max_mcs.get(name, 12)} if name in blers else row

    return change


def decided(view):
    return walk.planner.decide(view)


def test_the_run_retrieves_then_compares_then_recommends(few_pilots):
    decision, view = few_pilots
    assert isinstance(decision, Finish), decision
    assert [observation.call.tool for observation in view.observations] == [
        "read_configuration", "query_kpi", "detect_degradation", "link_conditions", *["compare_receivers"] * 3,
    ]  # fmt: skip
    assert [observation.error for observation in view.observations if observation.evidence is None] == []
    assert all(REGISTRY.get(observation.call.tool).effect is not Effect.CONFIGURE for observation in view.observations)


def test_links_match_the_cell_and_the_conditions_that_the_operator_stated(few_pilots, context):
    _, view = few_pilots
    cell = view.observations[3].evidence["value"]["cells"][0]
    median, low, nearby = [comparison.call.arguments for comparison in comparisons(view)]
    levels = {level["sinr"]["share"]: level for level in cell["levels"]}
    for arguments, share in ((median, 0.5), (low, 0.1)):
        assert arguments["configuration"]["mcs_index"] == levels[share]["mcs_index"]
        assert arguments["adapt_to"] == "ls+lmmse"  # the network does not report the estimator in use
        assert arguments["channel"]["snr_db"] == pytest.approx(levels[share]["snr_db"], abs=0.01)
        assert arguments["channel"]["carrier_ghz"] == context.network.describe().cell("S1C1").carrier_ghz
        assert arguments["configuration"]["dmrs_symbols"] == 1
    assert (median["channel"]["speed_mps"], nearby["channel"]["speed_mps"]) == (28.5, 33.0)
    assert nearby["channel"]["delay_spread_ns"] > median["channel"]["delay_spread_ns"]


def test_with_one_pilot_symbol_and_fast_users_the_learned_receiver_is_recommended(few_pilots):
    decision, view = few_pilots
    assert decision.recommendation == "estimate the channel of S1C1 by DeepRx for terminals at 24 to 33 m/s"
    assert decision.summary.startswith(f"recommended: {decision.recommendation}")
    for row in comparisons(view)[0].evidence["value"]["rows"]:
        bler = row["bler"]
        assert (
            f"{100 * bler['value']:.1f} % ({100 * bler['interval']['low']:.1f}–{100 * bler['interval']['high']:.1f})"
            in decision.summary
        )
    max_mcs = {row["receiver"]: row["adapted_mcs"] for row in comparisons(view)[0].evidence["value"]["rows"]}
    assert max_mcs["deeprx"] > max_mcs["ls+lmmse"] == comparisons(view)[0].evidence["value"]["mcs_index"]
    assert (
        f"highest MCS with 10 % BLER: LS {max_mcs['ls+lmmse']}, LMMSE {max_mcs['lmmse+lmmse']}, DeepRx {max_mcs['deeprx']}"
        in decision.summary
    )
    assert "its data card covers all 3 conditions" in decision.summary
    assert "times as long as LS" in decision.summary
    assert f"over {SLOTS} slots per link" in decision.summary


def test_the_summary_states_what_is_assumed_and_what_is_missing(few_pilots):
    summary = few_pilots[0].summary
    assumed, missing = summary.split("Assumed for lack of data: ")[1].split("Missing: ")
    assert "speed from '30 m/s'" in assumed
    assert "delay spread 364 ns" in assumed
    assert "counts no uplink SINR" in assumed
    assert "pilot pattern" not in assumed  # the operator stated it
    assert "does not report the estimator in use" in missing
    assert "channel estimation error statistics" in missing


@pytest.mark.parametrize(
    ("change", "chosen", "words"),
    [
        (
            rates(ls=0.5, lmmse=0.3, deeprx=0.1),
            "DeepRx",
            "significantly fewer block errors than the better classical estimator: median SNR 10.0 % against LMMSE",
        ),
        (
            rates(ls=0.5, lmmse=0.3, deeprx=0.27),
            "LMMSE",
            "not significantly fewer block errors than the better classical estimator",
        ),
        (rates(ls=0.3, lmmse=0.28, deeprx=0.29), "LS", "median SNR 29.0 % against LMMSE 28.0 %"),
        (
            rates(ls=0.0, lmmse=0.0, deeprx=0.0, mcs={"deeprx": 14}),
            "DeepRx",
            "a higher MCS at 10 % BLER: median SNR 14 against 12",
        ),
        (
            rates(ls=0.0, lmmse=0.0, deeprx=0.0, mcs={"deeprx": 13}),
            "LS",
            "no MCS higher by 2 or more at 10 % BLER: median SNR 13",
        ),
        (rates(ls=0.0, lmmse=0.0, deeprx=0.0, mcs={"ls": None}), "LMMSE", "no MCS higher by 2 or more"),
        (rates(ls=0.5, lmmse=0.3, deeprx=0.1, mcs={"deeprx": 10}), "LMMSE", "a lower MCS at 10 % BLER in: median SNR"),
        (rates(ls=0.3, lmmse=0.5, deeprx=0.5), "LS", "more block errors or a lower MCS at 10 % BLER in: median SNR"),
        (lambda row: {**rates(ls=0.5, lmmse=0.3, deeprx=0.1)(row), "delay_ms": 0.58}, "LMMSE", "latency: 1.060 ms of processing"),
    ],
)
def test_an_estimator_is_chosen_only_if_significantly_better_and_within_the_slot(few_pilots, change, chosen, words):
    decision = decided(changed(few_pilots[1], change))
    assert decision.recommendation == f"estimate the channel of S1C1 by {chosen} for terminals at 24 to 33 m/s"
    assert words in decision.summary


def test_a_gain_that_turns_into_a_loss_in_a_nearby_condition_does_not_count(few_pilots):
    _, view = few_pilots
    nearby = comparisons(view)[2]
    better, worse = (changed(view, rates(lmmse=0.3, ls=0.5, deeprx=value)) for value in (0.1, 0.9))
    mixed = tuple(
        loss if gain.call == nearby.call else gain for gain, loss in zip(better.observations, worse.observations, strict=True)
    )
    decision = decided(view.model_copy(update={"observations": mixed}))
    assert "by LMMSE" in decision.recommendation
    assert "more block errors or a lower MCS at 10 % BLER in: nearby: fastest, longer delay spread" in decision.summary


def gathered(context, text):
    """Return the view before the comparisons, and the decision that calls them."""
    view = walk.view(context, text)
    view = view.model_copy(update={"reading": decided(view).reading})
    observations = tuple(walk.observe(context, call) for call in decided(view).calls)
    view = view.model_copy(update={"observations": observations})
    return view, decided(view)


def answered(view, calls, evidence):
    """Return the view with these values as answers to the comparisons."""
    observations = tuple(Observation(call=call, evidence=value) for call, value in zip(calls, evidence, strict=True))
    return view.model_copy(update={"observations": view.observations + observations})


def test_outside_the_data_card_it_falls_back_and_reports_the_missing_data(context):
    text = "which channel estimator should S1C2 use for passengers of trains, 2 DMRS symbols"
    view, pending = gathered(context, text)
    evidence = walk.observe(context, pending.calls[0]).evidence
    decision = decided(answered(view, pending.calls, [evidence] * 3))
    assert isinstance(decision, Finish)
    assert "DeepRx" not in decision.recommendation
    assert "Fallback to the classical estimator: DeepRx's data card does not cover this case" in decision.summary
    assert "doppler_hz=" in decision.summary
    assert "More data is needed" in decision.summary
    deeprx = [row for row in evidence["value"]["rows"] if row["receiver"] == "deeprx"]
    assert not deeprx[0]["coverage"]["covered"]


def test_a_classical_receiver_is_recommended_if_the_learned_one_does_not_support_the_link(few_pilots):
    decision = decided(changed(few_pilots[1], lambda row: None if row["receiver"] == "deeprx" else row))
    assert "DeepRx" not in decision.recommendation
    assert "DeepRx's data card does not cover this case" in decision.summary


def test_a_link_that_no_classical_receiver_supports_is_escalated(few_pilots):
    decision = decided(changed(few_pilots[1], lambda row: row if row["receiver"] == "deeprx" else None))
    assert isinstance(decision, Escalate)
    assert "no classical receiver" in decision.reason


def test_an_unknown_pilot_pattern_is_tried_with_fewer_pilots_without_deciding(few_pilots, context):
    view, pending = gathered(context, "choose the channel estimator of S1C1 at 3 m/s")
    assert [call.arguments["configuration"]["dmrs_symbols"] for call in pending.calls] == [3, 3, 3, 1]
    # The answers are taken from another run: DeepRx is better only in the comparison that does not decide.
    equal = comparisons(changed(few_pilots[1], rates(ls=0.3, lmmse=0.3, deeprx=0.3)))[0].evidence
    better = comparisons(changed(few_pilots[1], rates(ls=0.9, lmmse=0.9, deeprx=0.1)))[0].evidence
    decision = decided(answered(view, pending.calls, [equal] * 3 + [better]))
    assert "by LS" in decision.recommendation
    assert "only to show the effect of the pilot pattern): BLER LS 90.0 %" in decision.summary


def test_without_a_speed_the_operator_is_asked_once(context):
    text = "select the best channel estimator for S1C1"
    decision, view = walk(context, text)
    assert isinstance(decision, Ask)
    assert "How fast" in decision.question
    assert not comparisons(view)
    answers = (Answer(question=decision.question, answer="20 m/s"),)
    read = decided(view.model_copy(update={"answers": answers, "unread": answers}))
    pending = decided(view.model_copy(update={"answers": answers, "reading": read.reading}))
    assert isinstance(pending, CallTools)
    assert pending.calls[0].arguments["channel"]["speed_mps"] == 19.0
    again, _ = walk(context, text, (Answer(question=decision.question, answer="no idea"),))
    assert isinstance(again, Escalate)
    assert "no speed was given" in again.reason


def test_a_cell_without_cqi_reports_is_escalated(context, tmp_path):
    decision, _ = walk(context_over(context.network, tmp_path, KpiStore(tmp_path / "empty.db")), FEW_PILOTS)
    assert isinstance(decision, Escalate)
    assert "no CQI was reported in S1C1" in decision.reason


def test_of_several_cells_the_one_with_the_most_block_errors_is_compared(context):
    view, pending = gathered(context, "pick the channel estimator for cars on the highway")
    cells = view.observations[3].evidence["value"]["cells"]
    worst = max(cells, key=lambda cell: cell["block_errors"]["mean"])
    assert len(cells) == 3
    assert pending.calls[1].arguments["configuration"]["mcs_index"] == worst["levels"][0]["mcs_index"]
    assert pending.calls[1].arguments["configuration"]["prbs"] == worst["allocation_prbs"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("select the channel estimator of S1C1 at 900 km/h", "the link twin goes up to 140"),
        ("select the channel estimator of S1C1 at 20 m/s with 9 DMRS symbols", "dmrs_symbols=9"),
    ],
)
def test_a_condition_beyond_the_range_of_the_twin_is_escalated_with_the_limit(context, text, words):
    decision, _ = walk(context, text)
    assert isinstance(decision, Escalate)
    assert words in decision.reason


@pytest.mark.parametrize(
    "text",
    [
        FEW_PILOTS,
        "which channel estimator should cell S1C1 use for cars on the highway?",
        "CSI quality is bad for fast users in S1C1, pick the right estimator",
        "select the best channel estimator for S1C1",
        "is LMMSE or DeepRx better for S1C1 at 20 m/s?",
        "should S1C1 use deeprx at 20 m/s with 100 ns delay spread?",
    ],
)
def test_such_texts_are_read_as_estimator_selection_for_the_cell(context, text):
    reading = understand(text, context.network.describe())
    assert isinstance(reading, Understood), reading
    assert reading.workflow == "channel-estimator"
    cells = [expectation.object.cells for expectation in reading.intent.expectations]
    assert cells == [(context.network.describe().cell("S1C1").dn,)]


def test_link_terms_are_read_from_text():
    assert link_words("delay spread of 150.5 ns, four receive antennas, a single pilot symbol") == {
        "delay_spread_ns": 150.5, "rx_antennas": 4, "dmrs_symbols": 1,
    }  # fmt: skip
    assert link_words("2 DM-RS symbols and 300 ns") == {"delay_spread_ns": 300, "dmrs_symbols": 2}
    assert link_words("URLLC delay below 10 ms in 3 cells") == {}


def test_before_deeprx_is_recommended_power_and_more_pilots_are_tried(few_pilots, context):
    """With the tool offered, the run examines whether the receiver in use has an error floor, and prefers more pilots."""
    registry = ToolRegistry((*REGISTRY, examine_error_floor))
    with_tool = Walk(walk.planner, registry)
    _, view = few_pilots
    asked = with_tool.planner.decide(view.model_copy(update={"tools": with_tool.offers()}))
    assert isinstance(asked, CallTools)
    (examination,) = asked.calls
    median = comparisons(view)[0]
    snr_db = median.call.arguments["channel"]["snr_db"]
    assert examination.arguments["snrs_db"] == pytest.approx([snr_db, snr_db + 5, snr_db + 10])
    assert examination.arguments["configuration"]["mcs_index"] == median.evidence["value"]["mcs_index"]
    answer = with_tool.observe(context, examination)
    assert answer.error is None
    examined = view.model_copy(update={"tools": with_tool.offers(), "observations": (*view.observations, answer)})
    decision = with_tool.planner.decide(examined)
    assert isinstance(decision, Finish)
    value = answer.evidence["value"]
    helpful = [
        trial["dmrs_symbols"]
        for trial in value["pilots"]
        if trial["bler_finding"] == "lower" and trial["throughput_finding"] != "lower"
    ]
    if value["remedy"] == "more DMRS symbols":
        assert decision.recommendation.startswith(f"use {helpful[0]} DMRS symbols")
    else:
        assert not helpful
        assert "by DeepRx" in decision.recommendation
    assert value["trend"]["trend"] in decision.summary


@pytest.mark.parametrize(("finding", "words"), [("lower", "use 2 DMRS symbols"), ("not distinguishable", "by DeepRx")])
def test_pilots_that_remove_an_error_floor_come_before_deeprx(few_pilots, context, finding, words):
    with_tool = Walk(walk.planner, ToolRegistry((*REGISTRY, examine_error_floor)))
    _, view = few_pilots
    (examination,) = with_tool.planner.decide(view.model_copy(update={"tools": with_tool.offers()})).calls
    rate = {"value": 0.2, "interval": {"low": 0.12, "high": 0.31}}
    pilots = {"dmrs_symbols": 2, "bler": rate, "throughput_mbps": rate, "bler_finding": finding, "throughput_finding": "higher"}
    levels = [{"snr_db": level, **rate} for level in examination.arguments["snrs_db"]]
    value = {
        "receiver": "ls+lmmse", "dmrs_symbols": 1, "snr_db": levels[-1]["snr_db"], "slots": 64, "seed": 1,
        "trend": {"trend": "error floor", "levels": levels}, "cause": "channel estimate", "perfect_bler": rate,
        "pilots": [pilots],
        "remedy": "more DMRS symbols" if finding == "lower" else "another receiver",
    }  # fmt: skip
    answer = Observation(call=examination, evidence={"value": value})
    examined = view.model_copy(update={"tools": with_tool.offers(), "observations": (*view.observations, answer)})
    decision = with_tool.planner.decide(examined)
    assert words in decision.recommendation
    assert "More power cannot help" in decision.summary
