"""`twinpilot bench understanding-data`: what more texts, and the pre-trained base, are worth to the 6G-LLM at equal compute.

The reader is trained from its base for the same time each, on an eighth, a quarter, a half and all of the hands, and once on all
of them as a small Llama from scratch. A few texts of the hands that none of them learned from are then read by it alone, without
the second reader, word accounting and threshold. With `--out` trainings are kept there and go on after a kill, and the curve is
drawn.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.readers.language_model.base_model import Base, read_base
from agents.readers.language_model.generating import LanguageModelReader
from agents.readers.language_model.loading import base_folder, load_language_model
from agents.reading.names import Names
from policies.figure import BenchResult, Figure
from training.llm.base.presets import preset_base
from training.llm.base.small_base import small_base
from training.llm.labelled_text import Hand, hands_of
from training.llm.lessons import Lessons
from training.llm.reader.examples import examples_of
from training.llm.reader.plan import Plan
from training.llm.reader.shipping import ship, ship_model
from training.llm.reader.training import train
from training.llm.scoring import VERDICTS, Verdict, verdict
from training.llm.understanding.bench_parts import read_alone
from training.llm.understanding.bench_understanding import few_of, wilson
from training.llm.understanding.scored import unseen_hands
from twins.progress import show_progress
from twins.scratch_folder import ScratchFolder
from twins.screen.say import say

_SEED: Final = 1
_BATCH: Final = 16
_MADE: Final = 4000  # variants, and composed sentences, of all hands; of a part of them in proportion
_SECONDS: Final = 900.0
_QUICK_SECONDS: Final = 40.0
_SHARES: Final = (0.125, 0.25, 0.5, 1.0)
_PRESET: Final = "40m"


@dataclass(frozen=True)
class Point:
    """One training: the share of the hands that it learns from, and whether from the pre-trained base or from scratch."""

    share: float
    is_pretrained: bool = True

    @property
    def name(self) -> str:
        """What it is called in figures and folders."""
        return f"{100 * self.share:g} % of the hands" if self.is_pretrained else f"all hands, {_PRESET} from scratch"

    def lessons(self) -> Lessons:
        """Return what it learns: hands in an order that the seed draws, the smaller shares part of the greater ones."""
        names = sorted(hand.name for hand in hands_of())
        random.Random(_SEED).shuffle(names)
        learned = names[: max(1, round(self.share * len(names)))]
        made = round(_MADE * self.share)
        return Lessons(passes=1, variants=made, composed=made, seed=_SEED, held_out=tuple(sorted(set(names) - set(learned))))


def run(quick: bool, out: Path | None) -> BenchResult:
    """Train and read; `quick` trains for less than a minute each, on a quarter and all hands. About two hours in full."""
    points = [Point(share) for share in (_SHARES[1::2] if quick else _SHARES)] + [Point(1.0, is_pretrained=False)]
    hands = [few_of(hand) for hand in unseen_hands()]
    seconds = _QUICK_SECONDS if quick else _SECONDS
    with ScratchFolder() as folder:
        work = (out or folder) / "understanding-data"
        counts = {point: _measured(point, hands, work / point.name.replace(" ", "-"), seconds) for point in points}
        if out is not None:
            _draw(out / "learning-curve.png", counts, seconds)
    figures = [figure for point, own in counts.items() for figure in _figures(point, own, seconds)]
    return BenchResult(figures=tuple(figures), seeds=(_SEED,))


def _measured(point: Point, hands: Sequence[Hand], work: Path, seconds: float) -> Counter[Verdict]:
    base = read_base(small_base(base_folder(), _report) if point.is_pretrained else _preset())
    reader = trained_reader(point, base, work, seconds)
    with show_progress(f"understanding-data, {point.name}", "texts") as progress:
        counts: Counter[Verdict] = Counter()
        total = sum(len(hand.texts) for hand in hands)
        for one in _verdicts(reader, hands):
            counts[one] += 1
            progress(counts.total(), total)
    return counts


def trained_reader(point: Point, base: Base, work: Path, seconds: float) -> LanguageModelReader:
    """Train for so many seconds, going on after a kill, and return the reader."""
    is_full = not point.is_pretrained
    plan = Plan(rate=1e-3 if is_full else 8e-4, seed=_SEED, full=is_full, limit_s=seconds)
    lessons = point.lessons()
    trained = train(base, examples_of(lessons, base.tokenizer), work, plan, _report)
    remake = "twinpilot bench understanding-data --out OUT"
    if is_full:
        return load_language_model(ship_model(trained, base.tokenizer, work / "model", lessons, remake))
    return load_language_model(base.folder, ship(trained, work / "adapter", lessons, plan, remake))


def _verdicts(reader: LanguageModelReader, hands: Sequence[Hand]) -> Iterator[Verdict]:
    for hand in hands:
        names = Names(hand.card)
        for start in range(0, len(hand.texts), _BATCH):
            texts = hand.texts[start : start + _BATCH]
            readings = read_alone(reader, [text.text for text in texts], names)
            yield from (verdict([text], reading) for text, reading in zip(texts, readings, strict=True))


def _preset() -> Path:
    return preset_base(_PRESET, base_folder(), _SEED, _report)


def _report(line: str) -> None:
    say(line, err=True)


def _figures(point: Point, counts: Counter[Verdict], seconds: float) -> Iterator[Figure]:
    total = counts.total()
    for name in VERDICTS:
        low, high = wilson(counts[name], total)
        note = f"{counts[name]} of {total}, 95 % interval {low:.1f} to {high:.1f}; trained for {seconds:g} s"
        yield Figure(name=f"{point.name}: {name}", value=round(100 * counts[name] / total, 1), unit="%", note=note)


def _draw(path: Path, counts: dict[Point, Counter[Verdict]], seconds: float) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, panel = plt.subplots(figsize=(7.5, 4.6), constrained_layout=True)
    for name in ("right", "confidently wrong"):
        for is_pretrained, marker in ((True, "o-"), (False, "x")):
            own = {point.share: counts[point] for point in counts if point.is_pretrained is is_pretrained}
            shares = [100 * some[name] / some.total() for some in own.values()]
            label = name if is_pretrained else f"{name}, {_PRESET} from scratch"
            panel.plot([100 * share for share in own], shares, marker, label=label)
    panel.set(xlabel="% of the hands", ylabel="% of unseen texts", title=f"6G-LLM alone, {seconds:g} s of training each")
    panel.set_ylim(0, 100)
    panel.legend()
    figure.savefig(path, dpi=120)
    plt.close(figure)
