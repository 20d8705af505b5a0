"""Scenarios depend only on family and seed, are consistent, and separate training from benchmark."""

import pytest
from pydantic import ValidationError

from policies.gym.place import Position
from policies.gym.split import SEEDS, MixedSplitError, Purpose
from policies.slices import Slice
from twins.gym.field import best_cell, path_gain_db, rsrp_dbm, sinr_db
from twins.gym.layout import Layout
from twins.gym.scenario import Family, scenario


@pytest.mark.parametrize("family", list(Family))
def test_a_scenario_depends_only_on_family_and_seed(family):
    first, again, other = (scenario(family, seed, Purpose.TRAINING) for seed in (7, 7, 8))
    assert first == again
    assert first.layout != other.layout


def test_no_topology_is_built_for_the_other_purpose():
    with pytest.raises(MixedSplitError):
        scenario(Family.SWARM, 51, Purpose.TRAINING)
    with pytest.raises(MixedSplitError):
        scenario(Family.SWARM, 50, Purpose.BENCHMARK)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_every_scenario_has_ten_users_whose_mission_starts_inside_the_fence_on_one_slice(purpose):
    for family in Family:
        for seed in SEEDS[purpose]:
            drawn = scenario(family, seed, purpose)
            layout = drawn.layout
            assert (len(layout.cells), len(layout.users), set(layout.flows)) == (3, 10, set(layout.users))
            assert {layout.flows[name].slice for name in drawn.mission} == {Slice.EMBB}
            assert all(layout.flows[name].mbps == 0.0 < mbps for name, mbps in drawn.dormant.items())
            for name in drawn.mission:
                objections = drawn.geofence.objections(layout.users[name].position)
                assert not [sentence for sentence in objections if "zone" not in sentence], (family, seed, objections)


def test_the_field_is_that_of_the_reports_by_hand():
    site, ground, aerial = (Position(x_m=x, y_m=0, z_m=z) for x, z in ((0, 25), (200, 1.5), (200, 80)))
    cell = scenario(Family.SLICING, 1, Purpose.TRAINING).layout.cells["gnb-1"].model_copy(update={"position": site})
    # TR 38.901 table 7.4.1-1, UMa NLOS at 201.4 m; TR 36.777 table B-2, UMa-AV LOS at 207.4 m; 2.12 GHz
    assert -path_gain_db(cell, ground) == pytest.approx(13.54 + 39.08 * 2.3040 + 20.0 * 0.3263, abs=0.01)
    assert -path_gain_db(cell, aerial) == pytest.approx(28.0 + 22.0 * 2.3168 + 20.0 * 0.3263, abs=0.01)


def test_an_aerial_user_is_received_better_and_interfered_more():
    layout = scenario(Family.SLICING, 1, Purpose.TRAINING).layout
    low, high = Position(x_m=40, y_m=20, z_m=1.5), Position(x_m=40, y_m=20, z_m=80)
    serving = best_cell(layout, high)
    assert min(rsrp_dbm(layout, high).values()) > max(rsrp_dbm(layout, low).values())
    full, idle = dict.fromkeys(layout.cells, 1.0), dict.fromkeys(layout.cells, 0.0)
    assert sinr_db(layout, high, serving, full) < 10.0 < sinr_db(layout, high, serving, idle)
    jammed = layout.model_copy(update={"interferer_dbm": 30.0})
    assert sinr_db(jammed, high, serving, idle) < sinr_db(layout, high, serving, idle)


def test_a_barred_cell_serves_nobody():
    layout = scenario(Family.SLICING, 1, Purpose.TRAINING).layout
    at = layout.users["uav-1"].position
    best = best_cell(layout, at)
    cells = {**layout.cells, best: layout.cells[best].model_copy(update={"barred": True})}
    assert best_cell(layout.model_copy(update={"cells": cells}), at) != best


def changed(layout, *path, value):
    """Return the layout as JSON with one value changed."""
    raw = layout.model_dump(mode="json")
    here = raw
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    return raw


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("cells", "gnb-1", "shares"), {"eMBB": 0.9, "URLLC": 0.2, "mMTC": 0.1}, "together at most 1"),
        (("cells", "gnb-1", "shares"), {"eMBB": 0.9, "URLLC": 0.05, "mMTC": 0.05}, "one resource block group"),
        (("cells", "gnb-1", "power_dbm"), 60.0, "power_dbm"),
        (("flows", "ue-1", "user"), "nobody", "there is no such user or host"),
        (("flows", "uav-1", "host"), "edge-9", "must be among"),
        (("hosts", "cloud"), 9000.0, "hosts.cloud=9000 ms is outside"),
        (("users", "uav-1", "position", "z_m"), -5.0, "z_m"),
    ],
)
def test_an_invalid_layout_is_refused_with_field_and_range(path, value, words):
    layout = scenario(Family.SWARM, 1, Purpose.TRAINING).layout
    assert Layout.model_validate(layout.model_dump(mode="json")) == layout
    with pytest.raises(ValidationError, match=words):
        Layout.model_validate(changed(layout, *path, value=value))
