"""End-to-end link simulation with Sionna, including CRC, LDPC and HARQ, until the block error rate is estimated well enough.

`simulate` evaluates one configuration on one channel. The same seed gives the same bits, channels and noise in every call and
for every receiver, so receivers are compared on the same slots.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from math import log10

from policies.change import digest_of
from policies.evidence import Coverage
from policies.provenance import Provenance
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.delay.operations import SlotShape, detection_operations
from twins.link.delay.processing_delay import ACCELERATOR, ComputeBudget, processing_delay
from twins.link.receiver import version_of
from twins.link.result import Estimate, LinkResult
from twins.link.simulation import intervals
from twins.link.simulation.batch import Batch, Link
from twins.link.simulation.stopping import Stopping
from twins.link.waveform.seeding import sionna_generators

DEFAULT_STOPPING = Stopping()
Progress = Callable[[int, float], None]
"""Callback after each batch: (slots so far, half-width of the BLER's interval)."""


def simulate(
    configuration: LinkConfiguration,
    channel: ChannelConfiguration,
    *,
    seed: int = 1,
    stopping: Stopping = DEFAULT_STOPPING,
    progress: Progress | None = None,
    budget: ComputeBudget = ACCELERATOR,
) -> LinkResult:
    """Simulate one link; each slot carries one transport block over an independent channel draw.

    With HARQ a block whose CRC fails is retransmitted with the next redundancy version (0, 2, 3, 1) over another independent
    draw. Real retransmissions follow within milliseconds, so at walking speed this overestimates diversity.
    `seed` ≥ 0; `delay_ms` is computed with `budget`. Sionna's random generators are restored afterwards.

    Raises ReceiverUnavailable, TransmitterUnavailable or CodingUnavailable for a link that cannot be evaluated, and ReceiverFault
    if a receiver returns LLRs that are not finite.
    """
    link = Link(configuration, channel)
    with sionna_generators():
        batch = _run_batches(link, seed, stopping, progress)
    return _result(link, batch, seed, stopping, budget)


def _run_batches(link: Link, seed: int, stopping: Stopping, progress: Progress | None) -> Batch:
    batch_size, batches, slots = link.batch_size(stopping.batch), list[Batch](), 0
    while slots + batch_size <= stopping.max_slots:
        batches.append(link.run(batch_size, seed, len(batches)))
        slots += batch_size
        half_width = intervals.half_width(intervals.block_error_rate(_failures(batches), slots))
        if progress is not None:
            progress(slots, half_width)
        if stopping.enough(slots, half_width):
            break
    return Batch.concatenate(batches)


def _failures(batches: list[Batch]) -> int:
    return sum(int(batch.failed.sum()) for batch in batches)


def _result(link: Link, batch: Batch, seed: int, stopping: Stopping, budget: ComputeBudget) -> LinkResult:
    configuration, code, slots = link.configuration, link.code, len(batch)
    bler = intervals.block_error_rate(int(batch.failed.sum()), slots)
    transmissions = float(batch.transmissions.mean())
    return LinkResult(
        configuration=configuration,
        channel=link.channel,
        snr_db=link.channel.received_snr_db(configuration),
        slots=slots,
        bler=bler,
        first_bler=intervals.block_error_rate(int(batch.first_failed.sum()), slots),
        ber=intervals.bit_error_rate(batch.bit_errors, code.information_bits),
        uncoded_ber=intervals.bit_error_rate(batch.uncoded_errors, code.coded_bits),
        throughput_mbps=intervals.throughput(
            ~batch.failed, batch.transmissions, code.information_bits, configuration.slot_seconds
        ),
        transmissions=transmissions,
        delay_ms=_delay_ms(link, transmissions, budget),
        nmse_db=_decibels(batch.estimation),
        provenance=_provenance(link, seed),
        coverage=getattr(link.receiver, "coverage", Coverage(covered=True)),
        warnings=_warnings(link, bler, slots, stopping),
    )


def _delay_ms(link: Link, transmissions: float, budget: ComputeBudget) -> float:
    shape = SlotShape.of(link.transmitter)
    operations = detection_operations(link.receiver, link.transmitter, link.configuration)
    return 1e3 * processing_delay(link.configuration, shape, operations, budget).mean_seconds(transmissions)


def _decibels(estimation: tuple[float, float] | None) -> float | None:
    """NMSE in dB; None without channel estimation or with perfect CSI, which has no error."""
    if estimation is None or estimation[0] == 0.0:
        return None
    return 10.0 * log10(estimation[0] / estimation[1])


def _provenance(link: Link, seed: int) -> Provenance:
    channel = link.channel
    inputs = [link.configuration.model_dump(mode="json"), channel.model_dump(mode="json")]
    channel_model = (
        "AWGN"
        if channel.profile == "AWGN"
        else f"TR 38.901 {channel.profile}, {channel.delay_spread_ns:g} ns, {channel.speed_mps:g} m/s"
    )
    return Provenance(
        source=f"Sionna link simulation, receiver {link.receiver.name} {version_of(link.receiver)[:12]}".rstrip(),
        kind="simulation",
        version=f"sionna {version('sionna-no-rt')}",
        observed_at=datetime.now(UTC),
        channel_model=channel_model,
        configuration_digest=digest_of(inputs),
        seeds=(seed,),
    )


def _warnings(link: Link, bler: Estimate, slots: int, stopping: Stopping) -> tuple[str, ...]:
    warnings, half_width = [], intervals.half_width(bler)
    if not stopping.enough(slots, half_width):
        warnings.append(
            f"stopped at {slots} slots with the BLER known to ± {half_width:.3f}, not to ± {stopping.half_width:g}: raise"
            f" max_slots={stopping.max_slots} for a narrower interval"
        )
    if link.configuration.receiver != "classical" and not hasattr(link.receiver, "operations"):
        warnings.append(f"receiver {link.receiver.name!r} does not report its operations: delay_ms excludes its detection")
    return tuple(warnings)
