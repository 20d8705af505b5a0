"""A decoder curve: block error rate of one LDPC code over the mutual information of its LLRs, simulated and fitted.

1. A code has K information bits (CRC included) and N coded bits, TS 38.212 clause 5.3.2, interleaved for a modulation order; a
   decoder is an algorithm with a number of iterations; several `transmissions` send redundancy versions 0, 2, 3, 1 over equally
   good channels and are decoded jointly.
2. The block error rate falls like a Gaussian tail, `Q((g - threshold) / width)`, over the information g per coded bit that the
   block's own LLRs carry. Blocks are decoded around the threshold until there are enough of them; threshold and width are
   maximum likelihood estimates.
3. `bit_errors` is the share of wrong bits in lost blocks at the relative deficits of information `DEFICITS`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twins.link.configuration import REDUNDANCY_VERSIONS
from twins.link.table.information import FadedQam, slot_information, snr_db_for

DEFICITS = (-0.02, 0.03, 0.08, 0.15, 0.3, 0.5, 0.8)  # (threshold - g) / threshold
_MIN_BLOCKS, _MIN_LARGE_BLOCKS = 320, 120  # decoded around the threshold; large blocks have narrow curves
_LARGE_BITS = 2000
_BATCH_ELEMENTS = 160_000


@dataclass(frozen=True)
class CurveKey:
    """Code and decoder: `order` bits per symbol, target `rate` K / N, `block_bits` K, `algorithm`, 1..4 `transmissions`."""

    order: int
    rate: float
    block_bits: int
    algorithm: str
    iterations: int
    transmissions: int


@dataclass(frozen=True)
class Curve:
    """A fitted curve: `threshold`, its standard error and `width` in bits per coded bit, `bit_errors` over DEFICITS."""

    key: CurveKey
    threshold: float
    width: float
    threshold_error: float
    bit_errors: tuple[float, ...]
    blocks: int

    def row(self) -> dict[str, Any]:
        """Return the curve as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class _Batch:
    """One decoded batch: `information` float64[B] of each block, `lost` bool[B], mean `bit_errors` share in the lost blocks."""

    information: NDArray[np.float64]
    lost: NDArray[np.bool_]
    bit_errors: float


class _Code:
    """Encoder, channel and decoder of `key`."""

    def __init__(self, key: CurveKey, seed: int) -> None:
        import torch
        from sionna.phy.fec.ldpc import LDPC5GDecoder, LDPC5GEncoder

        self.key = key
        coded = round(key.block_bits / key.rate / key.order) * key.order
        self._encoder: Any = LDPC5GEncoder(key.block_bits, coded, num_bits_per_symbol=key.order)
        self._versions = list(REDUNDANCY_VERSIONS[: key.transmissions])
        self._decoder: Any = LDPC5GDecoder(
            self._encoder, num_iter=key.iterations, cn_update=key.algorithm, harq_mode=key.transmissions > 1
        )
        self._qam = FadedQam(key.order)
        self._generator = torch.Generator().manual_seed(seed)
        self.batch_size = int(np.clip(_BATCH_ELEMENTS // (coded * key.transmissions), 8, 64))

    def decode(self, information: float) -> _Batch:
        """Decode one batch with mean `information` in bits per coded bit."""
        import torch

        with torch.no_grad():
            bits = torch.randint(0, 2, (self.batch_size, self.key.block_bits), generator=self._generator).float()
            coded = self._encoder(bits, rv=self._versions)
            snr_db = snr_db_for(self.key.order, float(np.clip(information, 0.002, 0.998)))
            llr = self._qam.llrs(coded, snr_db, self._generator)
            carried = slot_information(llr.flatten(1), coded.flatten(1))
            decoded = self._decoder(llr, rv=self._versions) if self.key.transmissions > 1 else self._decoder(llr[:, 0])
        wrong = (decoded.reshape(bits.shape) != bits).float()
        lost = wrong.any(dim=1)
        return _Batch(carried.double().numpy(), lost.numpy(), float(wrong[lost].mean()) if bool(lost.any()) else 0.0)


def simulate_curve(key: CurveKey, seed: int) -> Curve:
    """Simulate and fit the curve of `key`; the same key and seed give the same bits. Takes seconds to minutes."""
    code = _Code(key, seed)
    batches: list[_Batch] = []
    threshold, width = _bracket(code, batches)
    min_blocks = _MIN_BLOCKS if key.block_bits < _LARGE_BITS else _MIN_LARGE_BLOCKS
    while sum(int((np.abs(batch.information - threshold) < 3.0 * width).sum()) for batch in batches) < min_blocks:
        batches += [code.decode(threshold + offset * width) for offset in (-1.0, 0.0, 1.0)]
        threshold, width, _ = _fit(batches, threshold, width)
    threshold, width, error = _fit(batches, threshold, width)
    return Curve(key, threshold, width, error, _bit_errors(code, threshold), sum(len(batch.lost) for batch in batches))


def _bracket(code: _Code, batches: list[_Batch]) -> tuple[float, float]:
    """Bisect to the information at which about half of the blocks are lost; returns an initial threshold and width."""
    low, high = 0.0, 1.0
    for _ in range(7):
        middle = 0.5 * (low + high)
        batches.append(code.decode(middle))
        share = float(batches[-1].lost.mean())
        if 0.2 < share < 0.8:
            return middle, 0.015
        low, high = (middle, high) if share > 0.5 else (low, middle)
    return 0.5 * (low + high), 0.01


def _fit(batches: list[_Batch], threshold: float, width: float) -> tuple[float, float, float]:
    """Maximum likelihood threshold and width, and the threshold's standard error."""
    # Imported here because it takes half a second, which readers of the table need not spend.
    from scipy.optimize import minimize
    from scipy.stats import norm

    information, lost = (np.concatenate([getattr(batch, name) for batch in batches]) for name in ("information", "lost"))

    def cost(point: np.ndarray[Any, Any]) -> float:
        rate = np.clip(norm.sf((information - point[0]) / np.exp(point[1])), 1e-6, 1.0 - 1e-6)
        return float(-np.where(lost, np.log(rate), np.log1p(-rate)).sum())

    optimum = minimize(cost, (threshold, np.log(width)), method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-3})
    middle, spread = float(optimum.x[0]), float(np.clip(np.exp(optimum.x[1]), 0.001, 0.2))
    near = int((np.abs(information - middle) < 2.0 * spread).sum())
    return middle, spread, 1.4 * spread / max(near, 1) ** 0.5


def _bit_errors(code: _Code, threshold: float) -> tuple[float, ...]:
    """Share of wrong bits in lost blocks over DEFICITS; if no block is lost, that of the next larger deficit."""
    shares: list[float] = []
    for deficit in reversed(DEFICITS):
        shares.append(code.decode(threshold * (1.0 - deficit)).bit_errors or shares[-1])
    return tuple(reversed(shares))
