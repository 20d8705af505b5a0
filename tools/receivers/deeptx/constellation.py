"""Constellations as sets of points in the plane: Gray QAM as the initial one, and soft demapping of any set for one layer.

`tools.receivers.classical.qam` demaps Gray QAM one dimension at a time; a learned constellation is demapped over all its points.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import torch
from torch import Tensor

from tools.receivers.classical.qam import pam

TINY = 1.2e-38  # smallest probability distinguished from zero: the smallest normal float32


@lru_cache(maxsize=8)
def labels(order: int) -> Tensor:
    """Return the bits of each point, float[2^order, order]: point n has n in binary, most significant bit first."""
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=order)))


def gray_points(order: int) -> Tensor:
    """Return Gray QAM of TS 38.211 clause 5.1 as complex[2^order] with unit mean energy, in the order of `labels`."""
    levels = pam(order)[0]
    bits = labels(order).long()
    place_values = 2 ** torch.arange(order // 2 - 1, -1, -1)
    return torch.complex(levels[(bits[:, 0::2] * place_values).sum(1)], levels[(bits[:, 1::2] * place_values).sum(1)])


def normalized(points: Tensor) -> Tensor:
    """Return `points` complex[P] shifted and scaled to zero mean and unit mean energy."""
    centred = points - points.mean()
    return centred / centred.abs().square().mean().sqrt().clamp_min(1e-6)


def demap(symbols: Tensor, noise_variance: Tensor, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Demap unbiased `symbols` complex[...] with complex noise variance float[...] over `points` complex[2^order].

    Returns LLRs float[..., order] (positive = 1), within ±87 because probabilities are float32; the posterior mean point
    complex[...] and its variance float[...]. The points are assumed equally likely.
    """
    cross = symbols.real[..., None] * points.real + symbols.imag[..., None] * points.imag
    energy = points.abs().square()
    metric = (2.0 * cross - energy) / noise_variance[..., None].clamp_min(1e-9)  # |symbol|^2 is common to all points
    weights = metric.softmax(-1)
    ones = labels(len(points).bit_length() - 1)
    llr = (weights @ ones).clamp_min(TINY).log() - (weights @ (1.0 - ones)).clamp_min(TINY).log()
    moments = weights @ torch.stack([points.real, points.imag, energy], dim=-1)
    mean = torch.complex(moments[..., 0], moments[..., 1])
    return llr, mean, (moments[..., 2] - mean.real.square() - mean.imag.square()).clamp_min(0.0)
