"""Samples of an interrupted measurement are reused, and a truncated line is measured again."""

from __future__ import annotations

from pathlib import Path

from policies.word import Word
from twins.sample_cache import SampleCache


class Sample(Word):
    value: float


def test_a_stored_sample_is_not_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "raw" / "samples.jsonl"
    measured: list[float] = []

    def measure(value: float) -> Sample:
        measured.append(value)
        return Sample(value=value)

    first = SampleCache(path, Sample)
    assert first.get_or_measure(["a"], lambda: measure(1.0)).value == 1.0
    assert first.get_or_measure(["b"], lambda: measure(2.0)).value == 2.0
    with path.open("a", encoding="utf-8") as lines:
        lines.write('{"key": "cut sho')
    again = SampleCache(path, Sample)
    assert again.get_or_measure(["b"], lambda: measure(9.0)).value == 2.0
    assert again.get_or_measure(["c"], lambda: measure(3.0)).value == 3.0
    assert measured == [1.0, 2.0, 3.0]
    assert SampleCache(path, Sample).get_or_measure(["c"], lambda: measure(9.0)).value == 3.0


def test_without_a_path_nothing_is_stored() -> None:
    assert SampleCache(None, Sample).get_or_measure(1, lambda: Sample(value=1.0)).value == 1.0
