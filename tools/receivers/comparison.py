"""One link simulated with several receivers on the same bits, channels and noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tools.receivers.choice import with_receiver
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.receiver import ReceiverUnavailable
from twins.link.result import LinkResult
from twins.link.simulation.stopping import Stopping

PRECISION = Stopping(half_width=0.09, min_slots=64, max_slots=128, batch=32)
"""Distinguishes receivers in about a minute."""

Progress = Callable[[str, int], None]
"""Callback after each batch: (receiver, slots so far)."""


@dataclass(frozen=True)
class ReceiverResult:
    """The `result` of one receiver, or None with the `reason` why it cannot receive the link."""

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
) -> tuple[ReceiverResult, ...]:
    """Simulate the link with each of `receivers`, named as in `tools.receivers.choice`.

    `seed` ≥ 0 determines bits, channels and noise. A receiver that cannot receive the link has a reason instead of a result.
    """
    return tuple(_simulate_with(configuration, channel, name, seed, stopping, progress) for name in receivers)


def pairing_objections(first: LinkResult, second: LinkResult) -> tuple[str, ...]:
    """Return why the results of two receivers must not be compared.

    Both need the same pilots, transport format, channel, N0, seed, and number of slots.
    """
    conditions = zip(_conditions(first), _conditions(second), strict=True)
    return tuple(f"{name} differs: {own} and {other}" for (name, own), (_, other) in conditions if own != other)


def _conditions(result: LinkResult) -> tuple[tuple[str, object], ...]:
    link = result.configuration
    return (
        ("transmitter", link.transmitter),
        ("number of DMRS symbols", link.dmrs_symbols),
        ("MCS (table, index)", (link.mcs_table, link.mcs_index)),
        ("number of PRBs", link.prbs),
        ("SNR in dB", result.snr_db),
        ("channel", result.channel),
        ("seed", result.provenance.seeds),
        ("number of slots", result.slots),
    )


def _simulate_with(
    configuration: LinkConfiguration,
    channel: ChannelConfiguration,
    name: str,
    seed: int,
    stopping: Stopping,
    progress: Progress | None,
) -> ReceiverResult:
    from twins.link.simulation.simulation import simulate
    from twins.link.transmitter import TransmitterUnavailable

    try:
        link = with_receiver(configuration, name)
        report = None if progress is None else lambda slots, _: progress(name, slots)
        return ReceiverResult(name, simulate(link, channel, seed=seed, stopping=stopping, progress=report))
    except (ReceiverUnavailable, TransmitterUnavailable) as error:
        return ReceiverResult(name, None, str(error))
