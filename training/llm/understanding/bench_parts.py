"""`twinpilot bench understanding-parts`: what each part of reading is worth.

The texts of `bench understanding` are read by both readers together, and with one part left out: the threshold of the confidence,
the word accounting, the second reader, the fine-tuning (the raw base under the same grammar: it must be bad). Without a threshold
whatever code can compute is acted on, so the shares of these rows compare readers, not what a run would do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from agents.readers.candidate import REFUSALS, Candidate
from agents.readers.confidence import fitted_confidence
from agents.readers.encoder.encoder_reader import Judged
from agents.readers.encoder.facts import all_facts
from agents.readers.language_model.generating import LanguageModelReader
from agents.readers.language_model.loading import load_language_model
from agents.readers.listener import Listener
from agents.reading.marked import ACTS
from agents.reading.names import Names
from agents.reading.reading import Reading
from policies.figure import BenchResult, Figure
from training.llm.labelled_text import Hand, LabelledText, hands_of
from training.llm.scoring import VERDICTS, Verdict, verdict
from training.llm.understanding.bench_understanding import few_of, wilson
from training.llm.understanding.scored import DEVELOPMENT, TEST, Progress
from twins.progress import show_progress

_BATCH: Final = 16
_NOBODY: Final = Judged(dict.fromkeys(ACTS, 1.0), dict.fromkeys(all_facts(), 0.5), ())  # no second reader's judgement
Choose = Callable[[Sequence[Candidate]], Reading]


def run(quick: bool, out: Path | None) -> BenchResult:
    """Read the texts with one part left out at a time; `quick` reads a few of each hand. Nothing is written."""
    listener = Listener.load()
    raw = load_language_model(adapter=None)
    figures: list[Figure] = []
    for part, folder in (("dev", DEVELOPMENT), ("test", TEST)):
        hands = [few_of(hand) if quick else hand for hand in hands_of(folder)]
        counts: dict[str, Counter[Verdict]] = {}
        with show_progress(f"understanding-parts {part}", "texts") as progress:
            right_acts, total = _count(listener, raw, hands, counts, progress)
        figures += _figures(part, counts, right_acts, total)
    return BenchResult(figures=tuple(figures), seeds=())


def _count(
    listener: Listener, raw: LanguageModelReader, hands: Sequence[Hand], counts: dict[str, Counter[Verdict]], progress: Progress
) -> tuple[int, int]:
    """Count the verdicts by part; return how often the encoder's most probable act is right, and the number of texts."""
    done, right_acts, total = 0, 0, sum(len(hand.texts) for hand in hands)
    for hand in hands:
        names = Names(hand.card)
        for start in range(0, len(hand.texts), _BATCH):
            texts = hand.texts[start : start + _BATCH]
            words = [one.text for one in texts]
            together = listener.candidates(words, names)
            for name, choose in _CHOICES.items():
                _add(counts, name, texts, [choose(candidates) for candidates in together])
            for name, reader in (("6G-LLM alone", listener.language_model), ("raw base alone", raw)):
                _add(counts, name, texts, read_alone(reader, words, names))
            judged = listener.encoder.judge(words)
            right_acts += sum(
                max(one.acts, key=lambda act: one.acts[act]) == text.act for one, text in zip(judged, texts, strict=True)
            )
            done += len(texts)
            progress(done, total)
    return right_acts, total


def _add(counts: dict[str, Counter[Verdict]], name: str, texts: Sequence[LabelledText], readings: Sequence[Reading]) -> None:
    own = counts.setdefault(name, Counter())
    own.update(verdict([text], reading) for text, reading in zip(texts, readings, strict=True))


def read_alone(reader: LanguageModelReader, texts: Sequence[str], names: Names) -> list[Reading]:
    """Return what a language model reads alone: no encoder guides it, and no words are accounted for."""
    answers = reader.read(texts)
    candidates = [Candidate(one.spanned, one, _NOBODY, names) if one.spanned is not None else None for one in answers]
    return [Reading(act="ask") if one is None else _acted(one, accounting=False) for one in candidates]


def _acted(one: Candidate, *, accounting: bool) -> Reading:
    """Return what would be acted on if only code could object."""
    if one.impossible:
        return Reading(act="cannot")
    is_open = one.doubt is not None or bool(one.unknown) or (accounting and bool(one.unaccounted))
    return one.reading if one.reading is not None and not is_open else Reading(act="ask")


def _with_threshold(candidates: Sequence[Candidate]) -> Reading:
    confidence = fitted_confidence()
    if not candidates:
        return Reading(act="ask")
    best, share = confidence.judged(candidates)[0]
    if best.is_asked:
        return Reading(act="cannot" if best.impossible else best.act if best.act in REFUSALS else "ask")
    return best.reading if best.reading is not None and share >= confidence.threshold else Reading(act="ask")


def _without_threshold(candidates: Sequence[Candidate]) -> Reading:
    return _acted(candidates[0], accounting=True) if candidates else Reading(act="ask")


def _without_accounting(candidates: Sequence[Candidate]) -> Reading:
    return _acted(candidates[0], accounting=False) if candidates else Reading(act="ask")


_CHOICES: Final[dict[str, Choose]] = {
    "together": _with_threshold,
    "together, without threshold": _without_threshold,
    "together, without threshold and word accounting": _without_accounting,
}


def _figures(part: str, counts: dict[str, Counter[Verdict]], right_acts: int, total: int) -> Iterator[Figure]:
    for name, own in counts.items():
        for kind in VERDICTS:
            low, high = wilson(own[kind], total)
            note = f"{own[kind]} of {total}, 95 % interval {low:.1f} to {high:.1f}"
            yield Figure(name=f"{part}, {name}: {kind}", value=round(100 * own[kind] / total, 1), unit="%", note=note)
    note = f"{right_acts} of {total}"
    yield Figure(name=f"{part}, encoder alone: right act", value=round(100 * right_acts / total, 1), unit="%", note=note)
