"""Who plans where nobody says it is decided in one place; a run whose texts the 6G-LLM cannot read says who read, and why."""

import pytest
from small_network import SmallNetwork
from small_world import service
from terminal_session import piped

from agents.readers import hearing
from harness.engine.wiring import make_planner
from harness.runtime.settings import DEFAULT_PLANNER, PlannerSettings, load_settings


@pytest.fixture
def without_base(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    hearing._listener.cache_clear()
    yield
    hearing._listener.cache_clear()


def test_settings_and_both_commands_have_the_same_default(tmp_path, monkeypatch):
    monkeypatch.delenv("TWINPILOT_PLANNER__KIND")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert load_settings().planner.kind == PlannerSettings().kind == DEFAULT_PLANNER
    for name in ("run", "demo"):
        assert f"else {DEFAULT_PLANNER}." in " ".join(piped(name, "--help").stdout.split())


def test_the_tests_themselves_load_no_language_model():
    assert load_settings().planner.kind == "rule"


def test_the_name_of_the_planner_says_who_reads(without_base):
    assert make_planner(PlannerSettings(kind="rule")).name == "rule planner"
    assert make_planner(PlannerSettings(kind="6g-llm")).name == "rule planner, texts read by the rules"
    assert make_planner(PlannerSettings(kind="6g-planner")).name == "6G-LLM planner, texts read by the rules"


def test_a_run_without_the_6g_llm_says_who_read_and_why(tmp_path, without_base):
    runs = service(tmp_path, make_planner(PlannerSettings()), network=SmallNetwork())
    outcome = runs.start("pizza with extra cheese")
    assert outcome.status == "cannot" and outcome.planner == "6G-LLM planner, texts read by the rules"
    assert "read by the rules, because the base model is not in" in outcome.message
    assert "make it with `twinpilot llm base`" in outcome.message
