"""The text of an estimator recommendation: what to do, what was observed and compared, what was assumed and what is missing."""

from __future__ import annotations

from typing import Final

from agents.heuristics.situation import Situation
from agents.planner import View
from agents.understanding.conditions import Motion
from agents.workflows.degradation_summary import degradation_summary
from agents.workflows.receiver_judgement import BOUND, LEARNED, NAMES, Outcome, format_bler, format_mcs
from agents.workflows.receiver_trials import PROFILE, AnsweredTrial, receiver_in_use
from tools.ran.cqi_sinr import SinrQuantile
from tools.ran.link_conditions import CellConditions
from tools.ran.link_facts import LinkFact
from tools.receivers.link_tools import ReceiverRow
from twins.link.energy_per_bit import SNR_DEFINITION

_FACT_NAMES: Final = {
    "dmrs_symbols": "DMRS", "delay_spread_ns": "delay spread", "rx_antennas": "receive antennas", "uplink_sinr": "uplink SINR",
    "csi_error": "channel estimation error statistics",
}  # fmt: skip


def recommendation_of(outcome: Outcome, cell: CellConditions, motion: Motion) -> str:
    """Return the recommended action in a line."""
    speeds = f"terminals at {motion.low_mps:g} to {motion.high_mps:g} m/s"
    return f"estimate the channel of {cell.cell} by {NAMES[outcome.chosen]} for {speeds}"


def summary_of(outcome: Outcome, cell: CellConditions, situation: Situation, motion: Motion, view: View) -> str:
    """Return the recommendation with its reasons, figures and assumptions."""
    parts = [
        f"recommended: {recommendation_of(outcome, cell, motion)}",
        _why(outcome),
        *(_comparison(comparison) for comparison in outcome.comparisons),
        f"Precision: 95 % intervals over {_slots(outcome)} slots per link; same bits, channels and noise for each estimator",
        SNR_DEFINITION,
        _observed(cell, view),
        _assumed(cell, motion),
        _missing(cell),
    ]
    if len(situation.cells) > 1:
        parts.append(
            f"{cell.cell} has the most block errors of {len(situation.cells)} cells; the others may need another estimator"
        )
    return ". ".join(part for part in parts if part)


def _why(outcome: Outcome) -> str:
    failed = [f"{check.name}: {check.detail}" for check in outcome.checks if not check.passed]
    if outcome.chosen == LEARNED:
        details = "; ".join(check.detail for check in outcome.checks)
        fallback = "return to the classical estimator if CARR.AverageBlerDl rises, or outside its data card"
        return f"DeepRx: {details}. Enable it for these terminals only; {fallback}"
    if not outcome.is_covered:
        return (
            f"Fallback to the classical estimator: DeepRx's data card does not cover this case. {'; '.join(failed)}. More data is"
            " needed: links under these conditions, and training on them"
        )
    return f"DeepRx is covered by its data card, but is not chosen: {'; '.join(failed)}"


def _comparison(comparison: AnsweredTrial) -> str:
    channel, link = comparison.request.channel, comparison.request.configuration
    rows = sorted(comparison.value.rows, key=lambda row: list(NAMES).index(row.receiver))
    conditions = (
        f"{channel.snr_db:.1f} dB SNR per antenna, MCS {comparison.value.mcs_index}, {link.prbs} PRBs, {link.dmrs_symbols} DMRS,"
        f" {channel.delay_spread_ns:g} ns, {channel.speed_mps:g} m/s"
    )
    purpose = "" if comparison.trial.decides else ", only to show the effect of the pilot pattern"
    blers = ", ".join(f"{NAMES[row.receiver]} {format_bler(row)}{_nmse(row)}" for row in rows)
    max_mcs = ", ".join(f"{NAMES[row.receiver]} {format_mcs(row)}" for row in rows)
    name = comparison.trial.name
    return f"{name[0].upper()}{name[1:]} ({conditions}{purpose}): BLER {blers}; highest MCS with 10 % BLER: {max_mcs}"


def _nmse(row: ReceiverRow) -> str:
    return "" if row.nmse_db is None or row.receiver == BOUND else f" NMSE {row.nmse_db:.1f} dB"


def _slots(outcome: Outcome) -> str:
    slots = sorted({row.slots for comparison in outcome.comparisons for row in comparison.value.rows})
    return f"{slots[0]}" if len(slots) == 1 else f"{slots[0]} to {slots[-1]}"


def _observed(cell: CellConditions, view: View) -> str:
    errors = cell.block_errors
    bler = "no block errors were counted" if errors.mean is None else f"CARR.AverageBlerDl {errors.mean:.3g} %"
    if errors.p_value is not None:
        bler += f" ({errors.before:.3g} → {errors.newest:.3g} %, p = {errors.p_value:.2g} for a rise)"
    reports = sum(cell.cqi_reports)
    sinr = ", ".join(f"{100 * level.sinr.share:.0f} % {_sinr(level.sinr)}" for level in cell.levels)
    degradation = degradation_summary(view.observations, cell.cell)
    return f"Observed on the network: {bler}; SINR quantiles from {reports} CQI reports: {sinr}; {degradation}"


def _sinr(sinr: SinrQuantile) -> str:
    if sinr.high_db is None:
        return f"at least {sinr.sinr_db:.1f} dB"
    return f"{'at most ' if sinr.low_db is None else ''}{sinr.sinr_db:.1f} dB"


def _assumed(cell: CellConditions, motion: Motion) -> str:
    in_use = NAMES[receiver_in_use(cell)]
    notes = [f"speed from {motion.words!r}", f"one layer, {PROFILE} fading, the MCS of the link adaptation with {in_use}"]
    notes += [f"{_name(fact)} {_value(fact)} ({fact.source})" for fact in cell.facts if fact.origin == "assumed"]
    return "Assumed for lack of data: " + "; ".join(notes)


def _value(fact: LinkFact) -> str:
    return f"{fact.value:g} {fact.unit}".rstrip() if isinstance(fact.value, float) else str(fact.value)


def _name(fact: LinkFact) -> str:
    return _FACT_NAMES.get(fact.name) or fact.name.replace("_", " ")


def _missing(cell: CellConditions) -> str:
    names = [f"{_name(fact)} ({fact.source})" for fact in cell.facts if fact.origin == "missing" and fact.name != "speed"]
    return f"Missing: {'; '.join(names)}" if names else ""
