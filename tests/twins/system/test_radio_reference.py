"""Sionna's slot-level chain, as run here, is reproducible and its cell and user throughput agree."""

import numpy as np
import pytest

from twins.radio.reference_channel import Drop, DropSettings, draw_drop
from twins.system.bench.reference_chain import ReferenceSettings, run_reference

SETTINGS = DropSettings(terminals_per_sector=1, prbs=12, seconds=0.06)
CHAIN = ReferenceSettings(warmup_s=0.02)


@pytest.fixture(scope="module")
def drop() -> Drop:
    return draw_drop(SETTINGS, 3)


def test_a_drop_exports_the_topology_and_gains_that_it_used(drop: Drop) -> None:
    assert drop.cell_xy.shape == (21, 2)
    assert drop.power.shape == (6, 21, 21, 12)
    np.testing.assert_allclose(10 * np.log10(drop.power.mean(axis=(0, 3))), drop.gain_db, atol=1e-3)
    assert np.array_equal(drop.cell_xy[0], drop.cell_xy[2])
    assert np.array_equal(drop.los[:, 0], drop.los[:, 2])  # co-sited cells share the LOS state
    assert np.allclose(np.diff(drop.azimuth[:3]), 120.0, atol=1e-3)
    strongest = drop.gain_db.max(axis=1)
    assert -170.0 < strongest.min() < strongest.max() < -50.0


def test_the_same_seed_reproduces_drop_and_throughput(drop: Drop) -> None:
    again = draw_drop(SETTINGS, 3)
    assert np.array_equal(again.power, drop.power)
    assert not np.array_equal(draw_drop(DropSettings(terminals_per_sector=1, prbs=12, seconds=0.01), 4).power[0], drop.power[0])
    first, second = run_reference(drop, CHAIN, 1), run_reference(again, CHAIN, 1)
    assert np.array_equal(first.user_mbps, second.user_mbps)


def test_cell_throughput_equals_the_sum_of_its_terminals(drop: Drop) -> None:
    result = run_reference(drop, CHAIN, 2)
    carried = np.bincount(drop.serving, weights=result.user_mbps, minlength=21)
    np.testing.assert_allclose(carried, result.cell_mbps)
    assert result.simulated_s == pytest.approx(0.04)
    peak = 12 * 12 * 14 * 6 * 0.95 / 0.5e-3 / 1e6  # 64QAM near the highest rate on every PRB
    assert 0.0 < result.cell_mbps.max() <= peak
    assert np.all(result.cell_mbps[np.bincount(drop.serving, minlength=21) == 0] == 0.0)


def test_a_drop_that_ends_within_the_warm_up_is_refused(drop: Drop) -> None:
    with pytest.raises(ValueError, match=r"seconds=0.06 is not above warmup_s=0.25"):
        run_reference(drop, ReferenceSettings(), 1)
