"""Questions about one radio link, read from free text and answered by the link twin: Eb/N0, SNR, error floors, remedies."""

import pytest
from planner_walk import Walk
from tool_worlds import context_over

from agents.planner import Finish
from agents.rule_planner import RulePlanner
from agents.understanding.radio.link_question import read_link_question
from agents.understanding.result import LinkQuestion, NetworkQuestion, Question, Understood
from agents.understanding.understand import understand
from agents.workflows.trials.trying import Effort
from tools.receivers.floor.floor_tool import examine_error_floor
from tools.receivers.link_tools import evaluate_link
from tools.registry import ToolRegistry, default_registry
from tools.telemetry.store import KpiStore
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

CASE = "256QAM, 1 DMRS symbol, delay spread 1 us, 120 km/h, BLER 0.2 at 20, 25 and 30 dB for LS"
walk = Walk(RulePlanner(Effort(link_slots=32)), ToolRegistry((evaluate_link, examine_error_floor)))


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    folder = tmp_path_factory.mktemp("links")
    return context_over(SystemNetwork(small_scenario(), seed=3), folder, KpiStore(folder / "kpi.db"))


@pytest.mark.parametrize(
    "text",
    [
        f"{CASE}: switch to DeepRx or raise power?",
        f"{CASE} … switch to DeepRx or raise power?",
        "Raise the power or use DeepRx? 256QAM, 1 DMRS, 1000 ns, 33.3333 m/s: BLER is 20 % at 20 dB, 25 dB and 30 dB with LS",
        "256QAM, 1 DM-RS symbol, a delay spread of 1 us and 120 km/h: the BLER is 0.2 at 20/25/30 dB for LS; does power help?",
    ],
)
def test_the_terms_are_found_anywhere_in_the_text(context, text):
    question = understand(text, context.network.describe())
    assert isinstance(question, LinkQuestion), question
    link, channel = question.configuration, question.channel
    assert (link.mcs_table, link.dmrs_symbols, channel.delay_spread_ns) == (2, 1, 1000.0)
    assert channel.speed_mps == pytest.approx(120 / 3.6, rel=1e-4)
    assert (question.levels_db, question.receiver, question.observed_bler) == ((20.0, 25.0, 30.0), "ls+lmmse", 0.2)
    assert question.asks_remedy


def test_an_error_floor_is_answered_by_pilots_before_power_and_deeprx(context):
    decision, view = walk(context, f"{CASE}: switch to DeepRx or raise power?")
    assert isinstance(decision, Finish)
    assert [observation.error for observation in view.observations] == [None]
    assert decision.recommendation == ""
    summary = decision.summary
    assert "Stated BLER 20 % at 20, 25, 30 dB: an SNR-independent error floor, so raising the power cannot help" in summary
    assert "SNR-independent error floor of ls+lmmse with 1 DMRS symbol" in summary
    pilots, receivers, advice = (
        summary.index(part) for part in ("More DMRS symbols were tried", "Receivers against", "Advice: ")
    )
    assert pilots < receivers < advice
    assert "deeprx with the same 1 DMRS symbol: not possible" in summary  # it demaps up to 64QAM
    assert "do not raise the power, it cannot help" in summary
    assert "differs from the stated 20 %" in summary
    assert "95 % intervals over the same 32 slots of seed" in summary


@pytest.mark.parametrize(
    ("text", "snr_db", "words"),
    [
        ("BLER of 64QAM r=2/3 at 10 dB SNR", 10.0, "at 10.00 dB SNR (N0 = 0.1)"),
        ("what is the BLER of 64QAM r=2/3 at 10 dB?", 10.0, "SNR is Es/N0"),
        ("what is the BLER of 64QAM r=2/3 at 10 dB Eb/N0?", 16.02, "10 dB Eb/N0 is 16.02 dB SNR (Es/N0): + 6.02 dB"),
        (
            "BLER of 64QAM r=2/3 at 10 dB Eb/N0 with a 14-symbol grid, 76 subcarriers, CP 6, 2 pilot symbols",
            15.02,
            "- 1.00 dB of cyclic prefix and pilots",
        ),
    ],
)
def test_snr_and_eb_n0_are_told_apart_and_the_definition_is_in_the_answer(context, text, snr_db, words):
    decision, view = walk(context, text)
    assert isinstance(decision, Finish)
    assert view.observations[0].call.arguments["channel"]["snr_db"] == pytest.approx(snr_db, abs=0.005)
    assert words in decision.summary
    assert f"at {snr_db:.2f} dB SNR (N0 = " in decision.summary
    assert "SNR is Es/N0" in decision.summary


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("BLER of 16QAM at 200 dB SNR", "snr_db=200"),
        ("BLER of 16QAM at 10 dB Eb/N0 and 12 dB SNR", "more than one SNR or Eb/N0"),
        ("is a BLER of 40 at 16QAM and 12 dB a floor?", "no block error rate"),
        ("BLER of 16QAM with 9 DMRS at 10 dB", "dmrs_symbols=9"),
    ],
)
def test_what_cannot_be_simulated_is_asked_about(context, text, words):
    reading = understand(text, context.network.describe())
    assert isinstance(reading, Question)
    assert words in reading.question


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("what is the BLER of S1C1?", NetworkQuestion),
        ("keep BLER below 10 % in S1C1", Understood),
        ("set transmit power of S1C1 to 40 dBm", Understood),
        ("select the best channel estimator for S1C1, users at 30 m/s, one DMRS symbol", Understood),
    ],
)
def test_texts_about_the_network_are_no_link_questions(context, text, kind):
    assert read_link_question(text) is None
    assert isinstance(understand(text, context.network.describe()), kind)


def test_the_tool_is_offered_by_default():
    assert "examine_error_floor" in default_registry()
