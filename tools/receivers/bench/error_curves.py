"""Error curves of receivers over SNR with common random numbers: the same bits, channels and noise for all SNRs and receivers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tools.receivers.choice import with_receiver
from twins.link.configuration import ChannelConfiguration, LinkConfiguration

if TYPE_CHECKING:
    import torch

    from twins.link.simulation.batch import Link
    from twins.link.waveform.slots import Slots

BATCH = 64
FINAL_BLER = 0.02  # a receiver's curve ends once its BLER is below this
_NOT_SIMULATED = -1


@dataclass(frozen=True)
class Curves:
    """Errors of every slot for R receivers, L SNRs and N slots.

    `levels_db` float[L], ascending; `failed` int8[R, L, N], 1 if the block failed, -1 beyond the end of a receiver's curve;
    `uncoded` float[R, L, N], bit error rate of the hard decisions of a slot, NaN beyond the end.
    """

    receivers: tuple[str, ...]
    levels_db: NDArray[np.float64]
    failed: NDArray[np.int8]
    uncoded: NDArray[np.float64]

    def levels_simulated(self, receiver: int) -> int:
        """Return the number of levels, from the first, at which `receiver` was simulated."""
        return int((self.failed[receiver, :, 0] != _NOT_SIMULATED).sum())

    def bler(self, receiver: int) -> NDArray[np.float64]:
        """Return the block error rates at the simulated levels."""
        return np.asarray(self.failed[receiver, : self.levels_simulated(receiver)].mean(axis=1))

    def uncoded_ber(self, receiver: int) -> NDArray[np.float64]:
        """Return the uncoded bit error rates at the simulated levels."""
        return np.asarray(self.uncoded[receiver, : self.levels_simulated(receiver)].mean(axis=1))


def measure_curves(
    configuration: LinkConfiguration,
    channel: ChannelConfiguration,
    receivers: Sequence[str],
    levels_db: Sequence[float],
    slots: int,
    seed: int,
) -> Curves:
    """Simulate `slots` (rounded up to batches of 64) at each of `levels_db`, ascending, with the configuration's decoder.

    Raises ReceiverUnavailable if one of `receivers` cannot receive the link.
    """
    import torch

    from twins.link.simulation.batch import Link

    links = [Link(with_receiver(configuration, name), channel) for name in receivers]
    batches = [_transmit(links[0], seed, index) for index in range(-(-slots // BATCH))]
    failed = np.full((len(links), len(levels_db), BATCH * len(batches)), _NOT_SIMULATED, np.int8)
    uncoded = np.full(failed.shape, np.nan)
    with torch.no_grad():
        for index, link in enumerate(links):
            for level, snr_db in enumerate(levels_db):
                errors = [_errors(link, bits, sent.at_snr(snr_db)) for bits, sent in batches]
                failed[index, level], uncoded[index, level] = (np.concatenate(part) for part in zip(*errors, strict=True))
                if failed[index, level].mean() <= FINAL_BLER:
                    break
    return Curves(tuple(receivers), np.asarray(levels_db, float), failed, uncoded)


def _transmit(link: Link, seed: int, index: int) -> tuple[torch.Tensor, Slots]:
    from sionna.phy import config

    from twins.link.waveform.seeding import seed_of, sionna_generators
    from twins.link.waveform.slots import random_bits

    with sionna_generators():
        config.seed = seed_of(seed, index)
        bits = random_bits((BATCH, link.code.information_bits))
        return bits, link.transmit(bits, 0)


def _errors(link: Link, bits: torch.Tensor, slots: Slots) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    detection = link.detect(slots)
    decoded, crc_ok = link.code.decode(detection.llr[:, None])
    uncoded = ((detection.llr > 0) != slots.coded.bool()).double().mean(dim=1)
    failed = ~crc_ok | (decoded != bits).any(dim=1)
    return failed.numpy().astype(np.int8), uncoded.numpy()
