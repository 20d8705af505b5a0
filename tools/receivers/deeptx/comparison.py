"""DeepTx against PUSCH with DMRS: delivered bits per slot at equal SNR, MCS and resources, with real coding.

DeepTx sends more information bits per slot at the same code rate, because no resource element is spent on DMRS alone; how many
are delivered depends on its block errors. The comparison is therefore by goodput: delivered transport block bits per slot. The
schemes differ in their pilots by design, so their block error rates are no comparison of receivers.
"""

from __future__ import annotations

from collections.abc import Iterable

from policies.evidence import Coverage, Interval
from policies.word import Word
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.result import Estimate, LinkResult
from twins.link.simulation.simulation import simulate
from twins.link.simulation.stopping import Stopping

Scheme = tuple[str, dict[str, object]]

SCHEMES: tuple[Scheme, ...] = (
    ("deeptx", {"transmitter": "deeptx", "receiver": "deeptx"}),
    ("pusch 1 DMRS, deeprx", {"dmrs_symbols": 1, "receiver": "deeprx"}),
    ("pusch 1 DMRS, ls+lmmse", {"dmrs_symbols": 1}),
    ("pusch 2 DMRS, deeprx", {"dmrs_symbols": 2, "receiver": "deeprx"}),
    ("pusch 2 DMRS, ls+lmmse", {"dmrs_symbols": 2}),
)


class ComparisonRow(Word):
    """One scheme at one SNR: block error rate, and goodput with its interval in bits delivered per slot of air time."""

    scheme: str
    snr_db: float
    slots: int
    bler: Estimate
    goodput_bits: float
    goodput_interval: Interval
    uncoded_ber: float
    coverage: Coverage

    @property
    def goodput(self) -> Estimate:
        """The goodput with its interval."""
        return Estimate(value=self.goodput_bits, interval=self.goodput_interval)


def compare(
    configuration: LinkConfiguration,
    channel: ChannelConfiguration,
    snrs_db: Iterable[float],
    *,
    seed: int = 1,
    stopping: Stopping | None = None,
    schemes: tuple[Scheme, ...] = SCHEMES,
) -> list[ComparisonRow]:
    """Simulate every scheme at every SNR in dB on the same channel draws, with MCS, resources and antennas of `configuration`.

    Each scheme sets its own transmitter, receiver and DMRS. Raises ReceiverUnavailable or TransmitterUnavailable if a scheme is
    not available.
    """
    common = {
        name: value
        for name, value in configuration.model_dump().items()
        if name not in {"transmitter", "receiver", "estimator", "detector", "dmrs_symbols"}
    }
    rows = []
    for snr_db in snrs_db:
        at_snr = ChannelConfiguration(**{**channel.model_dump(), "snr_db": snr_db, "coupling_loss_db": None})
        for name, fields in schemes:
            result = simulate(LinkConfiguration(**common, **fields), at_snr, seed=seed, stopping=stopping or Stopping())
            rows.append(_row(name, result))
    return rows


def _row(scheme: str, result: LinkResult) -> ComparisonRow:
    throughput, bits = result.throughput_mbps, 1e6 * result.configuration.slot_seconds
    interval = throughput.interval
    return ComparisonRow(
        scheme=scheme,
        snr_db=result.snr_db,
        slots=result.slots,
        bler=result.bler,
        goodput_bits=throughput.value * bits,
        goodput_interval=Interval(low=interval.low * bits, high=interval.high * bits, confidence=interval.confidence),
        uncoded_ber=result.uncoded_ber.value,
        coverage=result.coverage,
    )
