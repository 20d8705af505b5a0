"""System twin and slot-level chain are compared on the same drop, and the figures measure their difference."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twins.radio.reference_channel import Drop, DropSettings, draw_drop
from twins.system.bench import fidelity
from twins.system.bench.fidelity import Comparison, DropGains, run_twin, scenario_of
from twins.system.bench.reference_chain import ReferenceSettings, run_reference
from twins.system.system_network import SystemNetwork

CHAIN = ReferenceSettings(warmup_s=0.1)


@pytest.fixture(scope="module")
def drop() -> Drop:
    return draw_drop(DropSettings(terminals_per_sector=2, seconds=0.2), 5)


@pytest.fixture(scope="module")
def comparison(drop: Drop) -> Comparison:
    twin = run_twin(drop, CHAIN, 5)
    return Comparison(5, run_reference(drop, CHAIN, 5), twin, twin)


def test_the_twin_uses_the_drops_gains_and_serves_by_them(drop: Drop) -> None:
    assert np.array_equal(DropGains(drop).gain_db(drop.terminal_xy[[3, 1]]), drop.gain_db[[3, 1]])
    network = SystemNetwork(scenario_of(drop, CHAIN), 5, DropGains(drop))
    network.advance(0.1)
    state = network.snapshot().state
    np.testing.assert_allclose(state.links["gain_db"], drop.gain_db)
    connected = state.ues["connected"] == 1
    assert connected.mean() > 0.9
    assert np.array_equal(state.ues["serving"][connected], drop.serving[connected])


def test_the_twins_cell_throughput_equals_the_sum_of_its_terminals(drop: Drop, comparison: Comparison) -> None:
    carried = np.bincount(drop.serving, weights=comparison.twin.user_mbps, minlength=21)
    np.testing.assert_allclose(carried, comparison.twin.cell_mbps, rtol=0.02, atol=0.05)


def test_twin_and_chain_agree_within_the_noise_of_a_short_run(comparison: Comparison) -> None:
    assert abs(comparison.cell_error) < 0.3
    assert comparison.ks_distance < 0.35
    assert comparison.twin.bler == pytest.approx(comparison.reference.bler, abs=0.08)


def test_a_result_compared_with_itself_has_no_error_and_a_halved_one_misses_the_targets(
    comparison: Comparison, tmp_path: Path
) -> None:
    same = replace(comparison, twin=comparison.reference)
    assert (same.cell_error, same.ks_distance, same.quantile_error) == (0.0, 0.0, 0.0)
    half = replace(
        comparison.reference, user_mbps=comparison.reference.user_mbps / 2, cell_mbps=comparison.reference.cell_mbps / 2
    )
    figures = {figure.name: figure for figure in fidelity._figures([replace(comparison, twin=half)])}
    assert figures["cell throughput error"].value == pytest.approx(-50.0)
    assert figures["cell throughput error"].met is False
    assert figures["user throughput quantile error"].value == pytest.approx(50.0, abs=1.0)
    fidelity._save(comparison, tmp_path / "raw.npz")
    with np.load(tmp_path / "raw.npz") as raw:
        assert np.array_equal(raw["twin_user_mbps"], comparison.twin.user_mbps)
