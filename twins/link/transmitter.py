"""The transmitter contract, and where transmitters come from.

1. A transmitter is a `Pusch`: it maps coded bits to the grid that is sent and says what it sends. "pusch" is Sionna's own; another one keeps
   its carrier, antennas and MCS, and has its own `symbols`, `pilots`, `data`, `coded_bits` and `transport_block_bits`.
2. Other transmitters are found by name among the entry points of group `twinpilot.transmitters`, and only the one asked for is loaded. The twin
   imports none of them itself, so no floor imports upward.
3. An entry point is a factory `(key) -> Pusch`; it raises `TransmitterUnavailable` for what it cannot send.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import entry_points

from twins.link.configuration import LinkConfiguration
from twins.link.pusch import Pusch, PuschKey, pusch_of

GROUP = "twinpilot.transmitters"
STANDARD = "pusch"

TransmitterFactory = Callable[[PuschKey], Pusch]


class TransmitterUnavailable(ValueError):
    """No such transmitter, or it cannot send this configuration; the message says what can."""


def transmitter_names() -> tuple[str, ...]:
    """Return the names of every installed transmitter."""
    return (STANDARD, *sorted(point.name for point in entry_points(group=GROUP)))


def make_transmitter(configuration: LinkConfiguration) -> Pusch:
    """Return the transmitter that `configuration.transmitter` names, built once per transmitted grid; raises TransmitterUnavailable."""
    key = PuschKey.of(configuration)
    return pusch_of(key) if configuration.transmitter == STANDARD else _learned(configuration.transmitter, key)


@lru_cache(maxsize=64)
def _learned(name: str, key: PuschKey) -> Pusch:
    return transmitter_factory(name)(key)


@lru_cache(maxsize=16)
def transmitter_factory(name: str) -> TransmitterFactory:
    """Return the factory of transmitter `name`; raises TransmitterUnavailable."""
    found = [point for point in entry_points(group=GROUP) if point.name == name]
    if not found:
        raise TransmitterUnavailable(
            f"transmitter={name!r} is none of {list(transmitter_names())}; another comes with a package that has an entry point in {GROUP!r}"
        )
    factory: TransmitterFactory = found[0].load()
    return factory
