"""`twinpilot bench understanding`: how texts by hands that wrote no training text are read.

`dev` (216 texts about the stadium, looked at while building) and `test` (`hands_test`, never looked at) are read by both readers
together: right, partly, confidently wrong or needless, in all and by phenomenon. Intervals are Wilson's (95 %).
With `--out` every reading is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.readers.listener import Listener
from policies.figure import BenchResult, Figure
from training.llm.labelled_text import Hand, hands_of
from training.llm.scoring import VERDICTS, Verdict
from training.llm.understanding.scored import DEVELOPMENT, TEST, ScoredText, scored, write_scored
from twins.progress import show_progress

_QUICK: Final = 60
_TARGETS: Final[dict[Verdict, tuple[str, float]]] = {
    "right": ("≥ 85 %", 85.0),
    "confidently wrong": ("≤ 1 %", 1.0),
    "needless": ("≤ 8 %", 8.0),
}


@dataclass(frozen=True)
class _Part:
    name: str
    hands: list[Hand]


def run(quick: bool, out: Path | None) -> BenchResult:
    """Read the texts; `quick` reads a few of each hand. Readings are written to the folder `out`."""
    listener = Listener.load()
    figures: list[Figure] = []
    for part in (_Part("dev", hands_of(DEVELOPMENT)), _Part("test", hands_of(TEST))):
        hands = [few_of(hand) for hand in part.hands] if quick else part.hands
        with show_progress(f"understanding {part.name}", "texts") as progress:
            texts = list(scored(listener, hands, progress))
        if out is not None:
            write_scored(out / f"understanding-{part.name}.jsonl", texts)
        figures += figures_of(part.name, texts)
    return BenchResult(figures=tuple(figures), seeds=())


def few_of(hand: Hand) -> Hand:
    """Return the hand with about sixty of its texts."""
    step = max(1, len(hand.texts) // _QUICK)
    return Hand(hand.name, hand.card, hand.texts[::step])


def figures_of(part: str, texts: Sequence[ScoredText]) -> Iterator[Figure]:
    """Yield the share of each verdict, and of right ones by phenomenon."""
    for name in VERDICTS:
        count = sum(text.verdict == name for text in texts)
        share = 100 * count / len(texts)
        target, bound = _TARGETS.get(name, ("", 0.0))
        met = None if not target else share >= bound if target[0] == "≥" else share <= bound
        low, high = wilson(count, len(texts))
        note = f"{count} of {len(texts)}, 95 % interval {low:.1f} to {high:.1f}"
        yield Figure(name=f"{part}: {name}", value=round(share, 2), unit="%", target=target, met=met, note=note)
    for phenomenon in sorted({text.phenomenon for text in texts}):
        own = [text for text in texts if text.phenomenon == phenomenon]
        right = sum(text.verdict == "right" for text in own)
        wrong = sum(text.verdict == "confidently wrong" for text in own)
        note = f"{right} of {len(own)}, {wrong} confidently wrong"
        yield Figure(name=f"{part}, {phenomenon}: right", value=round(100 * right / len(own), 1), unit="%", note=note)


def wilson(count: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share in percent (Wilson, JASA 1927)."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, total, method="wilson")
    return 100 * float(low), 100 * float(high)
