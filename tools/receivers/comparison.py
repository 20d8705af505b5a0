"""One link received by several receivers, on the same bits, channels and noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.receivers.choice import with_receiver
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.receiver import ReceiverUnavailable
from twins.link.result import LinkResult
from twins.link.simulation.stopping import Stopping

PRECISION = Stopping(half_width=0.09, min_slots=64, max_slots=128, batch=32)
"""Enough to tell receivers apart in about a minute."""

Progress = Callable[[str, int], None]
"""Told after each batch: receiver, slots so far."""


@dataclass(frozen=True)
class Compared:
    """What one receiver made of the link: its `result`, or None with the `reason` why it cannot receive it."""

    receiver: str
    result: LinkResult | None
    reason: str = ""


def compare(
    configuration: LinkConfiguration,
    channel: ChannelConfiguration,
    receivers: Sequence[str],
    *,
    seed: int = 1,
    stopping: Stopping = PRECISION,
    progress: Progress | None = None,
) -> tuple[Compared, ...]:
    """Simulate the link with each of `receivers`, named as in `tools.receivers.choice`.

    `seed` ≥ 0 decides bits, channels and noise. A receiver that cannot receive the link has a reason instead of a result.
    """
    return tuple(_one(configuration, channel, name, seed, stopping, progress) for name in receivers)


def _one(
    configuration: LinkConfiguration,
    channel: ChannelConfiguration,
    name: str,
    seed: int,
    stopping: Stopping,
    progress: Progress | None,
) -> Compared:
    from twins.link.simulation.simulation import simulate
    from twins.link.transmitter import TransmitterUnavailable

    try:
        chosen = with_receiver(configuration, name)
        tell = None if progress is None else lambda slots, _: progress(name, slots)
        return Compared(name, simulate(chosen, channel, seed=seed, stopping=stopping, progress=tell))
    except (ReceiverUnavailable, TransmitterUnavailable) as error:
        return Compared(name, None, str(error))
