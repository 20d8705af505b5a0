"""Which estimator a cell should use, from what the comparisons showed: never an improvement within its interval.

1. The classical choice is LMMSE where it is better than LS in a matched comparison and worse in none, else LS.
2. The learned receiver is chosen where its card covers every comparison, it is better than both in a matched one, worse than the
   better of them in none, and its processing for the whole carrier ends within a slot.
Better: the block error rate lies below the other's 95 % interval. Both saw the same bits, channels and noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from agents.workflows.receiver_trials import Compared

LS, LMMSE, LEARNED, BOUND = "ls+lmmse", "lmmse+lmmse", "deeprx", "perfect+lmmse"
NAMES: Final = {LS: "LS", LMMSE: "LMMSE", LEARNED: "DeepRx", BOUND: "perfect CSI"}
Row = dict[str, Any]
Pair = tuple[Compared, Row | None, Row | None]


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


def judge(comparisons: Sequence[Compared], cell: dict[str, Any]) -> Outcome | None:
    """Return what follows for a cell; None where no classical receiver received its links."""
    deciding = [one for one in comparisons if one.trial.decides]
    if not deciding or any(one.row(LS) is None or one.row(LMMSE) is None for one in deciding):
        return None
    smoothed = [(one, one.row(LMMSE), one.row(LS)) for one in deciding]
    classical = LMMSE if _is_better(smoothed) and not _worse(smoothed) else LS
    learned = [(one, one.row(LEARNED), _best_classical(one)) for one in deciding]
    checks = (_card(deciding), _gain(learned), _nowhere_worse(learned), _latency(deciding, cell))
    return Outcome(LEARNED if all(one.passed for one in checks) else classical, checks, tuple(comparisons))


def _best_classical(one: Compared) -> Row | None:
    rows = [row for row in (one.row(LS), one.row(LMMSE)) if row is not None]
    return min(rows, key=lambda row: float(row["bler"]["value"]), default=None)


def _is_better(pairs: Sequence[Pair]) -> bool:
    """Whether the first of a pair has surely fewer block errors than the second, in a matched comparison."""
    return any(one.trial.matched and a and b and a["bler"]["value"] < b["bler"]["interval"]["low"] for one, a, b in pairs)


def _worse(pairs: Sequence[Pair]) -> list[str]:
    """Names of the comparisons in which the first of a pair has surely more block errors than the second."""
    return [one.trial.name for one, a, b in pairs if a and b and a["bler"]["value"] > b["bler"]["interval"]["high"]]


def _card(comparisons: Sequence[Compared]) -> Check:
    reasons = []
    for one in comparisons:
        row = one.row(LEARNED)
        if row is None:
            reasons.append(str(one.value["unavailable"].get(LEARNED, "it was not compared")))
        elif not row["coverage"]["covered"]:
            reasons += row["coverage"]["reasons"]
    told = "; ".join(dict.fromkeys(reasons)) or f"its data card covers all {len(comparisons)} conditions"
    return Check("card", not reasons, told)


def _gain(pairs: Sequence[Pair]) -> Check:
    passed = _is_better(pairs)
    found = [
        f"{one.trial.name} {100 * a['bler']['value']:.1f} % against {NAMES[b['receiver']]} {told_bler(b)}"
        for one, a, b in pairs
        if one.trial.matched and a and b
    ]
    verb = "fewer block errors than" if passed else "no fewer block errors, beyond the interval, than"
    return Check("gain", passed, f"{verb} the better classical estimator: {', '.join(found) or 'not compared'}")


def _nowhere_worse(pairs: Sequence[Pair]) -> Check:
    worse = _worse(pairs)
    told = f"more block errors at {', '.join(worse)}" if worse else "worse in no condition, nearby ones too"
    return Check("nearby", not worse, told)


def _latency(comparisons: Sequence[Compared], cell: dict[str, Any]) -> Check:
    """The documented model's processing time, scaled from the allocation to the carrier's PRBs, against the slot."""
    slot_ms = 15.0 / cell["subcarrier_khz"]
    rows = [row for one in comparisons if (row := one.row(LEARNED)) is not None]
    if not rows:
        return Check("latency", False, "not measured")
    share = cell["prbs"] / cell["allocation_prbs"]
    computing = max(row["delay_ms"] - slot_ms for row in rows) * share
    ratio = sorted(row["latency_ratio"] for row in rows)[len(rows) // 2]
    told = (
        f"{computing:.3f} ms of processing for {cell['prbs']} PRBs by the delay model, slot {slot_ms:g} ms; on this machine it"
        f" takes {ratio:.1f} times as long as LS"
    )
    return Check("latency", computing <= slot_ms, told)


def told_bler(row: Row) -> str:
    """The block error rate with its interval, percent."""
    bler = row["bler"]
    return f"{100 * bler['value']:.1f} % ({100 * bler['interval']['low']:.1f}–{100 * bler['interval']['high']:.1f})"
