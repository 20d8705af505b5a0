"""Constellations as sets of points in the plane: Gray QAM to begin with, and soft demapping of any set for one layer.

`tools.receivers.qam` demaps Gray QAM one dimension at a time; a learned set does not split so, and is demapped over all its points.
"""

from __future__ import annotations

import itertools
from functools import lru_cache

import torch
from torch import Tensor

from tools.receivers.qam import pam


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

    Returns LLRs float[..., order] (positive = 1), the posterior mean point complex[...] and its variance float[...]; the points are
    equally likely.
    """
    ones, zeros = _halves(len(points).bit_length() - 1)
    cross = symbols.real[..., None] * points.real + symbols.imag[..., None] * points.imag
    energy = points.abs().square()
    metric = (2.0 * cross - energy) / noise_variance[..., None].clamp_min(1e-9)  # |symbol|^2 is common to all points
    llr = metric[..., ones].logsumexp(-1) - metric[..., zeros].logsumexp(-1)
    weights = metric.detach().softmax(-1)
    mean = torch.complex(weights @ points.real, weights @ points.imag)
    return llr, mean, (weights @ energy - mean.abs().square()).clamp_min(0.0)


@lru_cache(maxsize=8)
def _halves(order: int) -> tuple[Tensor, Tensor]:
    """Indices int64[order, 2^order / 2] of the points whose bit is 1, and whose bit is 0."""
    bits = labels(order).T.bool()
    return torch.stack([bit.nonzero()[:, 0] for bit in bits]), torch.stack([(~bit).nonzero()[:, 0] for bit in bits])
