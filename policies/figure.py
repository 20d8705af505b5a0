"""Figures: what a benchmark measured, against what the issue asked for."""

from __future__ import annotations

from policies.word import Word


class Figure(Word):
    """One measured value. `target` is text such as "≥ 20" or "" for none; `met` is None where there is no target."""

    name: str
    value: float | None
    unit: str
    target: str = ""
    met: bool | None = None
    note: str = ""


class BenchResult(Word):
    """What a benchmark returns: its figures and the seeds behind them."""

    figures: tuple[Figure, ...]
    seeds: tuple[int, ...]
