"""Figures: measured values of a benchmark and their targets."""

from __future__ import annotations

from policies.word import Word


class Figure(Word):
    """A measured value. `target` is text such as "≥ 20", or empty; `met` is None without a target."""

    name: str
    value: float | None
    unit: str
    target: str = ""
    met: bool | None = None
    note: str = ""


class BenchResult(Word):
    """The result of a benchmark: its figures and the seeds they were measured with."""

    figures: tuple[Figure, ...]
    seeds: tuple[int, ...]


class SeedError(ValueError):
    """A benchmark cannot take the seed that it was given; the message names it and the range."""
