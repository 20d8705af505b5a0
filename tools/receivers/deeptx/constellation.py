"""Constellations as sets of points in the plane: Gray QAM to begin with, and soft demapping of any set for one layer.

`tools.receivers.classical.qam` demaps Gray QAM one dimension at a time; a learned set is demapped over all its points.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import torch
from torch import Tensor

from tools.receivers.classical.qam import pam

TINY = 1.2e-38  # the smallest probability that is told from none: the least normal single float


@lru_cache(maxsize=8)
def labels(order: int) -> Tensor:
    """Return the bits of each point, float[2^order, order]: point n carries n in binary, first bit first."""
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=order)))


def gray_points(order: int) -> Tensor:
    """Return Gray QAM of TS 38.211 clause 5.1 as complex[2^order], unit mean energy, in the order of `labels`."""
    levels = pam(order)[0]
    bits = labels(order).long()
    place = 2 ** torch.arange(order // 2 - 1, -1, -1)
    return torch.complex(levels[(bits[:, 0::2] * place).sum(1)], levels[(bits[:, 1::2] * place).sum(1)])


def normalized(points: Tensor) -> Tensor:
    """Move and scale complex[P] to zero mean and unit mean energy."""
    centred = points - points.mean()
    return centred / centred.abs().square().mean().sqrt().clamp_min(1e-6)


def demap(symbols: Tensor, noise_variance: Tensor, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Demap unbiased `symbols` complex[...] with complex noise variance float[...] over `points` complex[2^order].

    Returns LLRs float[..., order] (positive = 1), within ±87 as the probabilities are single floats; the posterior mean point
    complex[...] and its variance float[...]. The points are equally likely.
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
