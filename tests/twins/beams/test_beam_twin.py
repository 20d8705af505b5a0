"""The beam twin: beams follow the geometry, screens diffract as in the clause, and reports are what a terminal could report."""

import numpy as np
import pytest
from pydantic import ValidationError

from twins.beams.blockage import SCREEN_HEIGHT_M, Screens, blockage_loss_db
from twins.beams.codebook import beam_directions, beam_gains, codebook_weights
from twins.beams.scenario import BeamArray, BeamScenario, Mobility
from twins.beams.simulation import simulate_beams
from twins.beams.typical import typical_scenario
from twins.radio.propagation import path_loss_db

CALM = typical_scenario(28.0, "UMi", blockers=0, bursts=40, measurement_error_db=0.0)


@pytest.fixture(scope="module")
def traces():
    return simulate_beams(CALM, 128, seed=5)


def clear(traces):
    return traces.line_of_sight > 0.9


def test_the_same_seed_gives_identical_traces_and_another_seed_others():
    first, again, other = (simulate_beams(CALM, 4, seed) for seed in (1, 1, 2))
    assert first.rsrp_dbm.tobytes() == again.rsrp_dbm.tobytes()
    assert first.measured_dbm.tobytes() == again.measured_dbm.tobytes()
    assert first.rsrp_dbm.tobytes() != other.rsrp_dbm.tobytes()


def test_in_line_of_sight_the_best_beam_points_at_the_terminal(traces):
    beam = beam_directions(CALM.array)[traces.best]
    terminal = np.sin(np.radians(traces.azimuth_deg))
    spacing = 2.0 / CALM.array.beams
    error = np.abs(beam - terminal)[clear(traces)]
    assert clear(traces).mean() > 0.1
    assert np.mean(error < spacing) > 0.9


def test_in_line_of_sight_rsrp_is_power_plus_gain_minus_path_loss(traces):
    distance = np.linalg.norm(traces.positions_m, axis=-1)[clear(traces)]
    azimuth = traces.azimuth_deg[clear(traces)]
    elevation = -np.degrees(np.arctan2(CALM.base_height_m - 1.5, distance))
    gain = 20 * np.log10(np.abs(beam_gains(CALM.array, azimuth, elevation)).max(axis=-1))
    expected = CALM.element_power_dbm + gain - path_loss_db("UMi", distance, True, 28.0, CALM.base_height_m)
    error = traces.rsrp_dbm.max(axis=-1)[clear(traces)] - expected
    assert abs(error.mean()) < 2.0
    assert error.std() < 7.0  # shadowing of 4 dB and fading


def test_the_codebook_is_orthogonal_and_its_peak_is_element_plus_array_gain():
    array = BeamArray(columns=16, rows=4, downtilt_deg=0.0)
    weights = codebook_weights(array)
    np.testing.assert_allclose(weights.conj().T @ weights, np.eye(16), atol=1e-5)
    peak = 20 * np.log10(np.abs(beam_gains(array, 0.0, 0.0)).max())
    assert peak == pytest.approx(8.0 + 10 * np.log10(64), abs=0.01)
    assert np.abs(beam_gains(array, 0.0, 0.0)).argmax() == 8
    behind = 20 * np.log10(np.abs(beam_gains(array, 180.0, 0.0)).max())
    assert behind == pytest.approx(peak - 30.0, abs=0.01)


def test_faster_terminals_change_their_beam_more_often():
    def changes(speed):
        moving = CALM.model_copy(update={"mobility": Mobility(low_mps=speed, high_mps=speed)})
        traces = simulate_beams(moving, 64, seed=3)
        return np.mean(np.diff(beam_directions(CALM.array)[traces.best][clear(traces)[:, :].all(axis=1)], axis=1) != 0)

    assert changes(30.0) > 2 * changes(3.0)


def test_tracks_stay_in_the_sector_at_their_speed(traces):
    distance = np.linalg.norm(traces.positions_m, axis=-1)
    assert distance.min() >= CALM.nearest_m - 1e-3
    assert distance.max() <= CALM.farthest_m + 1e-3
    assert np.abs(traces.azimuth_deg).max() <= 60.001
    steps = np.linalg.norm(np.diff(traces.positions_m, axis=1), axis=-1) / 0.02
    np.testing.assert_allclose(steps, np.broadcast_to(traces.speed_mps[:, None], steps.shape), rtol=0.02)


def test_l1_rsrp_is_reported_in_steps_of_1_db_and_limited_by_noise(traces):
    measured, true = traces.measured_dbm, traces.rsrp_dbm
    assert np.array_equal(measured, np.round(measured))
    assert measured.min() >= -140
    assert measured.max() <= -40
    strong = (true > CALM.noise_dbm + 10) & (true < -45)
    assert np.abs(measured - true)[strong].mean() < 1.0
    buried = true < CALM.noise_dbm - 25
    assert np.median(measured[buried]) > np.median(true[buried])


def loss_db(offset, ahead=10.0, target=100.0, rise=0.0, far_side=True):
    """Loss of a path along x behind a screen whose centre is `offset` m to its side."""
    screens = Screens(np.array([[[[ahead, offset]]]]))
    return blockage_loss_db(screens, np.array([[[[target, 0.0]]]]), np.array([[[rise]]]), 0.0107, far_side)[0, 0, 0]


def test_a_screen_diffracts_as_knife_edges_do():
    # The path grazes a side edge: half the field, and the edges 1.5 m away add to it.
    assert loss_db(offset=3.0) == pytest.approx(6.02, abs=0.8)
    assert loss_db(offset=0.0) > 15.0
    assert loss_db(offset=12.0) < 0.5
    assert loss_db(offset=0.0, ahead=150.0) == 0.0  # behind the gNB
    assert loss_db(offset=0.0, ahead=-10.0) == 0.0  # behind the terminal
    above = (SCREEN_HEIGHT_M + 3.0 - 1.5) * 10.0
    assert loss_db(offset=0.0, rise=above) < 0.5  # the path passes 3 m above the screen


def test_moving_screens_make_blockage_begin_and_end():
    crowded = CALM.model_copy(update={"blockers": 12})
    blocked = simulate_beams(crowded, 64, seed=9).blockage_db > 10.0
    assert 0.02 < blocked.mean() < 0.9
    assert (np.diff(blocked.astype(int), axis=1) == 1).any()
    assert (np.diff(blocked.astype(int), axis=1) == -1).any()
    assert not simulate_beams(CALM, 8, seed=9).blockage_db.any()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"carrier_ghz": 15.0}, "neither FR1"),
        ({"subcarrier_khz": 30}, "SSB uses 120 or 240 kHz"),
        ({"array": {"columns": 64, "oversampling": 2}}, "more than the 64"),
        ({"mobility": {"low_mps": 9.0, "high_mps": 3.0}}, "low_mps=9.0"),
        ({"mobility": {"low_mps": 100.0, "high_mps": 100.0}, "bursts": 400}, "fewer bursts"),
        ({"nearest_m": 200.0, "farthest_m": 100.0}, "not below farthest_m"),
        ({"tx_power_dbm": float("nan")}, "tx_power_dbm"),
        ({"burst_period_ms": 15}, "burst_period_ms"),
    ],
)
def test_scenarios_that_cannot_be_transmitted_are_refused_with_the_rule(change, words):
    with pytest.raises(ValidationError, match=words):
        typical_scenario(28.0, "UMi", **change)


def test_a_number_of_trajectories_out_of_range_is_refused():
    for number in (0, 20_001):
        with pytest.raises(ValueError, match=f"trajectories={number}"):
            simulate_beams(CALM, number, seed=1)


def test_beams_are_swept_by_ssb_if_they_fit_into_a_half_frame():
    assert BeamScenario().reference_signal == "SSB"
    assert typical_scenario(3.5, "UMa").reference_signal == "CSI-RS"
    assert typical_scenario(3.5, "UMa", array=BeamArray(columns=8)).reference_signal == "SSB"
