"""Scenarios are JSON documents, and an invalid one is refused with the name of the field."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from twins.network import UnknownObjectError
from twins.system.data_card import configuration_of_card, system_twin_card
from twins.system.scenario.disturbance import CellOutage, Disturbance
from twins.system.scenario.presets import small_scenario, stadium_scenario
from twins.system.scenario.scenario import SystemScenario
from twins.system.scenario.topology import hexagonal
from twins.system.system_network import SystemNetwork


@pytest.mark.parametrize("scenario", [small_scenario(), stadium_scenario()])
def test_a_scenario_survives_json(scenario):
    assert SystemScenario.model_validate_json(scenario.model_dump_json()) == scenario


@pytest.mark.parametrize(("rings", "cells"), [(0, 3), (1, 21), (2, 57)])
def test_hexagonal_grids_have_three_cells_a_site_and_their_distance(rings, cells):
    grid = hexagonal(rings, isd=500.0)
    assert len(grid) == len({cell.id for cell in grid}) == cells
    sites = sorted({(cell.x, cell.y) for cell in grid})
    gaps = [((a - c) ** 2 + (b - d) ** 2) ** 0.5 for a, b in sites for c, d in sites if (a, b) != (c, d)]
    assert not gaps or min(gaps) == pytest.approx(500, abs=0.01)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cells": (*hexagonal(0), hexagonal(0)[0])}, "same id"),
        ({"tti_ms": 0.7}, "tti_ms"),
        ({"granularity_s": 0.05}, "granularity_s"),
        ({"granularity_s": 1.0005}, "granularity_s"),
        ({"disturbances": (CellOutage(cell="S9C9"),)}, "S9C9"),
        ({"unheard_of": 1}, "unheard_of"),
        ({"time_lapse": 0.5}, "time_lapse"),
    ],
)
def test_an_invalid_scenario_is_refused_by_field(change, message):
    with pytest.raises(ValidationError, match=message):
        SystemScenario.model_validate({**small_scenario().model_dump(), **change})


def test_configuration_of_an_object_that_does_not_exist_is_refused():
    scenario = small_scenario().model_copy(update={"configuration": {"ManagedElement=S9": {"userLabel": "x"}}})
    with pytest.raises(ValueError, match="S9"):
        SystemNetwork(scenario, 1)


def test_disturbances_are_distinguished_by_kind():
    assert Disturbance.model_validate({"kind": "cell_outage", "cell": "S1C1"}).root == CellOutage(cell="S1C1")
    with pytest.raises(ValidationError):
        Disturbance.model_validate({"kind": "earthquake"})
    with pytest.raises(UnknownObjectError):
        SystemNetwork(small_scenario(), 1).inject(CellOutage(cell="S9C9"))


def test_the_data_card_covers_the_stadium_and_not_another_numerology():
    configuration = configuration_of_card(SystemNetwork(stadium_scenario(), 1).describe())
    assert system_twin_card().covers(configuration).covered
    assert not system_twin_card().covers({**configuration, "subcarrier_spacing_khz": 120}).covered


def test_running_a_network_needs_neither_torch_nor_sionna():
    code = (
        "import sys; from twins.system.scenario.presets import small_scenario;"
        "from twins.system.system_network import SystemNetwork;"
        "SystemNetwork(small_scenario(), 1).advance(1);"
        "sys.exit(bool({'torch', 'sionna', 'fastapi', 'matplotlib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
