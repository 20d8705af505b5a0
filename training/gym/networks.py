"""The gym's networks by name: `model`, the Experiment Model, and `ns3`, the ground truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from training.gym.input_error import GymInputError
from twins.gym.packet_network import PacketNetwork

MODEL, NS3 = "model", "ns3"


def _no_requirement() -> None:
    """Nothing needs to be installed."""


@dataclass(frozen=True)
class GymNetwork:
    """A network as options and file names call it.

    `make` builds one in the process that uses it; it is a function of a module, so that worker processes can import it. `check`
    raises GymInputError if the network cannot be used here, before anything runs.
    """

    name: str
    make: Callable[[], PacketNetwork]
    check: Callable[[], None] = _no_requirement


def _experiment_model() -> PacketNetwork:
    from twins.learned.network import LearnedNetwork

    return LearnedNetwork()


def _ns3() -> PacketNetwork:
    from twins.ns3.network import Ns3Network

    return Ns3Network()


def _check_ns3() -> None:
    """Raise GymInputError, with the command to install it, if ns-3 is missing."""
    from twins.ns3.process import MISSING, installed

    if not installed():
        raise GymInputError(f"network={NS3!r}: {MISSING}; {MODEL!r} works without")


_NETWORKS = {MODEL: GymNetwork(MODEL, _experiment_model), NS3: GymNetwork(NS3, _ns3, _check_ns3)}


def named_network(name: str) -> GymNetwork:
    """Return the network called `name`; raises GymInputError if there is none of that name."""
    if name not in _NETWORKS:
        raise GymInputError(f"network={name!r} does not exist: {', '.join(_NETWORKS)}")
    return _NETWORKS[name]


@contextmanager
def open_network(name: str) -> Iterator[PacketNetwork]:
    """Yield the network called `name`, and end its worker afterwards; raises GymInputError if it cannot be used here."""
    choice = named_network(name)
    choice.check()
    network = choice.make()
    try:
        yield network
    finally:
        close = getattr(network, "close", None)
        if close is not None:
            close()
