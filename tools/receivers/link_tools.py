"""`evaluate_link` and `compare_receivers`: the link twin's simulation as tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from policies.effect import Effect
from policies.evidence import Coverage, Evidence
from tools.context import ToolContext
from tools.contract import ToolRequest, ToolValue, tool
from tools.receivers.choice import every_receiver, with_receiver
from tools.receivers.comparison import PRECISION, Compared, compare
from tools.receivers.latency import REFERENCE, paired_ratios
from twins.link.configuration import ChannelConfiguration, LinkConfiguration
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
    """Which link, on which channel, how precisely."""

    configuration: LinkConfiguration
    channel: ChannelConfiguration
    stopping: Stopping = Field(default=PRECISION, description="when the block error rate is known well enough")


class CompareReceivers(ToolRequest):
    """Which link, on which channel, by which receivers; `configuration` leaves out receiver, estimator and detector."""

    configuration: LinkConfiguration
    channel: ChannelConfiguration
    receivers: tuple[str, ...] = Field(
        default=(), description="names such as ls+lmmse, lmmse+lmmse, perfect+lmmse, deeprx; empty for all that are installed"
    )
    adapt_to: str | None = Field(
        default=None,
        description="the receiver in use, such as ls+lmmse: all are compared at the MCS that its link adaptation settles at, in"
        " place of configuration.mcs_index, and each row tells the MCS that its receiver would settle at",
    )
    stopping: Stopping = Field(default=PRECISION, description="when the block error rate is known well enough")


class ReceiverRow(ToolValue):
    """One receiver's quality on the link, its time per slot relative to LS + LMMSE here, and its card's word on the link."""

    receiver: str
    rank: int = Field(description="1 is best: by throughput, then uncoded bit error rate")
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
        description="MCS index with a block error rate of at most 0.1 with this receiver; None unless adapt_to is given",
    )
    realizable: bool = Field(description="false for perfect channel knowledge, a bound that no receiver reaches")


class ReceiverComparison(ToolValue):
    """Rows by rank, receivers that cannot receive this link with reasons, and the recommendation: None where none is covered.

    `mcs_index` is the one that all were compared at.
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
        summary=f"{request.configuration.receiver_name} at {result.snr_db:g} dB: {_told(result)}",
        value=result,
        provenance=result.provenance,
        coverage=result.coverage,
        uncertainty=f"95 % intervals over {result.slots} slots",
        warnings=result.warnings,
    )


@tool(effect=Effect.REASON, raises=(*UNAVAILABLE, NotCovered), timeout_s=900)
def compare_receivers(context: ToolContext, request: CompareReceivers) -> Evidence[ReceiverComparison]:
    """Compare receivers on one link: the same bits, channels and noise for each, ranked, with what their data cards cover."""
    if request.configuration.receiver != "classical" or request.configuration.estimator or request.configuration.detector:
        raise ReceiverUnavailable(
            f"configuration.receiver={request.configuration.receiver_name!r}: leave receiver, estimator and detector out and name"
            " them in receivers"
        )
    names = request.receivers or every_receiver(request.configuration)
    warnings: list[str] = []
    if request.adapt_to is not None:
        settled = _settled(request, request.adapt_to, context.seed)
        adapted = request.configuration.model_copy(update={"mcs_index": settled.mcs_index})
        request = request.model_copy(update={"configuration": adapted})
        if not settled.meets_target:
            warnings.append(
                f"{request.adapt_to} holds a block error rate of 0.1 at no MCS: compared at the lowest, {settled.mcs_index}"
            )
    compared = compare(request.configuration, request.channel, names, seed=context.seed, stopping=request.stopping)
    results = {one.receiver: one.result for one in compared if one.result is not None}
    if not results:
        raise ReceiverUnavailable("; ".join(dict.fromkeys(one.reason for one in compared)))
    rows = _ranked(request, results, context.seed)
    chosen, reason = _recommendation(rows)
    value = ReceiverComparison(
        mcs_index=request.configuration.mcs_index,
        rows=rows,
        unavailable=_unavailable(compared),
        recommendation=chosen,
        reason=reason,
    )
    first = next(iter(results.values()))
    return Evidence(
        summary=f"{len(rows)} receivers at {first.snr_db:g} dB, MCS {value.mcs_index}: {reason}",
        value=value,
        provenance=first.provenance.model_copy(update={"source": "Sionna link simulation, " + ", ".join(results)}),
        coverage=_coverage(rows),
        uncertainty="95 % intervals over the slots of each row; the same slots for each receiver",
        warnings=(*warnings, *(f"{name}: {said}" for name, result in results.items() for said in result.warnings)),
    )


def _settled(request: CompareReceivers, name: str, seed: int) -> AdaptedMcs:
    from twins.link.table.adaptation import adapted_mcs

    return adapted_mcs(with_receiver(request.configuration, name), request.channel, seed)


def _ranked(request: CompareReceivers, results: dict[str, LinkResult], seed: int) -> tuple[ReceiverRow, ...]:
    order = sorted(results, key=lambda name: (-results[name].throughput_mbps.value, results[name].uncoded_ber.value))
    return tuple(_row(request, name, rank, results[name], seed) for rank, name in enumerate(order, start=1))


def _row(request: CompareReceivers, name: str, rank: int, result: LinkResult, seed: int) -> ReceiverRow:
    settled = None if request.adapt_to is None else _settled(request, name, seed)
    taken = ("bler", "ber", "uncoded_ber", "throughput_mbps", "delay_ms", "nmse_db", "slots", "coverage")
    return ReceiverRow(
        receiver=name,
        rank=rank,
        latency_ratio=_latency(name, result, with_receiver(request.configuration, REFERENCE), request.channel),
        adapted_mcs=settled.mcs_index if settled is not None and settled.meets_target else None,
        realizable=not name.startswith("perfect"),
        **{field: getattr(result, field) for field in taken},
    )


def _latency(name: str, result: LinkResult, reference: LinkConfiguration, channel: ChannelConfiguration) -> float:
    if name == REFERENCE:
        return 1.0
    ratios, _ = paired_ratios((result.configuration, reference), channel, _LATENCY_SLOTS, _LATENCY_PAIRS)
    return float(sorted(ratios)[len(ratios) // 2])


def _recommendation(rows: tuple[ReceiverRow, ...]) -> tuple[str | None, str]:
    """The fastest of the covered, realizable receivers that the best of them is not surely better than."""
    candidates = [row for row in rows if row.realizable and row.coverage.covered]
    if not candidates:
        outside = [row.receiver for row in rows if row.realizable]
        return None, f"nothing is recommended: no card covers this link ({', '.join(outside) or 'only bounds were compared'})"
    best = candidates[0]
    alike = [row for row in candidates if row.throughput_mbps.interval.high >= best.throughput_mbps.value]
    alike = [row for row in alike if row.bler.value <= best.bler.interval.high]
    chosen = min(alike, key=lambda row: row.latency_ratio)
    if chosen is best:
        return best.receiver, f"{best.receiver} delivers most, {best.throughput_mbps.value:.3g} Mbit/s"
    return chosen.receiver, f"{chosen.receiver} is the fastest of those that {best.receiver}, the best, is not surely better than"


def _coverage(rows: tuple[ReceiverRow, ...]) -> Coverage:
    outside = [(row.receiver, reason) for row in rows for reason in row.coverage.reasons]
    return Coverage(covered=not outside, reasons=tuple(f"{name}: {reason}" for name, reason in outside))


def _unavailable(compared: tuple[Compared, ...]) -> dict[str, str]:
    return {one.receiver: one.reason for one in compared if one.result is None}


def _told(result: LinkResult) -> str:
    bler = result.bler
    return f"BLER {bler.value:.3f} ({bler.interval.low:.3f}–{bler.interval.high:.3f}), {result.throughput_mbps.value:.3g} Mbit/s"
