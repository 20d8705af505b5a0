"""`evaluate_link` and `compare_receivers`: the link twin's simulation as tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Coverage, Evidence
from policies.statistics.difference import Finding, difference
from tools.context import ToolContext
from tools.contract import ToolRequest, ToolValue, tool
from tools.receivers.choice import all_receivers, with_receiver
from tools.receivers.comparison import PRECISION, ReceiverResult, compare
from tools.receivers.latency import REFERENCE, paired_ratios
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
from twins.link.energy_per_bit import describe_snr
from twins.link.receiver import ReceiverUnavailable
from twins.link.result import Estimate, LinkResult
from twins.link.simulation.stopping import Stopping
from twins.link.table.not_covered import NotCovered
from twins.link.transmitter import TransmitterUnavailable

if TYPE_CHECKING:
    from twins.link.table.adaptation import AdaptedMcs

UNAVAILABLE = (ReceiverUnavailable, TransmitterUnavailable)
_LATENCY_SLOTS, _LATENCY_PAIRS = 8, 7


class EvaluateLink(ToolRequest):
    """Link configuration, channel and precision."""

    configuration: LinkConfiguration
    channel: ChannelConfiguration
    stopping: Stopping = Field(default=PRECISION, description="precision of the block error rate at which simulation stops")


class CompareReceivers(ToolRequest):
    """Link configuration without receiver, estimator and detector, channel, and the receivers to compare."""

    configuration: LinkConfiguration
    channel: ChannelConfiguration
    receivers: tuple[str, ...] = Field(
        default=(), description="names such as ls+lmmse, lmmse+lmmse, perfect+lmmse, deeprx; empty for all that are installed"
    )
    adapt_to: str | None = Field(
        default=None,
        description="the receiver in use, such as ls+lmmse: all are compared at the MCS that its link adaptation converges to, in"
        " place of configuration.mcs_index, and each row has the MCS that its own receiver would converge to",
    )
    stopping: Stopping = Field(default=PRECISION, description="precision of the block error rate at which simulation stops")


class ReceiverRow(ToolValue):
    """One receiver's quality on the link, its time per slot relative to LS + LMMSE, and its data card's coverage of the link."""

    receiver: str
    rank: int = Field(description="order of the point estimates: by throughput, then uncoded bit error rate")
    throughput_to_best: Finding = Field(description="its throughput against that of rank 1, by the interval of the difference")
    bler: Estimate
    ber: Estimate
    uncoded_ber: Estimate
    throughput_mbps: Estimate
    delay_ms: float
    nmse_db: float | None
    latency_ratio: float = Field(description="median time of estimation and detection over that of ls+lmmse, on this machine")
    slots: int
    coverage: Coverage
    adapted_mcs: int | None = Field(
        default=None,
        description="MCS index with a block error rate of at most 0.1 with this receiver; None unless adapt_to is set",
    )
    realizable: bool = Field(description="false for perfect CSI, a bound that no receiver reaches")


class ReceiverComparison(ToolValue):
    """Rows by rank, receivers that cannot receive this link with reasons, and the recommendation.

    `mcs_index` is the MCS of the comparison. `recommendation` is None if no data card covers the link.
    """

    mcs_index: int
    rows: tuple[ReceiverRow, ...]
    unavailable: dict[str, str]
    recommendation: str | None
    reason: str


@tool(effect=Effect.REASON, raises=UNAVAILABLE, timeout_s=600)
def evaluate_link(context: ToolContext, request: EvaluateLink) -> Evidence[LinkResult]:
    """Simulate a link configuration on a channel end to end: BLER, BER, throughput and delay with confidence intervals."""
    from twins.link.simulation.simulation import simulate

    result = simulate(request.configuration, request.channel, seed=context.seed, stopping=request.stopping)
    return Evidence(
        summary=f"{request.configuration.receiver_name} {describe_snr(result.snr_db)}: {_summary(result)}",
        value=result,
        provenance=result.provenance,
        coverage=result.coverage,
        uncertainty=f"95 % intervals over {result.slots} slots",
        warnings=result.warnings,
    )


@tool(effect=Effect.REASON, raises=(*UNAVAILABLE, NotCovered), timeout_s=900)
def compare_receivers(context: ToolContext, request: CompareReceivers) -> Evidence[ReceiverComparison]:
    """Compare and rank receivers on one link with the same bits, channels and noise, and check each against its data card."""
    if request.configuration.receiver != "classical" or request.configuration.estimator or request.configuration.detector:
        raise ReceiverUnavailable(
            f"configuration.receiver={request.configuration.receiver_name!r}: leave receiver, estimator and detector out and name"
            " them in receivers"
        )
    names = request.receivers or all_receivers(request.configuration)
    warnings: list[str] = []
    if request.adapt_to is not None:
        adapted = _adapted(request, request.adapt_to, context.seed)
        configuration = request.configuration.model_copy(update={"mcs_index": adapted.mcs_index})
        request = request.model_copy(update={"configuration": configuration})
        if not adapted.meets_target:
            warnings.append(
                f"{request.adapt_to} meets a block error rate of 0.1 at no MCS: compared at the lowest, {adapted.mcs_index}"
            )
    compared = compare(request.configuration, request.channel, names, seed=context.seed, stopping=request.stopping)
    results = {receiver.receiver: receiver.result for receiver in compared if receiver.result is not None}
    if not results:
        raise ReceiverUnavailable("; ".join(dict.fromkeys(receiver.reason for receiver in compared)))
    rows = _ranked(request, results, context.seed)
    recommendation, reason = _recommendation(rows)
    value = ReceiverComparison(
        mcs_index=request.configuration.mcs_index,
        rows=rows,
        unavailable=_unavailable(compared),
        recommendation=recommendation,
        reason=reason,
    )
    first = next(iter(results.values()))
    return Evidence(
        summary=f"{len(rows)} receivers at {first.snr_db:g} dB SNR (Es/N0), MCS {value.mcs_index}: {reason}",
        value=value,
        provenance=first.provenance.model_copy(update={"source": "Sionna link simulation, " + ", ".join(results)}),
        coverage=_coverage(rows),
        uncertainty="95 % intervals over the slots of each row; the same slots for each receiver",
        warnings=(*warnings, *(f"{name}: {warning}" for name, result in results.items() for warning in result.warnings)),
    )


def _adapted(request: CompareReceivers, name: str, seed: int) -> AdaptedMcs:
    from twins.link.table.adaptation import adapted_mcs

    return adapted_mcs(with_receiver(request.configuration, name), request.channel, seed)


def _ranked(request: CompareReceivers, results: dict[str, LinkResult], seed: int) -> tuple[ReceiverRow, ...]:
    order = sorted(results, key=lambda name: (-results[name].throughput_mbps.value, results[name].uncoded_ber.value))
    best = results[order[0]]
    return tuple(_row(request, name, rank, results[name], best, seed) for rank, name in enumerate(order, start=1))


def _row(request: CompareReceivers, name: str, rank: int, result: LinkResult, best: LinkResult, seed: int) -> ReceiverRow:
    adapted = None if request.adapt_to is None else _adapted(request, name, seed)
    copied = ("bler", "ber", "uncoded_ber", "throughput_mbps", "delay_ms", "nmse_db", "slots", "coverage")
    return ReceiverRow(
        receiver=name,
        rank=rank,
        throughput_to_best=difference(result.throughput_mbps, best.throughput_mbps).finding,
        latency_ratio=_latency(name, result, with_receiver(request.configuration, REFERENCE), request.channel),
        adapted_mcs=adapted.mcs_index if adapted is not None and adapted.meets_target else None,
        realizable=not name.startswith("perfect"),
        **{field: getattr(result, field) for field in copied},
    )


def _latency(name: str, result: LinkResult, reference: LinkConfiguration, channel: ChannelConfiguration) -> float:
    if name == REFERENCE:
        return 1.0
    ratios, _ = paired_ratios((result.configuration, reference), channel, _LATENCY_SLOTS, _LATENCY_PAIRS)
    return float(sorted(ratios)[len(ratios) // 2])


def _recommendation(rows: tuple[ReceiverRow, ...]) -> tuple[str | None, str]:
    """The covered, realizable receiver of lowest latency among those not distinguishable from the best, or better."""
    candidates = [row for row in rows if row.realizable and row.coverage.covered]
    if not candidates:
        outside = [row.receiver for row in rows if row.realizable]
        return None, f"nothing is recommended: no card covers this link ({', '.join(outside) or 'only bounds were compared'})"
    best = candidates[0]
    equal = [row for row in candidates[1:] if not _is_worse(row, best)]
    fastest = min((best, *equal), key=lambda row: row.latency_ratio)
    if fastest is not best:
        return (
            fastest.receiver,
            f"{fastest.receiver} is the fastest receiver not significantly worse than the best, {best.receiver}",
        )
    others = ", ".join(row.receiver for row in equal)
    among = f", not distinguishable from {others}, and the lowest latency of these" if equal else ""
    return best.receiver, f"{best.receiver} has the highest throughput, {best.throughput_mbps.value:.3g} Mbit/s{among}"


def _is_worse(row: ReceiverRow, best: ReceiverRow) -> bool:
    """Whether the row has a distinguishably lower throughput or more block errors than the best."""
    return difference(row.throughput_mbps, best.throughput_mbps).is_lower or difference(row.bler, best.bler).is_higher


def _coverage(rows: tuple[ReceiverRow, ...]) -> Coverage:
    outside = [(row.receiver, reason) for row in rows for reason in row.coverage.reasons]
    return Coverage(covered=not outside, reasons=tuple(f"{name}: {reason}" for name, reason in outside))


def _unavailable(compared: tuple[ReceiverResult, ...]) -> dict[str, str]:
    return {receiver.receiver: receiver.reason for receiver in compared if receiver.result is None}


def _summary(result: LinkResult) -> str:
    bler = result.bler
    return f"BLER {bler.value:.3f} ({bler.interval.low:.3f}–{bler.interval.high:.3f}), {result.throughput_mbps.value:.3g} Mbit/s"
