"""The transmitter contract and the lookup of transmitters by name.

1. A transmitter is a `Pusch`: it maps coded bits to the transmitted grid and describes that grid. "pusch" is Sionna's own; others
   keep the carrier, antennas and MCS, with their own `symbols`, `pilots`, `data`, `coded_bits` and `transport_block_bits`.
2. Other transmitters are looked up by name among the entry points of group `twinpilot.transmitters`; only the named one is
   loaded. The twin imports none of them itself, so no floor imports upward.
3. An entry point is a factory `(key) -> Pusch`; it raises `TransmitterUnavailable` for a configuration that it cannot send.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import entry_points

from twins.link.configuration import LinkConfiguration
from twins.link.waveform.pusch import Pusch, PuschKey, pusch_of

GROUP = "twinpilot.transmitters"
STANDARD = "pusch"

TransmitterFactory = Callable[[PuschKey], Pusch]


class TransmitterUnavailable(ValueError):  # noqa: N818 - names the condition, not a program error
    """No such transmitter, or it cannot send this configuration; the message names the alternatives."""


def make_transmitter(configuration: LinkConfiguration) -> Pusch:
    """Return the transmitter named by `configuration.transmitter`, built once; raises TransmitterUnavailable."""
    key = PuschKey.of(configuration)
    return pusch_of(key) if configuration.transmitter == STANDARD else _plugged_in(configuration.transmitter, key)


@lru_cache(maxsize=64)
def _plugged_in(name: str, key: PuschKey) -> Pusch:
    return transmitter_factory(name)(key)


def transmitter_names() -> tuple[str, ...]:
    """Return the names of the installed transmitters."""
    return (STANDARD, *sorted(entry_points(group=GROUP).names))


@lru_cache(maxsize=16)
def transmitter_factory(name: str) -> TransmitterFactory:
    """Return the factory of the transmitter `name`; raises TransmitterUnavailable."""
    if name not in entry_points(group=GROUP).names:
        raise TransmitterUnavailable(
            f"transmitter={name!r} is none of {list(transmitter_names())}; to add one, install a package with an entry point in"
            f" {GROUP!r}"
        )
    factory: TransmitterFactory = entry_points(group=GROUP)[name].load()
    return factory
