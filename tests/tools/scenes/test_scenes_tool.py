"""The tool `ray_traced_map` and the command `scene` without the extra: arguments, network sites, clear failures."""

import json

import pytest
from tool_worlds import context_over
from typer.testing import CliRunner

from policies.effect import Effect
from tools.contract import ToolError
from tools.scenes.command_scene import app
from tools.scenes.map_tool import ray_traced_map
from tools.scenes.sites import transmitters_of
from twins.system.scenario.presets import small_scenario
from twins.system.system_network import SystemNetwork

TRANSMITTERS = [{"name": "T1", "x_m": 8.5, "y_m": 21, "height_m": 27}]


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("DRJIT_LIBLLVM_PATH", str(tmp_path / "libLLVM-15.so.1"))
    (tmp_path / "libLLVM-15.so.1").write_bytes(b"\x7fELF")
    return context_over(SystemNetwork(small_scenario(), seed=3), tmp_path)


def test_the_tool_reasons_and_its_card_covers_the_built_in_scenes():
    assert ray_traced_map.effect is Effect.REASON
    covered = {"scene": "munich", "carrier_ghz": 3.5, "depth": 5, "covered": 0.8, "missed_in_sight": 0.0}
    assert ray_traced_map.data_card.covers(covered).covered
    for worse in ({"scene": "here"}, {"carrier_ghz": 60}, {"covered": 0.2}, {"missed_in_sight": 0.1}):
        assert not ray_traced_map.data_card.covers({**covered, **worse}).covered


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"scene": "munich"}, "give exactly one of them"),
        ({"scene": "munich", "transmitters": TRANSMITTERS, "cells": ["S1C1"]}, "give exactly one of them"),
        ({"scene": "atlantis", "transmitters": TRANSMITTERS}, "scene='atlantis'"),
        ({"scene": "munich", "transmitters": TRANSMITTERS, "rays": 3}, "rays=3"),
        ({"scene": "munich", "cells": ["S9C9"]}, "no cell and no area has this name"),
        ({"scene": "munich", "cells": ["S1C1"], "origin_x_m": 9000}, "S1C1 at (9000, 0) m is more than 50 m outside munich"),
    ],
)
def test_invalid_arguments_are_refused_by_field(world, arguments, words):
    with pytest.raises(ToolError) as refusal:
        ray_traced_map.call(world, arguments)
    assert refusal.value.boundary == "arguments"
    assert words in str(refusal.value)


def test_without_a_usable_tracer_the_tool_is_unavailable_and_names_what_to_install(world):
    with pytest.raises(ToolError, match=r"pip install|libllvm19") as failure:
        ray_traced_map.call(world, {"scene": "simple_street_canyon", "transmitters": [{**TRANSMITTERS[0], "height_m": 32}]})
    assert failure.value.boundary == "unavailable"
    assert not (world.work_dir / "scenes").exists()


def test_cells_of_a_network_become_sectors_with_their_position_azimuth_and_power(world):
    cells = world.network.describe().cells[:2]
    sectors = transmitters_of(world.network, cells, (100.0, -50.0), 8.0, 4)
    assert [sector.name for sector in sectors] == [cell.id for cell in cells]
    assert [(sector.x_m - 100, sector.y_m + 50, sector.height_m, sector.azimuth_deg) for sector in sectors] == [
        (cell.x, cell.y, cell.height, cell.azimuth) for cell in cells
    ]
    assert [sector.power_dbm for sector in sectors] == [
        world.network.read(cell.carrier_dn).attributes["configuredMaxTxPower"] for cell in cells
    ]


def run(*arguments):
    return CliRunner().invoke(app, arguments)


def test_the_scenes_are_listed_without_the_extra():
    assert len(json.loads(run("--list", "--json").stdout)) == 15
    assert "san_francisco" in run("--list").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("atlantis", "--out", "x"), "NAME='atlantis' is no built-in scene; there are: box"),
        (("munich",), "--out is missing"),
        (("munich", "--out", "x", "--tx", "1,2"), "--tx='1,2': give 3 or 4 or 5 or 6 numbers"),
        (("munich", "--out", "x", "--tx", "a,b,c"), "--tx='a,b,c'"),
        (("munich", "--out", "x", "--tx", "9000,0,20"), "is more than 50 m outside munich"),
        (("munich", "--out", "x", "--area", "1,2"), "--area='1,2': give 4 numbers"),
        (("munich", "--out", "x", "--rays", "1.5"), "rays=1.5"),
        (("munich", "--out", "x", "--carrier", "nan"), "carrier_ghz=nan"),
    ],
)
def test_a_bad_command_ends_in_one_line(arguments, words):
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_without_a_usable_tracer_the_command_ends_in_one_line(world, tmp_path):
    result = run("simple_street_canyon", "--out", str(tmp_path / "out"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "libllvm19" in result.stderr or "pip install" in result.stderr
    assert not (tmp_path / "out").exists()
