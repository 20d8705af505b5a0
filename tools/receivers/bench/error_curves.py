"""Error curves of receivers over SNR, with common random numbers: the same bits, channels and noise at every SNR and receiver."""

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
ENOUGH = 0.02  # a receiver's curve ends where its BLER is below this
_UNSEEN = -1


@dataclass(frozen=True)
class Curves:
    """Errors of every slot.

    `levels_db` float[L], rising; `failed` int8[R, L, N], 1 where a block failed, -1 where a receiver's curve had ended before;
    `uncoded` float[R, L, N], bit error rate of the hard decisions of a slot, NaN there.
    """

    receivers: tuple[str, ...]
    levels_db: NDArray[np.float64]
    failed: NDArray[np.int8]
    uncoded: NDArray[np.float64]

    def seen(self, receiver: int) -> int:
        """Levels that `receiver` was simulated at: the first ones."""
        return int((self.failed[receiver, :, 0] != _UNSEEN).sum())

    def bler(self, receiver: int) -> NDArray[np.float64]:
        """Block error rates at the levels seen."""
        return np.asarray(self.failed[receiver, : self.seen(receiver)].mean(axis=1))

    def uncoded_ber(self, receiver: int) -> NDArray[np.float64]:
        """Uncoded bit error rates at the levels seen."""
        return np.asarray(self.uncoded[receiver, : self.seen(receiver)].mean(axis=1))


def measure_curves(
    configuration: LinkConfiguration,
    channel: ChannelConfiguration,
    receivers: Sequence[str],
    levels_db: Sequence[float],
    slots: int,
    seed: int,
) -> Curves:
    """Simulate `slots` (made whole batches of 64) at each of `levels_db`, rising, decoded with the configuration's decoder.

    Raises ReceiverUnavailable where one of `receivers` cannot receive the link.
    """
    import torch

    from twins.link.simulation.batch import Link

    links = [Link(with_receiver(configuration, name), channel) for name in receivers]
    batches = [_sent(links[0], seed, index) for index in range(-(-slots // BATCH))]
    failed = np.full((len(links), len(levels_db), BATCH * len(batches)), _UNSEEN, np.int8)
    uncoded = np.full(failed.shape, np.nan)
    with torch.no_grad():
        for index, link in enumerate(links):
            for level, snr_db in enumerate(levels_db):
                found = [_errors(link, bits, slots_.at_snr(snr_db)) for bits, slots_ in batches]
                failed[index, level], uncoded[index, level] = (np.concatenate(part) for part in zip(*found, strict=True))
                if failed[index, level].mean() <= ENOUGH:
                    break
    return Curves(tuple(receivers), np.asarray(levels_db, float), failed, uncoded)


def _sent(link: Link, seed: int, index: int) -> tuple[torch.Tensor, Slots]:
    from sionna.phy import config

    from twins.link.waveform.seeding import seed_of, sionna_generators
    from twins.link.waveform.slots import random_bits

    with sionna_generators():
        config.seed = seed_of(seed, index)
        bits = random_bits((BATCH, link.code.information_bits))
        return bits, link.transmit(bits, 0)


def _errors(link: Link, bits: torch.Tensor, slots: Slots) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    detection = link.detect(slots)
    decided, holds = link.code.decode(detection.llr[:, None])
    wrong = ((detection.llr > 0) != slots.coded.bool()).double().mean(dim=1)
    failed = ~holds | (decided != bits).any(dim=1)
    return failed.numpy().astype(np.int8), wrong.numpy()
