"""A request that cannot be traced is refused before a worker is started, and the error names the field."""

import pytest
from pydantic import ValidationError
from scene_maps import scene_request

from twins.scenes.catalogue import SCENES
from twins.scenes.request import SceneRequest


def transmitters(**changes):
    return [{"name": "T1", "x_m": 0, "y_m": 0, "height_m": 25, **changes}]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scene": "atlantis"}, "munich"),
        ({"carrier_ghz": 60}, "less than or equal to 40"),
        ({"transmitters": []}, "at least 1 item"),
        ({"transmitters": transmitters() * 2}, "two have the same name"),
        ({"transmitters": transmitters(x_m=5000)}, "is more than 50 m outside munich, which spans x -805.6..669.9 m"),
        ({"transmitters": transmitters(x_m=float("nan"))}, "finite"),
        ({"transmitters": transmitters(tilt_deg=5)}, "need azimuth_deg"),
        ({"transmitters": transmitters(elements=4)}, "need azimuth_deg"),
        ({"area": (10, 0, -10, 5)}, "x_min < x_max"),
        ({"area": (0, 0, 9000, 5)}, "outside munich"),
        ({"area": None, "cell_size_m": 0.1}, "12056 x 14755 cells, more than 2000000"),
        ({"cell_size_m": 0}, "cell_size_m"),
        ({"rays": 10}, "10000"),
        ({"depth": -1}, "depth"),
        ({"scattering": 1.5}, "scattering"),
        ({"speed": 3}, "Extra inputs"),
        (
            {"rays": 100_000_000, "transmitters": [{**transmitters()[0], "name": f"T{i}"} for i in range(11)]},
            "rays=100000000 times 11 transmitters are more than 1000000000",
        ),
    ],
)
def test_requests_that_cannot_be_traced_are_refused(changes, words):
    with pytest.raises(ValidationError) as refusal:
        scene_request(**changes)
    assert words in str(refusal.value)


def test_the_grid_is_whole_cells_centred_on_the_area():
    request = scene_request(area=(0, 0, 101, 49), cell_size_m=10)
    assert request.shape == (5, 11)
    assert request.rectangle == (-4.5, -0.5, 105.5, 49.5)
    assert scene_request(area=(0, 0, 0.3, 0.3), cell_size_m=0.1).shape == (3, 3)


def test_a_digest_identifies_the_request_and_survives_json():
    request = scene_request()
    assert SceneRequest.model_validate_json(request.model_dump_json()).digest == request.digest
    assert scene_request(seed=2).digest != request.digest


@pytest.mark.parametrize("info", SCENES.values(), ids=lambda info: info.name)
def test_each_scene_has_a_first_map(info):
    x, y, z = info.transmitter
    request = scene_request(
        scene=info.name,
        transmitters=[{"name": "T1", "x_m": x, "y_m": y, "height_m": z}],
        area=info.view,
        cell_size_m=info.cell_size_m,
    )
    assert min(request.shape) >= 40


def test_noise_is_thermal_noise_over_the_bandwidth():
    assert scene_request(bandwidth_mhz=100, noise_figure_db=5).noise_dbm == pytest.approx(-174 + 80 + 5)
