"""A recommendation of an estimator in words: what to do, what was seen and compared, what was assumed or is missing."""

from __future__ import annotations

from typing import Final

from agents.heuristics.situation import Situation
from agents.planner import View
from agents.understanding.conditions import Motion
from agents.workflows.degradation_summary import degradation_words
from agents.workflows.receiver_judgement import BOUND, LEARNED, NAMES, Outcome, told_bler, told_mcs
from agents.workflows.receiver_trials import PROFILE, Compared, receiver_in_use
from tools.ran.cqi_sinr import SinrQuantile
from tools.ran.link_conditions import CellConditions
from tools.ran.link_facts import LinkFact
from tools.receivers.link_tools import ReceiverRow

_NAMES: Final = {
    "dmrs_symbols": "DMRS", "delay_spread_ns": "delay spread", "rx_antennas": "receive antennas", "uplink_sinr": "uplink SINR",
    "csi_error": "channel estimation error statistics",
}  # fmt: skip


def recommendation_of(outcome: Outcome, cell: CellConditions, motion: Motion) -> str:
    """What should be done, in a line."""
    speeds = f"terminals at {motion.low_mps:g} to {motion.high_mps:g} m/s"
    return f"estimate the channel of {cell.cell} by {NAMES[outcome.chosen]} for {speeds}"


def summary_of(outcome: Outcome, cell: CellConditions, situation: Situation, motion: Motion, view: View) -> str:
    """The whole recommendation with its figures."""
    parts = [
        f"recommended: {recommendation_of(outcome, cell, motion)}",
        _why(outcome),
        *(_told(one) for one in outcome.comparisons),
        f"Precision: 95 % intervals over {_slots(outcome)} slots a link, the same bits, channels and noise for each estimator",
        _seen(cell, view),
        _assumed(cell, motion),
        _missing(cell),
    ]
    if len(situation.cells) > 1:
        parts.append(f"{cell.cell} has most block errors of {len(situation.cells)} cells; the others may need another estimator")
    return ". ".join(part for part in parts if part)


def _why(outcome: Outcome) -> str:
    failed = [f"{one.name}: {one.told}" for one in outcome.checks if not one.passed]
    if outcome.chosen == LEARNED:
        after = "back to the classical estimator when CARR.AverageBlerDl rises, or outside its data card"
        return f"DeepRx: {'; '.join(one.told for one in outcome.checks)}. Enable it for these terminals only; {after}"
    if not outcome.is_covered:
        return (
            f"Fallback to the classical estimator: DeepRx is not covered here. {'; '.join(failed)}. More data is needed: links"
            " under these conditions, and a training on them"
        )
    return f"DeepRx is covered by its data card, but is not chosen: {'; '.join(failed)}"


def _told(one: Compared) -> str:
    channel, link = one.request.channel, one.request.configuration
    rows = [f"{NAMES[row.receiver]} {told_bler(row)}{_nmse(row)}" for row in _named(one)]
    conditions = (
        f"{channel.snr_db:.1f} dB an antenna, MCS {one.value.mcs_index}, {link.prbs} PRBs, {link.dmrs_symbols} DMRS,"
        f" {channel.delay_spread_ns:g} ns, {channel.speed_mps:g} m/s"
    )
    purpose = "" if one.trial.decides else ", only to tell what the pilot pattern is worth"
    held = ", ".join(f"{NAMES[row.receiver]} {told_mcs(row)}" for row in _named(one))
    told = f"{one.trial.name[0].upper()}{one.trial.name[1:]} ({conditions}{purpose}): BLER {', '.join(rows)}"
    return f"{told}; MCS that holds 10 % BLER: {held}"


def _named(one: Compared) -> list[ReceiverRow]:
    return sorted(one.value.rows, key=lambda row: list(NAMES).index(row.receiver))


def _nmse(row: ReceiverRow) -> str:
    return "" if row.nmse_db is None or row.receiver == BOUND else f" NMSE {row.nmse_db:.1f} dB"


def _slots(outcome: Outcome) -> str:
    slots = sorted({row.slots for one in outcome.comparisons for row in one.value.rows})
    return f"{slots[0]}" if len(slots) == 1 else f"{slots[0]} to {slots[-1]}"


def _seen(cell: CellConditions, view: View) -> str:
    errors = cell.block_errors
    told = "no block errors were counted" if errors.mean is None else f"CARR.AverageBlerDl {errors.mean:.3g} %"
    if errors.p_value is not None:
        told += f" ({errors.before:.3g} → {errors.newest:.3g} %, p = {errors.p_value:.2g} for a rise)"
    reports = sum(cell.cqi_reports)
    sinr = ", ".join(f"{100 * one.sinr.share:.0f} % {_sinr(one.sinr)}" for one in cell.levels)
    return (
        f"Seen on the network: {told}; SINR by {reports} CQI reports: {sinr}; {degradation_words(view.observations, cell.cell)}"
    )


def _sinr(sinr: SinrQuantile) -> str:
    if sinr.high_db is None:
        return f"at least {sinr.sinr_db:.1f} dB"
    return f"{'at most ' if sinr.low_db is None else ''}{sinr.sinr_db:.1f} dB"


def _assumed(cell: CellConditions, motion: Motion) -> str:
    in_use = NAMES[receiver_in_use(cell)]
    notes = [f"speed from {motion.words!r}", f"one layer, fading as {PROFILE}, the MCS of {in_use}'s link adaptation"]
    notes += [f"{_name(one)} {_value(one)} ({one.source})" for one in cell.facts if one.origin == "assumed"]
    return "Assumed, for want of data: " + "; ".join(notes)


def _value(fact: LinkFact) -> str:
    return f"{fact.value:g} {fact.unit}".rstrip() if isinstance(fact.value, float) else str(fact.value)


def _name(fact: LinkFact) -> str:
    return _NAMES.get(fact.name) or fact.name.replace("_", " ")


def _missing(cell: CellConditions) -> str:
    names = [f"{_name(one)} ({one.source})" for one in cell.facts if one.origin == "missing" and one.name != "speed"]
    return f"Missing: {'; '.join(names)}" if names else ""
