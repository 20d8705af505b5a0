"""Time per slot of receivers on this machine, relative to LS + LMMSE."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twins.link.configuration import ChannelConfiguration, LinkConfiguration

if TYPE_CHECKING:
    from twins.link.receiver import Receiver
    from twins.link.waveform.slots import Slots

REFERENCE = "ls+lmmse"


def paired_ratios(
    configurations: tuple[LinkConfiguration, LinkConfiguration], channel: ChannelConfiguration, slots: int, pairs: int
) -> tuple[NDArray[np.float64], float]:
    """Time the receivers of both configurations alternately, `slots` per call, on one thread.

    Returns the ratio of the first's to the second's time, float[pairs], and the first's median seconds per slot. Each pair is
    measured back to back, so that other load on the machine affects both; filters and buffers are built before.
    """
    import torch

    calls = [_call(configuration, channel, slots) for configuration in configurations]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for call in calls:
            call()
        times = np.array([[_seconds(call) for call in calls] for _ in range(pairs)])
    finally:
        torch.set_num_threads(threads)
    return times[:, 0] / times[:, 1], float(np.median(times[:, 0])) / slots


def _call(configuration: LinkConfiguration, channel: ChannelConfiguration, slots: int) -> Callable[[], object]:
    from sionna.phy import config

    from twins.link.receiver import make_receiver
    from twins.link.transmitter import make_transmitter
    from twins.link.waveform.seeding import sionna_generators
    from twins.link.waveform.slots import random_bits, send

    transmitter = make_transmitter(configuration)
    receiver: Receiver = make_receiver(transmitter, configuration, channel)
    with sionna_generators():
        config.seed = 1
        sent: Slots = send(transmitter, configuration, channel, random_bits((slots, transmitter.coded_bits)))
    return lambda: receiver.detect(sent)


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
