"""Train, validation and test splits, disjoint both in wording and in parameter region.

1. Each wording (of a service, a requirement, a device, a channel) is assigned to a split in the data files.
2. A region is a cell of the channel's parameters: profile, SNR in steps of 3 dB, delay spread by factors of 2, speed by class. A
   hash of region and seed assigns it to a split, about 80 : 10 : 10.
"""

from __future__ import annotations

import hashlib
from bisect import bisect
from math import floor, log2
from typing import Literal

from twins.link.configuration import ChannelConfiguration

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}

SNR_STEP_DB = 3.0
SPEED_CLASSES_MPS = (1.0, 3.0, 10.0, 20.0, 30.0)


def region_of(channel: ChannelConfiguration) -> str:
    """Return the name of the region that contains `channel`; raises ValueError if its SNR is not set."""
    if channel.snr_db is None:
        raise ValueError(f"coupling_loss_db={channel.coupling_loss_db}: regions are defined by the SNR, set snr_db")
    snr, spread = floor(channel.snr_db / SNR_STEP_DB), floor(log2(channel.delay_spread_ns))
    return f"{channel.profile}/snr{snr}/spread{spread}/speed{bisect(SPEED_CLASSES_MPS, channel.speed_mps)}"


def split_of(region: str, seed: int) -> Split:
    """Return the split of `region`."""
    digest = hashlib.sha256(f"{seed}/{region}".encode()).digest()
    fraction = int.from_bytes(digest[:8], "big") / 2**64
    if fraction < SHARES["train"]:
        return "train"
    return "validation" if fraction < SHARES["train"] + SHARES["validation"] else "test"
