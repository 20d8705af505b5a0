"""Samples of a long measurement outlive it, and a line that a kill cut short is measured again."""

from __future__ import annotations

from pathlib import Path

from policies.word import Word
from twins.kept_samples import KeptSamples


class Sample(Word):
    value: float


def test_what_was_measured_is_not_measured_again(tmp_path: Path) -> None:
    path = tmp_path / "raw" / "samples.jsonl"
    measured: list[float] = []

    def measure(value: float) -> Sample:
        measured.append(value)
        return Sample(value=value)

    first = KeptSamples(path, Sample)
    assert [first.of([name], lambda value=value: measure(value)).value for name, value in (("a", 1.0), ("b", 2.0))] == [1.0, 2.0]
    with path.open("a", encoding="utf-8") as lines:
        lines.write('{"key": "cut sho')
    again = KeptSamples(path, Sample)
    assert again.of(["b"], lambda: measure(9.0)).value == 2.0
    assert again.of(["c"], lambda: measure(3.0)).value == 3.0
    assert measured == [1.0, 2.0, 3.0]
    assert KeptSamples(path, Sample).of(["c"], lambda: measure(9.0)).value == 3.0


def test_without_a_path_nothing_is_kept() -> None:
    assert KeptSamples(None, Sample).of(1, lambda: Sample(value=1.0)).value == 1.0
