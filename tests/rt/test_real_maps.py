"""Real ray tracing in real worker processes: physics, repeatability, cache, cancellation, terrain."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from twins.scenes.agreement import compare_with_38901
from twins.scenes.catalogue import SCENES
from twins.scenes.coverage import summarize
from twins.scenes.errors import SceneError
from twins.scenes.process import run_worker
from twins.scenes.request import SceneRequest
from twins.scenes.tracing import cache_folder, trace

CANYON = {"name": "T1", "x_m": -33.0, "y_m": 11.0, "height_m": 32.0}
EFFORT = {"cell_size_m": 4.0, "rays": 200_000, "depth": 3}


def canyon(**changes):
    transmitter = {**CANYON, **changes.pop("transmitter", {})}
    return SceneRequest.model_validate({"scene": "simple_street_canyon", "transmitters": [transmitter], **EFFORT, **changes})


@pytest.fixture(scope="module")
def street():
    return trace(canyon())


def test_the_street_is_covered_and_the_map_trusted(street):
    summary = summarize(street)
    assert summary.trusted, summary.warnings
    assert summary.covered > 0.9
    assert summary.objects == SCENES["simple_street_canyon"].objects
    assert 0.6 < summary.open_share < 0.9


def test_gain_in_line_of_sight_falls_with_distance_as_in_free_space(street):
    x, y = np.meshgrid(street.x_m, street.y_m)
    distance = np.sqrt((x + 33) ** 2 + (y - 11) ** 2 + 30.5**2)
    los = street.line_of_sight[0] & street.open_sky
    friis = 20 * np.log10(299_792_458.0 / (4 * np.pi * distance * 3.5e9))
    excess = (street.path_gain_db[0] - friis)[los]
    # Reflections from a few walls add up to the power of the direct path again; none reduces it.
    assert 0 <= np.median(excess) < 3
    assert np.percentile(excess, 1) > -1
    assert np.corrcoef(np.log10(distance[los]), street.path_gain_db[0][los])[0, 1] < -0.8


def test_in_line_of_sight_the_map_agrees_with_38901(street):
    site = compare_with_38901(street).sites[0]
    assert (site.line_of_sight, site.agrees) == (True, True)
    assert abs(site.difference_db) < 2


def test_the_same_seed_gives_an_identical_map_and_another_seed_another(street):
    again, other = run_worker(canyon()), run_worker(canyon(seed=7))
    assert np.array_equal(again.path_gain_db, street.path_gain_db)
    assert not np.array_equal(other.path_gain_db, street.path_gain_db)


def test_a_finished_map_comes_from_the_cache_and_a_damaged_one_is_traced_again(street):
    (cached,) = cache_folder().glob("*.npz")
    assert trace(canyon(), command=("/no/such/worker",)).seconds == street.seconds
    cached.write_bytes(cached.read_bytes()[:1000])
    with pytest.raises(SceneError, match="could not be started"):
        trace(canyon(), command=("/no/such/worker",))
    assert np.array_equal(trace(canyon()).path_gain_db, street.path_gain_db)


def test_a_sector_radiates_along_its_azimuth_and_a_tilt_brings_power_near():
    sector = {"azimuth_deg": 0.0, "elements": 4, "tilt_deg": 5.0}
    with ThreadPoolExecutor(2) as pool:  # two concurrent workers
        east, steep = pool.map(trace, (canyon(transmitter=sector), canyon(transmitter={**sector, "tilt_deg": 40.0})))
    x, _ = np.meshgrid(east.x_m, east.y_m)
    los = east.line_of_sight[0]
    ahead, behind = los & (x > 0), los & (x < -66)
    assert np.median(east.path_gain_db[0][ahead]) > np.median(east.path_gain_db[0][behind]) + 10
    near = los & (x > -20) & (x < 20)
    assert np.median(steep.path_gain_db[0][near]) > np.median(east.path_gain_db[0][near]) + 3


def test_too_few_rays_are_detected():
    summary = summarize(trace(canyon(rays=10_000, cell_size_m=1.0, depth=1, diffraction=False)))
    assert not summary.trusted
    assert summary.missed_in_sight > 0.02


def test_a_worker_can_be_cancelled_while_it_traces():
    cancel = threading.Event()
    threading.Timer(3.0, cancel.set).start()
    with pytest.raises(SceneError, match="cancelled"):
        run_worker(canyon(rays=100_000_000, depth=20), cancel=cancel)


def test_a_map_of_a_hilly_scene_follows_the_ground():
    request = SceneRequest.model_validate(
        {
            "scene": "san_francisco",
            "transmitters": [{"name": "T1", "x_m": 0, "y_m": 0, "height_m": 40}],
            "area": (-100, -100, 100, 100),
            "cell_size_m": 10.0,
            "rays": 500_000,
            "depth": 1,
        }
    )
    radio_map = trace(request)
    assert np.ptp(radio_map.ground_m) > 5
    assert 0.3 < radio_map.open_sky.mean() < 0.9
    los = radio_map.line_of_sight[0] & radio_map.open_sky
    assert los.sum() > 20
    assert np.isfinite(radio_map.path_gain_db[0][los]).mean() > 0.98
    site = compare_with_38901(radio_map).sites[0]
    assert abs(site.difference_db) < 4


def test_the_catalogue_matches_the_installed_package():
    """In a separate process, because LLVM must not be loaded here."""
    import json
    import subprocess
    import sys

    code = """
import json, xml.etree.ElementTree as ET
import mitsuba as mi
mi.set_variant("llvm_ad_mono_polarized")
from pathlib import Path
from sionna.rt import load_scene, scene as files
folder = Path(files.munich).parents[1]
scenes = {}
for path in sorted(folder.glob("*/*.xml")):
    scene = load_scene(str(path))
    low, high = scene.mi_scene.bbox().min, scene.mi_scene.bbox().max
    terrain = any(part.radio_material.name == "terrain" for part in scene.objects.values())
    bounds = [float(low.x), float(low.y), float(high.x), float(high.y)]
    scenes[path.stem] = [bounds, sum(1 for _ in ET.parse(path).iter("shape")), terrain]
print(json.dumps(scenes))
"""
    from twins.scenes.llvm import find_llvm

    environment = {**os.environ, "DRJIT_LIBLLVM_PATH": str(find_llvm(os.environ))}
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    scenes = json.loads(process.stdout.splitlines()[-1])
    assert set(scenes) == set(SCENES)
    for name, (bounds, objects, terrain) in scenes.items():
        info = SCENES[name]
        assert (info.objects, info.terrain) == (objects, terrain), name
        assert np.allclose(info.bounds, bounds, atol=0.06), name
