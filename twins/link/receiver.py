"""The receiver contract and the lookup of receivers by name.

1. A receiver turns `Slots` into LLRs of the coded bits: `Receiver.detect(slots) -> Detection`.
2. Receivers are looked up by name among the entry points of group `twinpilot.receivers`: TwinPilot's own are in
   `tools.receivers`, and an installed package may add others. The twin imports none of them itself, so no floor imports upward.
3. An entry point is a factory `(pusch, configuration, channel) -> Receiver`; it raises `ReceiverUnavailable` for a configuration
   that it cannot receive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol

from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.waveform.pusch import Pusch
from twins.link.waveform.slots import Slots

if TYPE_CHECKING:
    import torch

GROUP = "twinpilot.receivers"


class ReceiverUnavailable(ValueError):  # noqa: N818 - names the condition, not a program error
    """No such receiver, or it cannot receive this configuration; the message names the alternatives."""


@dataclass(frozen=True)
class Detection:
    """A receiver's output for B slots.

    `llr` float[B, coded_bits], log p(1)/p(0) of each coded bit in the order sent; `response` complex[B, rx, layers, 14, S], the
    estimated channel, or None if the receiver estimates no channel.
    """

    llr: torch.Tensor
    response: torch.Tensor | None = None


class Receiver(Protocol):
    """Turns received slots into LLRs."""

    name: str

    def detect(self, slots: Slots) -> Detection:
        """Detect `slots`, which must all have the configuration that the receiver was built for."""
        ...


ReceiverFactory = Callable[[Pusch, LinkConfiguration, ChannelConfiguration], Receiver]


@lru_cache(maxsize=1)
def receiver_names() -> tuple[str, ...]:
    """Return the names of the installed receivers."""
    return tuple(sorted(entry_points(group=GROUP).names))


@lru_cache(maxsize=16)
def receiver_factory(name: str) -> ReceiverFactory:
    """Return the factory of the receiver `name`; raises ReceiverUnavailable."""
    if name not in receiver_names():
        raise ReceiverUnavailable(
            f"receiver={name!r} is none of {list(receiver_names())}; to add one, install a package with an entry point in"
            f" {GROUP!r}"
        )
    factory: ReceiverFactory = entry_points(group=GROUP)[name].load()
    return factory


def version_of(receiver: Receiver) -> str:
    """Return the checksum of the receiver's trained weights, its optional attribute `version`; empty if it has none."""
    return str(getattr(receiver, "version", ""))


def make_receiver(pusch: Pusch, configuration: LinkConfiguration, channel: ChannelConfiguration) -> Receiver:
    """Build the receiver named by `configuration.receiver`; raises ReceiverUnavailable."""
    return receiver_factory(configuration.receiver)(pusch, configuration, channel)
