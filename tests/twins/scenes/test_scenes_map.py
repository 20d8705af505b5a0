"""Figures derived from a map: coverage, SINR, agreement with TR 38.901, a picture; and when the map is not trusted."""

import matplotlib.image
import numpy as np
import pytest
from scene_maps import free_space_map, scene_request

from twins.radio.antenna import Antenna
from twins.scenes.agreement import compare_with_38901
from twins.scenes.antenna import antenna_gain_dbi
from twins.scenes.coverage import summarize
from twins.scenes.picture import draw_map

TWO = [
    {"name": "west", "x_m": -100.0, "y_m": 0.0, "height_m": 25.0, "power_dbm": 40.0},
    {"name": "east", "x_m": 100.0, "y_m": 0.0, "height_m": 25.0, "power_dbm": 40.0},
]


def test_a_complete_map_is_trusted_and_its_figures_follow_from_its_cells():
    radio_map = free_space_map(scene_request(threshold_dbm=-40.0))
    summary = summarize(radio_map)
    assert (summary.covered, summary.missed_in_sight, summary.trusted, summary.warnings) == (1, 0, True, ())
    assert summary.median_gain_db == pytest.approx(np.median(radio_map.path_gain_db))
    assert summary.low_gain_db < summary.median_gain_db
    assert summary.above_threshold == pytest.approx((radio_map.path_gain_db[0] + 43 >= -40).mean())
    assert 0 < summary.above_threshold < 1


def test_cells_in_sight_without_a_path_mean_too_few_rays():
    summary = summarize(free_space_map(scene_request(), missing=0.1))
    assert not summary.trusted
    assert summary.missed_in_sight == pytest.approx(0.1, abs=0.02)
    assert "10,000 rays are too few for cells of 5 m: use more rays or larger cells" in summary.warnings[0]


def test_a_map_with_few_paths_is_not_trusted_and_names_remedies():
    summary = summarize(free_space_map(scene_request(diffraction=False), missing=0.7, hidden=True))
    assert summary.missed_in_sight is None
    assert any(reason.startswith("covered=0.3") for reason in summary.coverage.reasons)
    assert "more rays than 10,000, more depth than 5, diffraction on" in summary.warnings[0]


def test_a_map_without_any_path_has_no_figures_rather_than_nan():
    summary = summarize(free_space_map(scene_request(), missing=1.1, hidden=True))
    assert (summary.covered, summary.median_gain_db, summary.median_sinr_db) == (0, None, None)
    assert "sees no cell of the map" in summary.warnings[-1]
    assert "NaN" not in summary.model_dump_json()


def test_in_a_room_all_cells_count():
    summary = summarize(free_space_map(scene_request(), roofed=True))
    assert (summary.covered, summary.open_share) == (1, 0)
    assert "under the open sky" in summary.warnings[0]


def test_the_nearer_of_two_equal_transmitters_serves_and_the_other_interferes():
    radio_map = free_space_map(scene_request(transmitters=TWO))
    columns = radio_map.best_server.shape[1]
    assert (radio_map.best_server[:, : columns // 2] == 0).all()
    assert (radio_map.best_server[:, columns // 2 :] == 1).all()
    row = 40
    west, east = radio_map.rss_dbm[:, row, 20].astype(float)
    noise = 10 ** (radio_map.request.noise_dbm / 10)
    assert radio_map.sinr_db[row, 20] == pytest.approx(10 * np.log10(10 ** (west / 10) / (10 ** (east / 10) + noise)), abs=1e-3)
    assert [served.best for served in summarize(radio_map).served] == [0.5, 0.5]


def test_cells_without_a_path_have_no_server_and_no_sinr_but_never_nan():
    radio_map = free_space_map(scene_request(transmitters=TWO), missing=0.5)
    without_path = np.isneginf(radio_map.best_gain_db)
    assert without_path.mean() == pytest.approx(0.5, abs=0.05)
    assert (radio_map.best_server[without_path] == -1).all()
    assert np.isneginf(radio_map.sinr_db[without_path]).all()
    assert not np.isnan(radio_map.sinr_db).any()


def test_free_space_agrees_with_line_of_sight_and_not_with_its_absence():
    los = compare_with_38901(free_space_map(scene_request())).sites[0]
    assert los.agrees is True
    assert abs(los.difference_db) < los.shadow_std_db == 4.0
    hidden = compare_with_38901(free_space_map(scene_request(), hidden=True)).sites[1]
    assert (hidden.line_of_sight, hidden.agrees) == (False, False)
    assert hidden.difference_db > 15


def test_bins_where_most_cells_have_no_path_are_not_compared():
    site = compare_with_38901(free_space_map(scene_request(), missing=0.8, hidden=True)).sites[1]
    assert (site.compared_cells, site.difference_db, site.agrees) == (0, None, None)
    few = compare_with_38901(free_space_map(scene_request(), missing=0.2)).sites[0]
    full = compare_with_38901(free_space_map(scene_request())).sites[0]
    assert few.compared_cells == few.cells == full.cells
    assert few.difference_db < full.difference_db


def test_outside_the_validity_of_38901_the_reason_is_given():
    assert "outside 1.5..13 m" in compare_with_38901(free_space_map(scene_request(receiver_height_m=0.5))).summary
    assert "is a room" in compare_with_38901(free_space_map(scene_request(), roofed=True)).summary


def test_the_antenna_of_the_comparison_is_that_of_the_system_twin():
    transmitter = scene_request(transmitters=[{**TWO[0], "azimuth_deg": 90.0, "elements": 4}]).transmitters[0]
    zenith, azimuth = np.array([90.0, 95.0, 100.0, 120.0]), np.array([90.0, 110.0, 60.0, 90.0])
    assert antenna_gain_dbi(transmitter, zenith, azimuth) == pytest.approx(Antenna(4, 0.0).gain_dbi(zenith, azimuth - 90.0))


def test_a_tilt_turns_the_beam_below_the_horizon():
    transmitter = scene_request(transmitters=[{**TWO[0], "azimuth_deg": 0.0, "tilt_deg": 10.0, "elements": 8}]).transmitters[0]
    zenith = np.linspace(60, 120, 61)
    assert zenith[antenna_gain_dbi(transmitter, zenith, np.zeros(61)).argmax()] == 100.0


@pytest.mark.parametrize("changes", [{}, {"transmitters": TWO}, {"transmitters": [{**TWO[0], "azimuth_deg": 30.0}]}])
@pytest.mark.parametrize("missing", [0.0, 0.4, 1.1])
def test_a_picture_is_drawn_of_any_map(tmp_path, changes, missing):
    draw_map(free_space_map(scene_request(cell_size_m=10.0, **changes), missing=missing), tmp_path / "out" / "map.png")
    pixels = matplotlib.image.imread(tmp_path / "out" / "map.png")
    assert pixels.shape[0] > 300 and pixels.shape[1] > 500
    assert pixels[..., :3].std() > 0.05
