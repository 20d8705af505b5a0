"""Which estimator a cell should use, from what the comparisons showed: never an improvement within its interval.

1. The classical choice is LMMSE where it is better than LS in a matched comparison and worse in none, else LS.
2. The learned receiver is chosen where its card covers every comparison, it is better than both in a matched one, worse than the
   better of them in none, and its processing for the whole carrier ends within a slot.
Better: the block error rate at the MCS in use lies below the other's 95 % interval, or the MCS that holds 10 % BLER is at least
`MCS_STEPS` higher; worse likewise. All saw the same bits, channels and noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agents.workflows.receiver_trials import Compared
from tools.ran.link_conditions import CellConditions
from tools.receivers.link_tools import ReceiverRow

LS, LMMSE, LEARNED, BOUND = "ls+lmmse", "lmmse+lmmse", "deeprx", "perfect+lmmse"
NAMES: Final = {LS: "LS", LMMSE: "LMMSE", LEARNED: "DeepRx", BOUND: "perfect CSI"}
MCS_STEPS = 2  # one step is within what the slots of a comparison can tell
Pair = tuple[Compared, ReceiverRow | None, ReceiverRow | None]


@dataclass(frozen=True)
class Check:
    """One condition of the learned receiver, whether it holds, and the figures."""

    name: str
    passed: bool
    told: str


@dataclass(frozen=True)
class Outcome:
    """The receiver that is chosen, and why."""

    chosen: str
    checks: tuple[Check, ...]
    comparisons: tuple[Compared, ...]

    @property
    def is_covered(self) -> bool:
        """Whether the learned receiver can be judged at all: its card covers the comparisons."""
        return next(one.passed for one in self.checks if one.name == "card")


def judge(comparisons: Sequence[Compared], cell: CellConditions) -> Outcome | None:
    """Return what follows for a cell; None where no classical receiver received its links."""
    deciding = [one for one in comparisons if one.trial.decides]
    if not deciding or any(one.row(LS) is None or one.row(LMMSE) is None for one in deciding):
        return None
    smoothed = [(one, one.row(LMMSE), one.row(LS)) for one in deciding]
    classical = LMMSE if _is_better(smoothed) and not _worse(smoothed) else LS
    learned = [(one, one.row(LEARNED), _best_classical(one)) for one in deciding]
    checks = (_card(deciding), _gain(learned), _nowhere_worse(learned), _latency(deciding, cell))
    return Outcome(LEARNED if all(one.passed for one in checks) else classical, checks, tuple(comparisons))


def _best_classical(one: Compared) -> ReceiverRow | None:
    rows = [row for row in (one.row(LS), one.row(LMMSE)) if row is not None]
    return min(rows, key=lambda row: (row.bler.value, -held_mcs(row)), default=None)


def _is_better(pairs: Sequence[Pair]) -> bool:
    """Whether the first of a pair is surely better than the second in a matched comparison."""
    return any(one.trial.matched and a and b and (_fewer_errors(a, b) or _higher_mcs(a, b)) for one, a, b in pairs)


def _worse(pairs: Sequence[Pair]) -> list[str]:
    """Names of the comparisons in which the first of a pair is surely worse than the second."""
    return [one.trial.name for one, a, b in pairs if a and b and (_more_errors(a, b) or _higher_mcs(b, a))]


def _fewer_errors(a: ReceiverRow, b: ReceiverRow) -> bool:
    return a.bler.value < b.bler.interval.low


def _more_errors(a: ReceiverRow, b: ReceiverRow) -> bool:
    return a.bler.value > b.bler.interval.high


def _higher_mcs(a: ReceiverRow, b: ReceiverRow) -> bool:
    return held_mcs(a) >= held_mcs(b) + MCS_STEPS


def held_mcs(row: ReceiverRow) -> int:
    """The highest MCS at which the receiver holds 10 % BLER, -1 where none."""
    return -1 if row.adapted_mcs is None else row.adapted_mcs


def _card(comparisons: Sequence[Compared]) -> Check:
    reasons = []
    for one in comparisons:
        row = one.row(LEARNED)
        if row is None:
            reasons.append(one.value.unavailable.get(LEARNED, "it was not compared"))
        elif not row.coverage.covered:
            reasons += row.coverage.reasons
    told = "; ".join(dict.fromkeys(reasons)) or f"its data card covers all {len(comparisons)} conditions"
    return Check("card", not reasons, told)


def _gain(pairs: Sequence[Pair]) -> Check:
    matched = [(one.trial.name, a, b) for one, a, b in pairs if one.trial.matched and a and b]
    errors = [f"{name} {100 * a.bler.value:.1f} % against {NAMES[b.receiver]} {told_bler(b)}" for name, a, b in matched]
    held = [f"{name} {told_mcs(a)} against {told_mcs(b)}" for name, a, b in matched]
    fewer = any(_fewer_errors(a, b) for _, a, b in matched)
    higher = any(_higher_mcs(a, b) for _, a, b in matched)
    more, beyond = ("a", "") if higher else ("no", f", by {MCS_STEPS} or more")
    told = [
        f"{'fewer' if fewer else 'no fewer'} block errors{'' if fewer else ', beyond the interval,'} than the better classical"
        f" estimator: {', '.join(errors) or 'not compared'}",
        f"{more} higher MCS held{beyond}: {', '.join(held) or 'not compared'}",
    ]
    return Check("gain", fewer or higher, "; ".join(told))


def _nowhere_worse(pairs: Sequence[Pair]) -> Check:
    worse = _worse(pairs)
    told = f"more block errors, or a lower MCS held, at {', '.join(worse)}" if worse else "worse in no condition, nearby ones too"
    return Check("nearby", not worse, told)


def _latency(comparisons: Sequence[Compared], cell: CellConditions) -> Check:
    """The documented model's processing time, scaled from the allocation to the carrier's PRBs, against the slot."""
    slot_ms = 15.0 / cell.subcarrier_khz
    rows = [row for one in comparisons if (row := one.row(LEARNED)) is not None]
    if not rows:
        return Check("latency", False, "not measured")
    share = cell.prbs / cell.allocation_prbs
    computing = max(row.delay_ms - slot_ms for row in rows) * share
    ratio = sorted(row.latency_ratio for row in rows)[len(rows) // 2]
    told = (
        f"{computing:.3f} ms of processing for {cell.prbs} PRBs by the delay model, slot {slot_ms:g} ms; on this machine it"
        f" takes {ratio:.1f} times as long as LS"
    )
    return Check("latency", computing <= slot_ms, told)


def told_bler(row: ReceiverRow) -> str:
    """The block error rate with its interval, percent."""
    bler = row.bler
    return f"{100 * bler.value:.1f} % ({100 * bler.interval.low:.1f}–{100 * bler.interval.high:.1f})"


def told_mcs(row: ReceiverRow) -> str:
    """The MCS that holds 10 % BLER."""
    return "none" if row.adapted_mcs is None else str(row.adapted_mcs)
