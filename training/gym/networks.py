"""The gym's networks by name: `model`, the Experiment Model, and `ns3`, the ground truth."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from training.gym.input_error import GymInputError
from twins.gym.packet_network import PacketNetwork

MODEL, NS3 = "model", "ns3"


@contextmanager
def open_network(name: str) -> Iterator[PacketNetwork]:
    """Yield the network called `name` and stop its worker afterwards; raises GymInputError if it is not available."""
    if name == MODEL:
        from twins.learned.network import LearnedNetwork

        yield LearnedNetwork()
        return
    if name != NS3:
        raise GymInputError(f"network={name!r} does not exist: {MODEL}, {NS3}")
    check_ns3()
    from twins.ns3.network import Ns3Network

    network = Ns3Network()
    try:
        yield network
    finally:
        network.close()


def check_ns3() -> None:
    """Raise GymInputError, with the command to install it, if ns-3 is missing."""
    from twins.ns3.process import MISSING, installed

    if not installed():
        raise GymInputError(f"network={NS3!r}: {MISSING}; {MODEL!r} works without")
