"""Which estimator a cell should use, from what the comparisons showed: never an improvement within its interval.

1. The classical choice is LMMSE where it is better than LS in a matched comparison and worse in none, else LS.
2. The learned receiver is chosen where its card covers every comparison, it is better than the classical choice in a matched one,
   worse in none, and its processing for the whole carrier ends within a slot.
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


@dataclass(frozen=True)
class Check:
    """One condition of the learned receiver, whether it holds, and the figures."""

    name: str
    passed: bool
    told: str


@dataclass(frozen=True)
class Outcome:
    """The receiver that is chosen, the classical one that it is measured against, and why."""

    chosen: str
    classical: str
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
    classical = LMMSE if _is_better(deciding, LMMSE, LS) and not _worse(deciding, LMMSE, LS) else LS
    checks = (_card(deciding), _gain(deciding, classical), _nowhere_worse(deciding, classical), _latency(deciding, cell))
    chosen = LEARNED if all(one.passed for one in checks) else classical
    return Outcome(chosen, classical, checks, tuple(comparisons))


def _pairs(comparisons: Sequence[Compared], first: str, second: str) -> list[tuple[Compared, Row, Row]]:
    pairs = [(one, one.row(first), one.row(second)) for one in comparisons]
    return [(one, a, b) for one, a, b in pairs if a is not None and b is not None]


def _is_better(comparisons: Sequence[Compared], first: str, second: str) -> bool:
    """Whether `first` has surely fewer block errors than `second` in a matched comparison."""
    return any(
        one.trial.matched and a["bler"]["value"] < b["bler"]["interval"]["low"]
        for one, a, b in _pairs(comparisons, first, second)
    )


def _worse(comparisons: Sequence[Compared], first: str, second: str) -> list[str]:
    """Names of the comparisons in which `first` has surely more block errors than `second`."""
    return [
        one.trial.name for one, a, b in _pairs(comparisons, first, second) if a["bler"]["value"] > b["bler"]["interval"]["high"]
    ]


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


def _gain(comparisons: Sequence[Compared], classical: str) -> Check:
    passed = _is_better(comparisons, LEARNED, classical)
    found = [
        f"{one.trial.name} {100 * a['bler']['value']:.1f} % against {told_bler(b)}"
        for one, a, b in _pairs(comparisons, LEARNED, classical)
        if one.trial.matched
    ]
    verb = "fewer block errors than" if passed else "no fewer block errors, beyond the interval, than"
    return Check("gain", passed, f"{verb} {NAMES[classical]}: {', '.join(found) or 'not compared'}")


def _nowhere_worse(comparisons: Sequence[Compared], classical: str) -> Check:
    worse = _worse(comparisons, LEARNED, classical)
    told = (
        f"more block errors than {NAMES[classical]} at {', '.join(worse)}" if worse else "worse in no condition, nearby ones too"
    )
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
