"""A tabulation resumes after a kill, is repeatable, and measures information that agrees with the decoders."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from twins.link.table.decoder_curve import CurveKey, simulate_curve
from twins.link.table.families import LEVELS, WEIGHTS, Family
from twins.link.table.information import LEVELS_DB, FadedQam, mean_information, slot_information, snr_db_for
from twins.link.table.point_simulation import simulate_point
from twins.link.table.tabulation import assemble_table, pieces, tabulate

TINY = Family(
    "ls+lmmse",
    profiles=("TDL-A",),
    delay_spreads_ns=(30.0,),
    speeds_mps=(0.0, 20.0),
    dmrs_symbols=(1, 2),
    prbs=(2,),
    slots=(4,),
)


@pytest.mark.parametrize("order", [2, 4, 6])
def test_qam_carries_the_requested_information_and_never_more_than_shannon_allows(order: int) -> None:
    generator = torch.Generator().manual_seed(1)
    bits = torch.randint(0, 2, (4, 40_000 * order), generator=generator).float()
    for information in (0.2, 0.5, 0.9):
        llr = FadedQam(order).llrs(bits, snr_db_for(order, information), generator)
        assert slot_information(llr, bits).tolist() == pytest.approx([information] * 4, abs=0.015)
    carried = order * mean_information(order)
    assert np.all(carried <= np.log2(1.0 + 10.0 ** (LEVELS_DB / 10.0)) + 0.01)  # of a gain of 1: fading carries less
    assert np.all(np.diff(carried) >= 0.0) and carried[-1] == pytest.approx(order, abs=1e-3)


def test_information_does_not_depend_on_the_scale_of_the_llrs() -> None:
    generator = torch.Generator().manual_seed(2)
    bits = torch.randint(0, 2, (1, 40_000), generator=generator).float()
    llr = (2.0 + 2.0 * torch.randn(bits.shape, generator=generator)) * (2 * bits - 1)
    assert slot_information(4.0 * llr, bits).item() == pytest.approx(slot_information(llr, bits).item(), abs=0.01)
    assert slot_information(torch.zeros_like(llr), bits).item() == 0.0


def test_a_decoder_curve_falls_above_the_shannon_limit_and_is_repeatable() -> None:
    key = CurveKey(2, 0.48, 120, "offset-minsum", 8, 1)
    curve = simulate_curve(key, 1)
    assert key.rate < curve.threshold < key.rate + 0.25  # a code of rate R needs more than R bit per coded bit
    assert 0.0 < curve.width < 0.15
    assert curve == simulate_curve(key, 1)
    assert list(curve.bit_errors) == sorted(curve.bit_errors)  # less information, more wrong bits


def test_interleaved_64qam_needs_less_information_than_qpsk() -> None:
    """Systematic bits are mapped to the most reliable bits of 64QAM (TS 38.212 clause 5.4.2.2)."""
    few, many = (simulate_curve(CurveKey(order, 0.48, 360, "offset-minsum", 8, 1), 1) for order in (2, 6))
    assert many.threshold < few.threshold - 0.02


def test_the_same_point_and_seed_repeat_and_more_pilots_give_more_information() -> None:
    few, many = (point for point in TINY.points() if point.speed_mps == 20.0)
    once, again, better = (simulate_point(point, 3) for point in (few, few, many))
    np.testing.assert_array_equal(once.information, again.information)
    assert better.information[1, 6].mean() > once.information[1, 6].mean()
    assert np.all(np.diff(once.information[:, :, :], axis=2) >= 0.0)
    assert sum(WEIGHTS) == pytest.approx(1.0) and list(LEVELS) == sorted(LEVELS)


def test_a_killed_tabulation_leaves_no_worker_and_resumes(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        sys.path.insert(0, {tests!r})
        from test_link_tabulation import TINY
        from twins.link.table.tabulation import pieces, tabulate
        if __name__ == "__main__":
            tabulate(pieces([TINY], 1, curves=False), Path({folder!r}), 1, lambda done, total: print(done, total, flush=True))
        """
    ).format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    script = tmp_path / "run.py"
    script.write_text(program, encoding="utf-8")
    killed = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert killed.stdout is not None
    assert killed.stdout.readline().split() == ["0", "4"]
    assert killed.stdout.readline().split() == ["1", "4"]
    workers = psutil.Process(killed.pid).children(recursive=True)
    killed.kill()
    killed.wait()
    _, alive = psutil.wait_procs(workers, timeout=600)
    assert workers and not alive
    finished = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}
    assert 1 <= len(finished) < 4
    progress: list[tuple[int, int]] = []
    tabulate(pieces([TINY], 1, curves=False), tmp_path, 1, lambda done, total: progress.append((done, total)))
    assert progress[0] == (len(finished), 4) and progress[-1] == (4, 4)
    assert all(tmp_path.joinpath(name).stat().st_mtime_ns == when for name, when in finished.items())


def test_a_table_is_not_assembled_if_pieces_are_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="pieces are missing, such as curve_"):
        assemble_table([TINY], 1, tmp_path)
