"""Large-scale propagation agrees with Sionna's 38.901 and is smooth, shared by co-sited sectors and seeded."""

import math

import numpy as np
import pytest

from twins.radio.antenna import Antenna
from twins.radio.fields import draw_fields
from twins.radio.large_scale import LargeScale, Sector
from twins.radio.propagation import (
    SPEED_OF_LIGHT,
    los_probability,
    path_loss_db,
    penetration_loss_db,
    shadow_correlation_m,
    shadow_std_db,
)


def _macro(seed: int = 1, sites: int = 7) -> LargeScale:
    sectors = [
        Sector(f"S{i}", 500.0 * math.cos(i), 500.0 * math.sin(i), azimuth)
        for i in range(sites)
        for azimuth in (30.0, 150.0, 270.0)
    ]
    return LargeScale(sectors, seed)


def _sionna(scenario: str, distances: np.ndarray, los: bool) -> np.ndarray:
    import torch
    from sionna.phy.channel.tr38901 import PanelArray, UMa, UMi

    array = PanelArray(
        num_rows_per_panel=1,
        num_cols_per_panel=1,
        polarization="single",
        polarization_type="V",
        antenna_pattern="omni",
        carrier_frequency=3.5e9,
    )
    model = {"UMa": UMa, "UMi": UMi}[scenario](3.5e9, "low", array, array, "downlink", precision="double")
    count = len(distances)
    terminals = torch.zeros(1, count, 3, dtype=torch.float64)
    terminals[0, :, 0], terminals[0, :, 2] = torch.from_numpy(distances), 1.5
    base = torch.tensor([[[0.0, 0.0, 25.0 if scenario == "UMa" else 10.0]]], dtype=torch.float64)
    zeros = torch.zeros(1, count, 3, dtype=torch.float64)
    outdoors = torch.zeros(1, count, dtype=torch.bool)
    model.set_topology(terminals, base, zeros, torch.zeros(1, 1, 3, dtype=torch.float64), zeros, outdoors, los)
    loss: np.ndarray = model._scenario.basic_pathloss[0, 0].numpy()
    return loss


@pytest.mark.parametrize("scenario", ["UMa", "UMi"])
@pytest.mark.parametrize("los", [True, False])
def test_path_loss_equals_sionnas_before_and_beyond_the_breakpoint(scenario: str, los: bool) -> None:
    distances = np.geomspace(12.0, 4500.0, 60)
    height = 25.0 if scenario == "UMa" else 10.0
    breakpoint_m = 4 * (height - 1) * 0.5 * 3.5e9 / SPEED_OF_LIGHT
    assert distances[0] < breakpoint_m < distances[-1]
    ours = path_loss_db(scenario, distances, los, 3.5, height)  # type: ignore[arg-type]
    np.testing.assert_allclose(ours, _sionna(scenario, distances, los), atol=0.1)


@pytest.mark.parametrize("scenario", ["UMa", "UMi"])
def test_shadowing_parameters_equal_those_of_sionna(scenario: str) -> None:
    from sionna.phy.channel.tr38901 import models

    states = [models.load_json(models.parameter_file(f"{scenario}_{state}.json", "19.2")) for state in ("LoS", "NLoS", "O2I")]
    assert shadow_std_db(scenario) == tuple(state["sigmaSF"] for state in states)  # type: ignore[arg-type]
    assert shadow_correlation_m(scenario) == tuple(state["corrDistSF"] for state in states)  # type: ignore[arg-type]


def test_los_probability_is_one_near_the_site_and_follows_the_table() -> None:
    assert los_probability("UMa", [0.0, 18.0]).tolist() == [1.0, 1.0]
    expected = 18 / 200 + math.exp(-200 / 63) * (1 - 18 / 200)
    assert los_probability("UMa", 200.0) == pytest.approx(expected)
    assert los_probability("UMi", 200.0) < expected


def test_penetration_loss_grows_with_depth_and_carrier() -> None:
    assert penetration_loss_db(3.5, 0.0) == pytest.approx(12.7, abs=0.2)  # 5 - 10 lg(0.3 10^-0.27 + 0.7 10^-1.9)
    assert penetration_loss_db(3.5, 20.0) - penetration_loss_db(3.5, 0.0) == pytest.approx(10.0)
    assert penetration_loss_db(28.0, 0.0) > penetration_loss_db(3.5, 0.0)


def test_fields_have_unit_variance_and_exponential_correlation() -> None:
    fields = draw_fields(48, 5).astype(np.float64)
    assert fields.var() == pytest.approx(1.0, abs=0.03)
    for lag in (1, 6, 12):
        measured = np.mean(fields * np.roll(fields, lag, axis=2))
        assert measured == pytest.approx(math.exp(-lag / 6), abs=0.04)


def test_a_site_is_in_line_of_sight_with_the_tables_probability() -> None:
    ring = np.linspace(0.0, 2.0 * np.pi, 720, endpoint=False)
    for distance in (60.0, 150.0):
        points = distance * np.stack([np.cos(ring), np.sin(ring)], axis=1)
        states = [LargeScale([Sector("S1", 0.0, 0.0, 0.0)], seed).los(points).mean() for seed in range(60)]
        assert np.mean(states) == pytest.approx(los_probability("UMa", distance), abs=4 * np.std(states) / 60**0.5)


def test_shadowing_has_the_standard_deviation_of_the_table() -> None:
    points = np.random.default_rng(0).uniform(-600.0, 600.0, (4000, 2))
    points = points[np.hypot(points[:, 0], points[:, 1]) > 400.0]
    site = Sector("S1", 0.0, 0.0, 0.0, antenna=Antenna(elements=1, downtilt=0.0))
    residuals = []
    for seed in range(20):
        model = LargeScale([site], seed)
        out_of_sight = ~model.los(points)[:, 0]
        distance = np.hypot(points[:, 0], points[:, 1])
        zenith = np.degrees(np.arctan2(distance, 1.5 - 25.0))
        azimuth = np.degrees(np.arctan2(points[:, 1], points[:, 0]))
        mean = site.antenna.gain_dbi(zenith, azimuth) - path_loss_db("UMa", distance, False, 3.5, 25.0)
        residuals.append((model.gain_db(points)[:, 0] - mean)[out_of_sight])
    assert np.median(np.concatenate(residuals)) == pytest.approx(0.0, abs=0.8)
    quartiles = np.subtract(*np.quantile(np.concatenate(residuals), [0.75, 0.25])) / 1.349
    assert quartiles == pytest.approx(6.0, abs=0.8)


def test_a_moving_terminal_sees_no_jump_in_gain() -> None:
    path = np.stack([np.linspace(-300.0, 300.0, 60_001), np.full(60_001, 41.0)], axis=1)
    steps = np.abs(np.diff(_macro().gain_db(path), axis=0))
    assert steps.max() < 0.15  # dB per centimetre, across changes of the line-of-sight state
    assert np.median(steps) < 0.02


def test_sectors_of_a_site_share_everything_but_the_antenna() -> None:
    antenna = Antenna(elements=1, downtilt=0.0)
    sectors = [Sector("S1", 0.0, 0.0, azimuth, antenna=antenna) for azimuth in (0.0, 120.0, 240.0)]
    points = np.random.default_rng(1).uniform(-500.0, 500.0, (50, 2))
    gains = LargeScale(sectors, 3).gain_db(points)
    distance = np.hypot(points[:, 0], points[:, 1])
    zenith, azimuth = np.degrees(np.arctan2(distance, -23.5)), np.degrees(np.arctan2(points[:, 1], points[:, 0]))
    pattern = np.stack([antenna.gain_dbi(zenith, azimuth - sector.azimuth) for sector in sectors], axis=1)
    bare = gains - pattern
    np.testing.assert_allclose(bare[:, 1:], bare[:, :1].repeat(2, axis=1), atol=1e-9)


def test_the_same_seed_gives_the_same_map_and_another_seed_another() -> None:
    points = np.random.default_rng(2).uniform(-700.0, 700.0, (210, 2))
    first = _macro(1).gain_db(points)
    assert np.array_equal(first, _macro(1).gain_db(points))
    assert np.abs(first - _macro(2).gain_db(points)).mean() > 2.0


def test_indoor_terminals_lose_the_penetration_of_their_depth() -> None:
    points = np.random.default_rng(3).uniform(-400.0, 400.0, (20, 2))
    model = _macro()
    shallow, deep = (model.gain_db(points, np.full(20, depth)) for depth in (5.0, 15.0))
    np.testing.assert_allclose(shallow - deep, 5.0, atol=1e-9)
    half = np.where(np.arange(20) < 10, np.nan, 5.0)
    mixed = model.gain_db(points, half)
    assert np.array_equal(mixed[:10], model.gain_db(points)[:10])
    assert np.array_equal(mixed[10:], shallow[10:])


def test_the_antenna_is_the_38901_element_in_a_tilted_column() -> None:
    element = Antenna(elements=1, downtilt=0.0)
    assert element.gain_dbi(90.0, 0.0) == pytest.approx(8.0)
    assert element.gain_dbi(90.0, 32.5) == pytest.approx(5.0)  # 65 degrees is the 3 dB beamwidth
    assert element.gain_dbi(90.0, 180.0) == pytest.approx(-22.0)
    column = Antenna(elements=8, downtilt=6.0)
    assert column.gain_dbi(96.0, 0.0) == pytest.approx(8.0 + 10 * math.log10(8) - 12 * (6 / 65) ** 2)
    assert column.gain_dbi(96.0, 0.0) > column.gain_dbi(85.0, 0.0) + 6.0


def test_each_point_of_a_macro_and_micro_layout_has_the_same_gain_in_every_call() -> None:
    macros = [Sector(f"S{i // 3}", 400.0 * (i // 3), 0.0, 120.0 * (i % 3)) for i in range(21)]
    micros = [Sector(f"M{i}", 100.0 * i, 50.0, 0.0, 10.0, 3.5, "UMi") for i in range(2)]
    points = np.random.default_rng(4).uniform(-800.0, 800.0, (210, 2))
    model = LargeScale([*macros, *micros], 1)
    gains = model.gain_db(points)
    assert gains.shape == (210, 23)
    assert np.isfinite(gains).all()
    assert np.array_equal(gains, np.concatenate([model.gain_db(point[None]) for point in points]))


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: LargeScale([], 1), "sectors is empty"),
        (lambda: LargeScale([Sector("S1", 0.0, 0.0, 0.0)], 1, terminal_height=22.5), "13.0] m"),
        (lambda: LargeScale([Sector("S1", 0, 0, 0), Sector("S1", 5, 0, 0)], 1), "site='S1'"),
        (lambda: _macro().gain_db(np.zeros((3, 3))), "points has shape"),
        (lambda: Antenna(elements=0), "elements=0"),
        (lambda: Antenna(downtilt=100.0), "downtilt=100.0"),
    ],
)
def test_bad_input_is_refused_with_a_remedy(build: object, words: str) -> None:
    with pytest.raises(ValueError, match=": ") as refusal:
        build()  # type: ignore[operator]
    assert words in str(refusal.value)
