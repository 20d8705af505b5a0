"""The receiver contract, and where receivers come from.

1. A receiver turns `Slots` into LLRs of the coded bits: `Receiver.detect(slots) -> Detection`.
2. Receivers are found by name among the entry points of group `twinpilot.receivers`: TwinPilot's own are in `tools.receivers`, and an
   installed package may bring others. The twin imports none of them itself, so no floor imports upward.
3. An entry point is a factory `(pusch, configuration, channel) -> Receiver`; it raises `ReceiverUnavailable` for what it cannot receive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol

from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.pusch import Pusch
from twins.link.slots import Slots

if TYPE_CHECKING:
    import torch

GROUP = "twinpilot.receivers"


class ReceiverUnavailable(ValueError):
    """No such receiver, or it cannot receive this configuration; the message says what can."""


@dataclass(frozen=True)
class Detection:
    """What a receiver made of B slots.

    `llr` float[B, coded_bits], log p(1)/p(0) of each coded bit in the order sent; `response` complex[B, rx, layers, 14, S], the
    channel that it estimated, or None where it estimates none.
    """

    llr: torch.Tensor
    response: torch.Tensor | None = None


class Receiver(Protocol):
    """Turns received slots into LLRs."""

    name: str

    def detect(self, slots: Slots) -> Detection:
        """Detect `slots`, all of the configuration that the receiver was made for."""
        ...


ReceiverFactory = Callable[[Pusch, LinkConfiguration, ChannelConfiguration], Receiver]


@lru_cache(maxsize=1)
def receiver_factories() -> dict[str, ReceiverFactory]:
    """Return every installed receiver's factory by name."""
    return {point.name: point.load() for point in entry_points(group=GROUP)}


def make_receiver(pusch: Pusch, configuration: LinkConfiguration, channel: ChannelConfiguration) -> Receiver:
    """Make the receiver that `configuration.receiver` names; raises ReceiverUnavailable."""
    factories = receiver_factories()
    if configuration.receiver not in factories:
        raise ReceiverUnavailable(
            f"receiver={configuration.receiver!r} is none of {sorted(factories)}; another comes with a package that has an entry point"
            f" in {GROUP!r}"
        )
    return factories[configuration.receiver](pusch, configuration, channel)
