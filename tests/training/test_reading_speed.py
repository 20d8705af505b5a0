"""The speed of reading: what one process took becomes figures with the targets of a machine's one core."""

import sys

import pytest

from training.llm.understanding import bench_reading_speed as bench
from training.llm.understanding.bench_reading_speed import Elapsed, SpeedSample, figures_of


def sample(load: float = 4.0, first: float = 1.0, peak: int = 1_400_000_000) -> SpeedSample:
    batch = Elapsed(wall=8, cpu=4)
    return SpeedSample(load=Elapsed(wall=load, cpu=2), first=Elapsed(wall=first, cpu=1), batch=batch, texts=32, peak=peak)


def test_medians_are_held_against_the_targets_with_the_cpu_time_beside_them():
    load, first, rate, peak = figures_of([sample(load=4), sample(load=4.5), sample(load=60)])
    assert (load.name, load.value, load.unit, load.met) == ("load", 4.5, "s", True)
    assert load.note == "median of 3, 4.00..60.00; 2.00 s of CPU"
    assert (first.value, first.target, first.met) == (1.0, "≤ 3", True)
    assert (rate.value, rate.met) == (4.0, None) and "8.00 in a CPU second" in rate.note
    assert (peak.value, peak.unit, peak.met) == (1335.1, "MiB", True)


def test_the_largest_peak_counts_and_a_miss_is_said():
    figures = figures_of([sample(load=5.1, first=3.1, peak=10**9), sample(load=5.1, first=3.1, peak=1_500_000_001)])
    assert [figure.met for figure in figures] == [False, False, None, False]


def test_a_process_that_cannot_read_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path):
    failing = tmp_path / "python"
    failing.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('trace\\nReaderError: the base model is not in /x')\n")
    failing.chmod(0o755)
    monkeypatch.setattr(bench.sys, "executable", str(failing))
    with pytest.raises(RuntimeError, match=r"could not be measured: ReaderError: the base model is not in /x"):
        bench.run(quick=True, out=None)
