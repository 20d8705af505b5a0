"""The estimator that a cell should use, from the comparisons; a difference within the confidence interval does not count.

1. The classical choice is LMMSE if it is better than LS in a matched comparison and worse in none, else LS.
2. The learned receiver is chosen if its card covers every comparison, it is better than both in a matched comparison, worse than
   the better of the two in none, and its processing of the whole carrier ends within a slot.
Better means that the block error rate at the MCS in use is distinguishably lower, that is that the 95 % interval of the
difference excludes zero (`policies.statistics.difference`), or that the highest MCS with at most 10 % BLER is at least
`MCS_STEPS` higher; worse is the reverse. All receivers get the same bits, pilots, channels and noise, under the same stopping
rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agents.workflows.receiver_trials import AnsweredTrial
from policies.statistics.difference import Difference, difference
from tools.ran.link_conditions import CellConditions
from tools.receivers.link_tools import ReceiverRow

LS, LMMSE, LEARNED, BOUND = "ls+lmmse", "lmmse+lmmse", "deeprx", "perfect+lmmse"
NAMES: Final = {LS: "LS", LMMSE: "LMMSE", LEARNED: "DeepRx", BOUND: "perfect CSI"}
MCS_STEPS = 2  # a single step is within the precision of a comparison
Pair = tuple[AnsweredTrial, ReceiverRow | None, ReceiverRow | None]


@dataclass(frozen=True)
class Check:
    """A condition for choosing the learned receiver, whether it holds, and the figures."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class Outcome:
    """The chosen receiver, and why."""

    chosen: str
    checks: tuple[Check, ...]
    comparisons: tuple[AnsweredTrial, ...]

    @property
    def is_covered(self) -> bool:
        """Whether the learned receiver's data card covers the comparisons."""
        return next(check.passed for check in self.checks if check.name == "card")


def judge(comparisons: Sequence[AnsweredTrial], cell: CellConditions) -> Outcome | None:
    """Return the outcome for a cell, None if a classical receiver does not support one of its links."""
    deciding = [comparison for comparison in comparisons if comparison.trial.decides]
    if not deciding or any(comparison.row(LS) is None or comparison.row(LMMSE) is None for comparison in deciding):
        return None
    lmmse_ls = [(comparison, comparison.row(LMMSE), comparison.row(LS)) for comparison in deciding]
    classical = LMMSE if _is_better(lmmse_ls) and not _worse(lmmse_ls) else LS
    learned = [(comparison, comparison.row(LEARNED), _best_classical(comparison)) for comparison in deciding]
    checks = (_card(deciding), _gain(learned), _nearby(learned), _latency(deciding, cell))
    return Outcome(LEARNED if all(check.passed for check in checks) else classical, checks, tuple(comparisons))


def _best_classical(comparison: AnsweredTrial) -> ReceiverRow | None:
    rows = [row for row in (comparison.row(LS), comparison.row(LMMSE)) if row is not None]
    return min(rows, key=lambda row: (row.bler.value, -_max_mcs(row)), default=None)


def _is_better(pairs: Sequence[Pair]) -> bool:
    """Whether the first receiver is significantly better than the second in a matched comparison."""
    return any(comparison.trial.matched and a and b and (_fewer_errors(a, b) or _higher_mcs(a, b)) for comparison, a, b in pairs)


def _worse(pairs: Sequence[Pair]) -> list[str]:
    """Return the names of the comparisons in which the first receiver is significantly worse than the second."""
    return [comparison.trial.name for comparison, a, b in pairs if a and b and (_more_errors(a, b) or _higher_mcs(b, a))]


def _fewer_errors(a: ReceiverRow, b: ReceiverRow) -> bool:
    return difference(a.bler, b.bler).is_lower


def _more_errors(a: ReceiverRow, b: ReceiverRow) -> bool:
    return difference(a.bler, b.bler).is_higher


def _higher_mcs(a: ReceiverRow, b: ReceiverRow) -> bool:
    return _max_mcs(a) >= _max_mcs(b) + MCS_STEPS


def _max_mcs(row: ReceiverRow) -> int:
    """Return the highest MCS with at most 10 % BLER, -1 if none."""
    return -1 if row.adapted_mcs is None else row.adapted_mcs


def _card(comparisons: Sequence[AnsweredTrial]) -> Check:
    reasons = []
    for comparison in comparisons:
        row = comparison.row(LEARNED)
        if row is None:
            reasons.append(comparison.value.unavailable.get(LEARNED, "it was not compared"))
        elif not row.coverage.covered:
            reasons += row.coverage.reasons
    detail = "; ".join(dict.fromkeys(reasons)) or f"its data card covers all {len(comparisons)} conditions"
    return Check("card", not reasons, detail)


def _gain(pairs: Sequence[Pair]) -> Check:
    matched = [(comparison.trial.name, a, b) for comparison, a, b in pairs if comparison.trial.matched and a and b]
    blers = [
        f"{name} {100 * a.bler.value:.1f} % against {NAMES[b.receiver]} {format_bler(b)}, {_describe(difference(a.bler, b.bler))}"
        for name, a, b in matched
    ]
    max_mcs = [f"{name} {format_mcs(a)} against {format_mcs(b)}" for name, a, b in matched]
    fewer = any(_fewer_errors(a, b) for _, a, b in matched)
    higher = any(_higher_mcs(a, b) for _, a, b in matched)
    errors = "significantly fewer block errors" if fewer else "not significantly fewer block errors"
    mcs = "a higher MCS at 10 % BLER" if higher else f"no MCS higher by {MCS_STEPS} or more at 10 % BLER"
    detail = [
        f"{errors} than the better classical estimator: {', '.join(blers) or 'not compared'}",
        f"{mcs}: {', '.join(max_mcs) or 'not compared'}",
    ]
    return Check("gain", fewer or higher, "; ".join(detail))


def _nearby(pairs: Sequence[Pair]) -> Check:
    worse = _worse(pairs)
    detail = (
        f"more block errors or a lower MCS at 10 % BLER in: {', '.join(worse)}"
        if worse
        else "not worse in any condition, including nearby ones"
    )
    return Check("nearby", not worse, detail)


def _latency(comparisons: Sequence[AnsweredTrial], cell: CellConditions) -> Check:
    """Compare the delay model's processing time, scaled from the allocation to the carrier's PRBs, with the slot duration."""
    slot_ms = 15.0 / cell.subcarrier_khz
    rows = [row for comparison in comparisons if (row := comparison.row(LEARNED)) is not None]
    if not rows:
        return Check("latency", False, "not measured")
    share = cell.prbs / cell.allocation_prbs
    processing_ms = max(row.delay_ms - slot_ms for row in rows) * share
    ratio = sorted(row.latency_ratio for row in rows)[len(rows) // 2]
    detail = (
        f"{processing_ms:.3f} ms of processing for {cell.prbs} PRBs by the delay model, slot {slot_ms:g} ms; on this machine it"
        f" takes {ratio:.1f} times as long as LS"
    )
    return Check("latency", processing_ms <= slot_ms, detail)


def _describe(change: Difference) -> str:
    """Return the difference of two block error rates with its interval, percentage points, and what it shows."""
    low, high = change.interval.low, change.interval.high
    return f"difference {100 * change.value:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f}): {change.finding.value}"


def format_bler(row: ReceiverRow) -> str:
    """Return the block error rate with its interval, percent."""
    bler = row.bler
    return f"{100 * bler.value:.1f} % ({100 * bler.interval.low:.1f}–{100 * bler.interval.high:.1f})"


def format_mcs(row: ReceiverRow) -> str:
    """Return the highest MCS with at most 10 % BLER, or "none"."""
    return "none" if row.adapted_mcs is None else str(row.adapted_mcs)
