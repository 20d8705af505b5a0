"""The disjoint topology seeds of training and benchmark (seed 001, section IV-A-3)."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """The purpose of a scenario."""

    TRAINING = "training"
    BENCHMARK = "benchmark"


SEEDS: dict[Purpose, range] = {Purpose.TRAINING: range(1, 51), Purpose.BENCHMARK: range(51, 81)}


class MixedSplitError(ValueError):
    """A topology seed belongs to the other purpose, or to none."""


def check_seed(seed: int, purpose: Purpose) -> int:
    """Return `seed` if it belongs to `purpose`; raises MixedSplitError."""
    if seed not in SEEDS[purpose]:
        allowed = SEEDS[purpose]
        raise MixedSplitError(
            f"seed={seed} is not for {purpose}: it uses {allowed.start}..{allowed.stop - 1}"
            " (seed 001, section IV-A-3); training and benchmark never share a topology"
        )
    return seed
