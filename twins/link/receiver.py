"""The receiver contract, and where receivers come from.

1. A receiver turns `Slots` into LLRs of the coded bits: `Receiver.detect(slots) -> Detection`.
2. Receivers are found by name among the entry points of group `twinpilot.receivers`: TwinPilot's own are in `tools.receivers`,
   and an installed package may bring others. The twin imports none of them itself, so no floor imports upward.
3. An entry point is a factory `(pusch, configuration, channel) -> Receiver`; it raises `ReceiverUnavailable` for what it cannot
   receive.
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


class ReceiverUnavailable(ValueError):  # noqa: N818 - it is unavailable, not in error
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
def receiver_names() -> tuple[str, ...]:
    """Return the names of the installed receivers."""
    return tuple(sorted(entry_points(group=GROUP).names))


@lru_cache(maxsize=16)
def receiver_factory(name: str) -> ReceiverFactory:
    """Return the factory of the receiver `name`; raises ReceiverUnavailable."""
    if name not in receiver_names():
        raise ReceiverUnavailable(
            f"receiver={name!r} is none of {list(receiver_names())}; another comes with a package that has an entry point in"
            f" {GROUP!r}"
        )
    factory: ReceiverFactory = entry_points(group=GROUP)[name].load()
    return factory


def version_of(receiver: Receiver) -> str:
    """Return the checksum of what `receiver` has learned, its optional attribute `version`; empty where it learned nothing."""
    return str(getattr(receiver, "version", ""))


def make_receiver(pusch: Pusch, configuration: LinkConfiguration, channel: ChannelConfiguration) -> Receiver:
    """Make the receiver that `configuration.receiver` names; raises ReceiverUnavailable."""
    return receiver_factory(configuration.receiver)(pusch, configuration, channel)
