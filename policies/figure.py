"""Figures: what a benchmark measured, against what the issue asked for."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Figure(BaseModel):
    """One measured value. `target` is text such as "≥ 20" or "" for none; `met` is None where there is no target."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    value: float | None
    unit: str
    target: str = ""
    met: bool | None = None
    note: str = ""


class BenchResult(BaseModel):
    """What a benchmark returns: its figures and the seeds behind them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    figures: tuple[Figure, ...]
    seeds: tuple[int, ...]
