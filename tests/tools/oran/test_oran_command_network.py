"""`twinpilot network` shows, advances and disturbs a served network, and fails in one clear line."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from tools.oran.command_network import app
from twins.ric.server import EmbeddedRan
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork


@pytest.fixture(scope="module")
def url():
    network = SystemNetwork(small_scenario())
    network.advance(3)
    with EmbeddedRan(network) as ran:
        yield ran.url


def run(*arguments: str, status: int = 0):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == status, result.output + result.stderr
    return result


def test_show_prints_cells_areas_slices_and_state_as_json_and_as_a_table(url):
    network = json.loads(run("show", "--url", url, "--json").stdout)
    assert [cell["id"] for cell in network["cells"]] == ["S1C1", "S1C2", "S1C3"]
    assert network["cells"][0]["state"] == "UNLOCKED"
    assert set(network["cells"][0]["shares"]) == {"eMBB", "URLLC", "mMTC"}
    assert "plaza" in network["areas"]
    assert "S1C2" in run("show", "--url", url).stdout


def test_kpis_are_printed_with_unit_and_window(url):
    arguments = ("kpi", "--url", url, "--kpi", "PEE.AvgPower", "--cell", "S1C1", "--windows", "2", "--json")
    samples = json.loads(run(*arguments).stdout)["samples"]
    assert len(samples) == 2
    assert {sample["unit"] for sample in samples} == {"W"}
    assert "PEE.AvgPower" in run("kpi", "--url", url).stdout


def test_advance_moves_the_clock(url):
    before = json.loads(run("show", "--url", url, "--json").stdout)["now"]
    after = json.loads(run("advance", "2", "--url", url, "--json").stdout)["now"]
    assert after > before


@pytest.mark.parametrize(
    "arguments",
    [
        ("surge", "2", "--cell", "S1C1", "--slice", "eMBB", "--for", "5"),
        ("interferer", "--x", "10", "--y", "20", "--power-dbm", "20", "--for", "5"),
        ("outage", "S1C3", "--for", "5"),
        ("backhaul", "S1C2", "15", "--for", "5"),
    ],
)
def test_every_disturbance_can_be_injected(url, arguments):
    disturbance = json.loads(run("inject", *arguments, "--url", url, "--json").stdout)
    assert disturbance["kind"].startswith(arguments[0][:5]) or disturbance["kind"] in ("cell_outage", "backhaul_delay")
    assert disturbance["end"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("kpi", "--kpi", "nix"), "not in the KPI catalogue"),
        (("kpi", "--cell", "S9"), "is not one of S1C1"),
        (("inject", "outage", "S9"), "S9 does not exist"),
        (("inject", "surge", "3000"), "less than or equal to 100"),
        (("inject", "surge", "2", "--for", "-5"), "a positive number"),
        (("advance", "1e99"), "0..604800"),
    ],
)
def test_bad_input_is_reported_in_one_line_with_the_allowed_values(url, arguments, message):
    result = run(*arguments, "--url", url, status=1)
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_an_unreachable_network_says_how_to_start_one():
    for arguments in (("show",), ("kpi",), ("advance", "1"), ("inject", "outage", "S1C1")):
        result = run(*arguments, "--url", "http://127.0.0.1:9", status=1)
        assert "twinpilot network serve" in result.stderr


def test_serve_refuses_a_port_in_use_and_a_bad_scenario_in_one_line(url, tmp_path):
    port = url.rsplit(":", 1)[1]
    assert f"cannot listen on 127.0.0.1:{port}" in run("serve", "--scenario", "small", "--port", port, status=1).stderr
    bad = tmp_path / "bad.json"
    bad.write_text('{"name": "x", "colour": "red"}', encoding="utf-8")
    assert "colour" in run("serve", "--scenario", bad, status=1).stderr
    assert "FILE.json" in run("serve", "--scenario", tmp_path / "none.json", status=1).stderr


def test_serve_runs_in_network_time_and_ends(tmp_path):
    scenario = tmp_path / "own.json"
    scenario.write_text(small_scenario().model_dump_json(), encoding="utf-8")
    output = run("serve", "--scenario", scenario, "--port", "0", "--for", "2", "--speed", "100", "--json").stdout
    assert json.loads(output)["a1"].endswith("/A1-P/v2")
    assert "URLLC ms" in run("serve", "--scenario", "small", "--port", "0", "--for", "1", "--speed", "100").stdout


def test_serve_says_how_often_a_window_passes_and_when_that_is_too_fast_for_a_run_beside_it():
    def said(*options):
        return run("serve", "--scenario", "small", "--port", "0", "--for", "1", "--json", *options).stderr

    assert "a KPI window of 1 s every 1 s" in said()
    assert "a run" not in said()
    assert "1 min, such as planning or waiting for a yes, lasts 3 min here" in said("--speed", "3")
    assert "faster than a run reads them (every 0.25 s)" in said("--speed", "60")
    assert "serve with --speed 4 or less" in said("--speed", "60")
