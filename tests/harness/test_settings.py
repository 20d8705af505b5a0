"""Settings: file < environment < command line, and every mistake is one line that says what to do."""

import pytest

from harness.engine.wiring import make_planner
from harness.runtime.duration import seconds
from harness.runtime.settings import PlannerSettings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.delenv("TWINPILOT_PLANNER__KIND", raising=False)


def write(tmp_path, text):
    path = tmp_path / "twinpilot.toml"
    path.write_text(text)
    return path


def test_the_command_line_beats_the_environment_and_that_beats_the_file(tmp_path, monkeypatch):
    write(tmp_path, "[gate]\nmin_probability = 0.5\nmax_rounds = 2\n[approval]\nttl = '5 min'\n")
    monkeypatch.setenv("TWINPILOT_GATE__MIN_PROBABILITY", "0.6")
    settings = load_settings(overrides={"gate": {"min_probability": 0.7}})
    assert (settings.gate.min_probability, settings.gate.max_rounds, settings.approval.ttl) == (0.7, 2, 300.0)
    assert load_settings().gate.min_probability == 0.6
    monkeypatch.delenv("TWINPILOT_GATE__MIN_PROBABILITY")
    assert load_settings().gate.min_probability == 0.5


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[gate]\nmin_probabilty = 1\n", ["gate.min_probabilty: unknown key", "min_probability", "twinpilot.toml"]),
        ("[gates]\n", ["gates: unknown key", "gate"]),
        ("[approval]\nttl = '10 sec'\n", ["approval.ttl='10 sec'", "ms, s, min, h"]),
        ("[gate]\nmin_probability = 'high'\n", ["gate.min_probability='high'", "number"]),
        ("[gate]\nmin_probability = 1.5\n", ["gate.min_probability=1.5", "less than or equal to 1"]),
        ("[planner]\nkind = 'oracle'\n", ["planner.kind='oracle'", "'rule', '6g-llm', '6g-planner' or 'llm'"]),
        ("[network]\nport = 70000\n", ["network.port=70000", "65535"]),
        ("[gate\n", ["correct the TOML"]),
    ],
)
def test_a_mistake_in_the_file_is_reported_in_one_line(tmp_path, text, parts):
    write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "\n" not in str(caught.value)
    for part in parts:
        assert part in str(caught.value)


def test_a_mistake_in_the_environment_names_the_variable(monkeypatch):
    monkeypatch.setenv("TWINPILOT_APPROVAL__TTL", "soon")
    with pytest.raises(SettingsError, match=r"environment TWINPILOT_APPROVAL__TTL: approval\.ttl='soon'"):
        load_settings()


def test_a_variable_that_is_no_setting_is_reported(monkeypatch):
    monkeypatch.setenv("TWINPILOT_GATES__X", "1")
    with pytest.raises(SettingsError, match="TWINPILOT_GATES__X is not a setting"):
        load_settings()


def test_a_missing_config_file_is_reported(tmp_path):
    with pytest.raises(SettingsError, match="there is no such file"):
        load_settings(tmp_path / "missing.toml")


@pytest.mark.parametrize(("text", "value"), [(90, 90), ("90", 90), ("1.5 min", 90), ("2h", 7200), ("250 ms", 0.25), ("10 s", 10)])
def test_durations_carry_their_unit(text, value):
    assert seconds(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["10 sec", "ten", "-5 s", "5 days", "", True, None, [1]])
def test_other_durations_are_refused(text):
    with pytest.raises(ValueError, match="required"):
        seconds(text)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("rule", "rule planner"),
        ("6g-llm", "rule planner, texts read by the 6G-LLM"),
        ("6g-planner", "6G-LLM planner, texts read by the 6G-LLM"),
    ],
)
def test_each_kind_of_planner_says_who_decides(kind, name):
    assert make_planner(PlannerSettings(kind=kind)).name == name
