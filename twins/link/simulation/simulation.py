"""The link simulated: Sionna end to end, with CRC, LDPC and HARQ, until the block error rate is known well enough.

`simulate` answers for one configuration on one channel. The same seed gives the same bits, channels and noise in every call and
for every receiver, so two receivers are compared on the same slots.
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

USUAL = Stopping()
Progress = Callable[[int, float], None]
"""Told after each batch: slots so far, half-width of the BLER's interval."""


def simulate(
    configuration: LinkConfiguration,
    channel: ChannelConfiguration,
    *,
    seed: int = 1,
    stopping: Stopping = USUAL,
    progress: Progress | None = None,
    budget: ComputeBudget = ACCELERATOR,
) -> LinkResult:
    """Simulate one link; each slot carries one transport block over an independent channel draw.

    With HARQ a block whose CRC fails is sent again with the next redundancy version (0, 2, 3, 1) over another independent draw:
    a retransmission comes milliseconds later, so at walking speed this is more diversity than a real channel gives.
    `seed` ≥ 0; `budget` is what `delay_ms` is computed with. Sionna's random generators are left as they were found.

    Raises ReceiverUnavailable, TransmitterUnavailable, CodingUnavailable for what cannot be evaluated, and ReceiverFault where a
    receiver returns LLRs that are not finite.
    """
    link = Link(configuration, channel)
    with sionna_generators():
        batch = _simulated(link, seed, stopping, progress)
    return _result(link, batch, seed, stopping, budget)


def _simulated(link: Link, seed: int, stopping: Stopping, progress: Progress | None) -> Batch:
    at_once, batches, slots = link.slots_at_once(stopping.batch), list[Batch](), 0
    while slots + at_once <= stopping.max_slots:
        batches.append(link.run(at_once, seed, len(batches)))
        slots += at_once
        reached = intervals.half_width(intervals.block_error_rate(_failures(batches), slots))
        if progress is not None:
            progress(slots, reached)
        if stopping.enough(slots, reached):
            break
    return Batch.joined(batches)


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
    """NMSE in dB; None where nothing was estimated (perfect knowledge has no error to state)."""
    if estimation is None or estimation[0] == 0.0:
        return None
    return 10.0 * log10(estimation[0] / estimation[1])


def _provenance(link: Link, seed: int) -> Provenance:
    channel = link.channel
    described = [link.configuration.model_dump(mode="json"), channel.model_dump(mode="json")]
    faded = (
        "AWGN"
        if channel.profile == "AWGN"
        else f"TR 38.901 {channel.profile}, {channel.delay_spread_ns:g} ns, {channel.speed_mps:g} m/s"
    )
    return Provenance(
        source=f"Sionna link simulation, receiver {link.receiver.name} {version_of(link.receiver)[:12]}".rstrip(),
        kind="simulation",
        version=f"sionna {version('sionna-no-rt')}",
        observed_at=datetime.now(UTC),
        channel_model=faded,
        configuration_digest=digest_of(described),
        seeds=(seed,),
    )


def _warnings(link: Link, bler: Estimate, slots: int, stopping: Stopping) -> tuple[str, ...]:
    said, reached = [], intervals.half_width(bler)
    if not stopping.enough(slots, reached):
        said.append(
            f"stopped at {slots} slots with the BLER known to ± {reached:.3f}, not to ± {stopping.half_width:g}: raise max_slots"
            f"={stopping.max_slots} for a narrower interval"
        )
    if link.configuration.receiver != "classical" and not hasattr(link.receiver, "operations"):
        said.append(f"receiver {link.receiver.name!r} does not count its operations: delay_ms is without its detection")
    return tuple(said)
