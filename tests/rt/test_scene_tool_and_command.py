"""Tool and command, end to end: table, JSON, arrays and a picture of a traced map."""

import json

import matplotlib.image
import numpy as np
import pytest
from typer.testing import CliRunner

from tools.context import ToolContext
from tools.scenes.command_scene import app
from tools.scenes.map_tool import ray_traced_map
from twins.scenes.map_file import read_map
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

EFFORT = ("--rays", "2e5", "--cell", "4", "--depth", "3")


def run(*arguments):
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_the_command_prints_a_table_and_writes_picture_arrays_and_figures(tmp_path):
    street = ("simple_street_canyon", "--tx=-33,11,32", "--tx=30,-20,32,90,6,40", *EFFORT, "--out", str(tmp_path))
    text = run(*street)
    assert "7 objects" in text and "covered by any path" in text and "T2: reached, best server" in text
    payload = json.loads(run(*street, "--json"))
    assert payload == json.loads((tmp_path / "simple_street_canyon.json").read_text())
    assert payload["map"]["covered"] > 0.9
    second = payload["request"]["transmitters"][1]
    assert (second["azimuth_deg"], second["tilt_deg"], second["power_dbm"], second["elements"]) == (90, 6, 40, 4)
    pixels = matplotlib.image.imread(tmp_path / "simple_street_canyon.png")
    assert pixels[..., :3].std() > 0.1
    assert np.isfinite(read_map(tmp_path / "simple_street_canyon.npz").path_gain_db).mean() > 0.8


def test_the_tool_returns_evidence_for_the_networks_own_sites(tmp_path):
    network = SystemNetwork(small_scenario(), seed=3)
    context = ToolContext(
        network=network, kpis=None, limits=None, standards=None, laboratory=None,
        now=lambda: network.describe().now, work_dir=tmp_path,
    )  # fmt: skip
    arguments = {
        "scene": "munich",
        "cells": ["S1C1"],
        "origin_x_m": 8.5,
        "origin_y_m": 21.0,
        "area": [-100, -100, 150, 150],
        "rays": 300_000,
        "cell_size_m": 10,
    }
    evidence = ray_traced_map.call(context, arguments)
    assert evidence.provenance.source.startswith("sionna-rt")
    assert evidence.provenance.seeds == (1,)
    assert [transmitter.name for transmitter in evidence.value.transmitters] == ["S1C1"]
    assert evidence.coverage == evidence.value.map.coverage
    assert bool(evidence.warnings) == (not evidence.coverage.covered)
    assert {site.transmitter for site in evidence.value.agreement.sites} == {"S1C1"}
    assert read_map(tmp_path / "scenes" / evidence.value.map_file).request.scene == "munich"
    assert matplotlib.image.imread(evidence.value.picture).size
    assert "NaN" not in evidence.model_dump_json() and "Infinity" not in evidence.model_dump_json()


@pytest.mark.parametrize("name", ["simple_wedge", "box_one_screen"])
def test_a_scene_can_be_mapped_by_its_name_alone(tmp_path, name):
    payload = json.loads(run(name, "--rays", "2e5", "--depth", "2", "--json", "--out", str(tmp_path)))
    assert payload["map"]["covered"] > 0.6
