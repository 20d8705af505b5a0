"""Questions about one radio link: simulate it in the link twin, and tell what lowers its block error rate.

At three or more SNRs, or if the operator asks about power, pilots or receivers, the link is examined for an error floor: power
cannot help against one, more DMRS symbols are tried before another receiver, and receivers get identical pilots.
"""

from __future__ import annotations

from typing import Any, Final

from agents.heuristics.evidence_reader import answer_to
from agents.planner import Decision, Finish, View
from agents.understanding.result import LinkQuestion
from agents.workflows.calls import call, failure_of, malformed_evidence, pending
from policies.statistics.error_floor import MIN_LEVELS, RateAtSnr, Trend, snr_trend
from policies.statistics.proportion import proportion
from tools.calls.tool_call import ToolCall
from tools.receivers.conditions import bits_per_symbol, code_rate
from tools.receivers.floor.finding import FloorFinding, bler_text
from tools.receivers.floor.floor_tool import examine_error_floor
from tools.receivers.link_tools import evaluate_link
from twins.link.energy_per_bit import describe_snr, energy_ratio_db
from twins.link.result import LinkResult

_STEPS_DB: Final = (0.0, 5.0, 10.0)  # what more power could bring
_MAX_SNR_DB: Final = 60.0
_BATCH: Final = 32
_ASSUMED_BLOCKS: Final = 100  # of a stated error rate without a count


def answer_link(view: View, question: LinkQuestion, slots: int) -> Decision:
    """Simulate the link over `slots` slots at each SNR, or finish with the answer."""
    calls = _calls(question, slots)
    decision: Decision | None = pending(view, calls) or failure_of(view, calls)
    if decision is not None:
        return decision
    found: list[str] = []
    for made in calls:
        floor = answer_to(view.observations, examine_error_floor, made)
        result = answer_to(view.observations, evaluate_link, made)
        if floor is None and result is None:
            return malformed_evidence(made)
        found += _of_floor(question, floor) if floor else [_of_link(question, result)] if result else []
    return Finish(summary=". ".join([_read_back(question), *_observed(question), *found, *_assumed(question)]))


def _calls(question: LinkQuestion, slots: int) -> list[ToolCall]:
    levels, stopping = _levels(question), _stopping(slots)
    link = question.configuration.model_dump(mode="json", exclude={"receiver", "estimator", "detector", "transmitter"})
    if len(levels) >= MIN_LEVELS:
        arguments: dict[str, Any] = {"channel": _at(question, levels[0]), "snrs_db": list(levels), "receiver": question.receiver}
        reason = "whether more SNR, more pilots or another receiver lowers the block error rate"
        return [call("examine_error_floor", reason, configuration=link, stopping=stopping, **arguments)]
    estimator, _, detector = question.receiver.partition("+")
    link |= {"estimator": estimator, "detector": detector} if detector else {"receiver": question.receiver}
    reason = "the block error rate of the link"
    return [
        call("evaluate_link", reason, configuration=link, channel=_at(question, level), stopping=stopping) for level in levels
    ]


def _levels(question: LinkQuestion) -> tuple[float, ...]:
    stated = question.levels_db or (question.channel.received_snr_db(question.configuration),)
    if not question.asks_remedy or len(stated) >= MIN_LEVELS:
        return stated
    return tuple(sorted({*stated, *(round(min(max(stated) + step, _MAX_SNR_DB), 3) for step in _STEPS_DB)}))


def _at(question: LinkQuestion, snr_db: float) -> dict[str, Any]:
    return question.channel.model_copy(update={"snr_db": snr_db}).model_dump(mode="json", exclude_none=True)


def _stopping(slots: int) -> dict[str, Any]:
    batch = min(_BATCH, slots)
    whole = batch * max(slots // batch, 1)
    return {"half_width": 0.5, "min_slots": whole, "max_slots": whole, "batch": batch}


def _read_back(question: LinkQuestion) -> str:
    link, channel = question.configuration, question.channel
    rate, bits = code_rate(link), bits_per_symbol(link)
    return (
        f"Link: MCS {link.mcs_index} of table {link.mcs_table} ({bits} bits per symbol, rate {rate:.3f}), {link.prbs} PRBs,"
        f" {link.dmrs_symbols} DMRS symbol{'s' if link.dmrs_symbols > 1 else ''}, {link.rx_antennas} receive antennas,"
        f" {channel.profile} {channel.delay_spread_ns:g} ns, {channel.speed_mps:.3g} m/s, receiver {question.receiver}"
    )


def _observed(question: LinkQuestion) -> list[str]:
    """Return what the operator's own error rates show."""
    if question.observed_bler is None:
        return []
    stated = f"Stated BLER {100 * question.observed_bler:g} %"
    if len(question.levels_db) < MIN_LEVELS:
        return [f"{stated} at fewer than three SNRs, which cannot show whether more power helps"]
    rate = proportion(round(question.observed_bler * _ASSUMED_BLOCKS), _ASSUMED_BLOCKS)
    trend = snr_trend([RateAtSnr(snr_db=level, value=rate.value, interval=rate.interval) for level in question.levels_db])
    levels = ", ".join(f"{level:g}" for level in question.levels_db)
    verdict = (
        "an SNR-independent error floor, so raising the power cannot help" if trend.trend is Trend.FLOOR else trend.trend.value
    )
    return [f"{stated} at {levels} dB: {verdict} (no block counts were stated: judged as over {_ASSUMED_BLOCKS} blocks each)"]


def _of_floor(question: LinkQuestion, floor: FloorFinding) -> list[str]:
    sentences = list(floor.sentences())
    last = floor.trend.levels[-1]
    if question.observed_bler is not None and not last.interval.contains(question.observed_bler):
        stated = f"{100 * question.observed_bler:g} %"
        sentences.append(
            f"The link twin's BLER differs from the stated {stated}: MCS, profile or antennas of the real link are others, so its"
            " figures show the order of the remedies, not the rates to expect"
        )
    return sentences


def _of_link(question: LinkQuestion, result: LinkResult) -> str:
    ratio = energy_ratio_db(bits_per_symbol(question.configuration), code_rate(question.configuration))
    return (
        f"BLER {bler_text(result.bler)} over {result.slots} slots, {result.throughput_mbps.value:.3g} Mbit/s,"
        f" {describe_snr(result.snr_db)}; this is {result.snr_db - ratio:.2f} dB Eb/N0 at this rate, without grid overhead"
    )


def _assumed(question: LinkQuestion) -> list[str]:
    return [f"Assumed: {'; '.join(question.assumptions)}"] if question.assumptions else []
