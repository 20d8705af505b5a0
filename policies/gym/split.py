"""Topology seeds for training and for the benchmark, never mixed (seed 001, section IV-A-3)."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What a scenario is made for."""

    TRAINING = "training"
    BENCHMARK = "benchmark"


SEEDS: dict[Purpose, range] = {Purpose.TRAINING: range(1, 51), Purpose.BENCHMARK: range(51, 81)}


class MixedSplitError(ValueError):
    """A topology seed was asked for that belongs to the other purpose, or to none."""


def check_seed(seed: int, purpose: Purpose) -> int:
    """Return `seed` where `purpose` may use it; raises MixedSplitError."""
    if seed not in SEEDS[purpose]:
        allowed = SEEDS[purpose]
        raise MixedSplitError(
            f"seed={seed} is not for {purpose}: it uses {allowed.start}..{allowed.stop - 1}"
            " (seed 001, section IV-A-3); training and benchmark never share a topology"
        )
    return seed
