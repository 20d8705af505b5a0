"""Both readers together: where they agree the reading stands; where they differ, the difference is the question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from agents.readers.candidate import Candidate, ranked
from agents.readers.completing import completed
from agents.readers.confidence import Confidence, fitted_confidence
from agents.readers.encoder.encoder_reader import MOST_PIECES, EncoderReader, Judged
from agents.readers.encoder.encoder_reader import WEIGHTS as ENCODER_WEIGHTS
from agents.readers.forecast_words import forecast_spans, without_forecast
from agents.readers.guide import guided
from agents.readers.heard import AccountedText, Heard
from agents.readers.language_model.generating import Answered, GuideOf, LanguageModelReader
from agents.readers.parts.joining import joined
from agents.readers.parts.parting import Part, parts_of
from agents.readers.question import question_of
from agents.readers.spanned_text import SpannedText
from agents.readers.verifier.verifier import WEIGHTS as VERIFIER_WEIGHTS
from agents.readers.verifier.verifier import Verifier
from agents.reading.marked import LIVE_ACTS
from agents.reading.names import Names
from agents.reading.read_back import read_back
from agents.reading.reading import Reading

READERS: Final = "6G-LLM and encoder"
_BATCH: Final = 16
_YES: Final = ("y", "yes", "ok", "right", "correct")


@dataclass(frozen=True)
class Listener:
    """The language model, the encoder, the verifier of what they read, and how all of it becomes a confidence."""

    language_model: LanguageModelReader
    encoder: EncoderReader
    verifier: Verifier
    confidence: Confidence

    @classmethod
    def load(cls, base: Path | None = None) -> Listener:
        """Load what is shipped; raises ReaderError or ArtefactError."""
        from agents.readers.language_model.loading import load_language_model

        return cls(load_language_model(base), EncoderReader.load(), Verifier.load(), fitted_confidence())

    @classmethod
    def of(cls, adapter: Path | None, encoder: Path | None, verifier: Path | None) -> Listener:
        """Load other weights (None: those that are shipped), which have no fitted confidence: every reading is acted on."""
        from agents.readers.language_model.loading import ADAPTER, load_language_model

        return cls(
            load_language_model(adapter=adapter or ADAPTER),
            EncoderReader.load(encoder or ENCODER_WEIGHTS),
            Verifier.load(verifier or VERIFIER_WEIGHTS),
            Confidence(bias=0.0, threshold=0.0),
        )

    def listen(self, texts: Sequence[str], names: Names) -> Iterator[Heard]:
        """Yield what is heard in each text, in order."""
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            readable = [text for text in batch if not self._unreadable(text)]
            read = iter(self.candidates(readable, names) if readable else ())
            for text in batch:
                why = self._unreadable(text)
                yield _asked(why, names) if why else _with_forecast(self._heard(next(read), names), text, names)

    def hear(self, text: str, names: Names, answers: Sequence[str] = ()) -> Heard:
        """Return what is heard in a text with the answers to the questions that it left, in order.

        An answer that is a sentence offered as a choice, or its number, settles which candidate is meant; any other answer is
        added to the text.
        """
        heard = next(self.listen([text], names))
        for answer in answers:
            chosen = _chosen(answer, heard.choices)
            if chosen:
                heard = self._settled(text, chosen, names) or heard
            else:
                text = f"{text.rstrip(' .?!')}, {answer}"
                heard = next(self.listen([text], names))
        return heard

    def _settled(self, text: str, sentence: str, names: Names) -> Heard | None:
        """Return the candidate that is said back as this sentence, which the operator has confirmed."""
        for candidate in self.candidates([text], names)[0]:
            if candidate.reading is not None and read_back(candidate.reading, names) == sentence:
                return self._heard([candidate], names, confirmed=True)
        return None

    def _unreadable(self, text: str) -> str:
        """Return why a text cannot be read, empty if it can."""
        if not any(letter.isalnum() for letter in text):
            return "there is no word in it"
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            return "it holds half of a character (a lone surrogate)"
        pieces = self.encoder.pieces_in(text)
        return f"it has {pieces} pieces of words, and at most {MOST_PIECES} are read" if pieces > MOST_PIECES else ""

    def candidates(self, texts: Sequence[str], names: Names) -> list[list[Candidate]]:
        """Return the ways to read each text, the best first; none if no answer of the language model ended.

        Words about the forecast are taken out before: code reads them.
        """
        texts = [without_forecast(text, names.card) for text in texts]
        judged = self.encoder.judge(texts)
        guides = [guided(one) for one in judged]
        first = self.language_model.read(texts, guides)
        answers = [[one] for one in first]
        for at, other in self._others(texts, guides, first):
            answers[at].append(other)
        by_parts = self._by_parts(texts, judged, first, names)
        return [
            self._verified(distinct(own, one, names, by_parts.get(at)))
            for at, (own, one) in enumerate(zip(answers, judged, strict=True))
        ]

    def _verified(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return candidates with what the verifier says of them, the best first."""
        said = self.verifier.verified([one.spanned for one in candidates])
        return ranked([replace(one, verified=own) for one, own in zip(candidates, said, strict=True)])

    def _by_parts(
        self, texts: Sequence[str], judged: Sequence[Judged], first: Sequence[Answered], names: Names
    ) -> dict[int, Answered | None]:
        """Return what texts of several parts say if each part is read by itself, None if that says nothing."""
        parts: dict[int, tuple[Part, ...]] = {}
        for at, (text, one, answer) in enumerate(zip(texts, judged, first, strict=True)):
            is_live = answer.spanned is None or answer.spanned.act in LIVE_ACTS
            if is_live and len(found := parts_of(text, one.pieces)) > 1:
                parts[at] = found
        wanted = [part.of(texts[at]) for at, own in parts.items() for part in own]
        answers: list[Answered] = []
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            answers += self.language_model.read(batch, [guided(one) for one in self.encoder.judge(batch)])
        read = iter(answers)
        return {at: joined(texts[at], own, [next(read) for _ in own], names) for at, own in parts.items()}

    def _others(
        self, texts: Sequence[str], guides: Sequence[GuideOf], first: Sequence[Answered]
    ) -> Iterator[tuple[int, Answered]]:
        """Yield other answers, which begin otherwise at the least certain choices, with the number of their text."""
        begun = [(at, begin) for at, one in enumerate(first) for begin in one.others]
        for start in range(0, len(begun), _BATCH):
            part = begun[start : start + _BATCH]
            numbers = [at for at, _ in part]
            read = self.language_model.read(
                [texts[at] for at in numbers], [guides[at] for at in numbers], [begin for _, begin in part]
            )
            yield from zip(numbers, read, strict=True)

    def _heard(self, candidates: Sequence[Candidate], names: Names, *, confirmed: bool = False) -> Heard:
        if not candidates:
            return _asked("no reading of the text was found", names)
        judged = self.confidence.judged(candidates)
        best, confidence = (candidates[0], 1.0) if confirmed else judged[0]
        reading = Reading(act="cannot") if best.impossible else best.reading or Reading(act="ask")
        is_open = question_of([one for one, _ in judged], confidence >= self.confidence.threshold, names)
        return Heard(
            reading=Reading(act="ask") if is_open and is_open.question else reading,
            read_back=read_back(reading, names),
            confidence=round(confidence, 4),
            readers=READERS,
            question=is_open.question if is_open else "",
            choices=is_open.choices if is_open else (),
            because=is_open.why if is_open else "",
            accounted=tuple(AccountedText(words=best.spanned.text[one.start : one.end], slot=one.slot) for one in best.accounted),
            unaccounted=tuple(best.unaccounted),
        )


def _with_forecast(heard: Heard, text: str, names: Names) -> Heard:
    told = tuple(AccountedText(words=text[start:end], slot="forecast") for start, end in forecast_spans(text, names.card))
    return heard.model_copy(update={"accounted": (*heard.accounted, *told)}) if told else heard


def _chosen(answer: str, choices: Sequence[str]) -> str:
    """Return the choice that an answer names, in full or by its number; empty if it is none."""
    plain = answer.strip()
    if plain.isdecimal() and 1 <= int(plain) <= len(choices):
        return choices[int(plain) - 1]
    return plain if plain in choices else choices[0] if len(choices) == 1 and plain.casefold() in _YES else ""


def _asked(why: str, names: Names) -> Heard:
    reading = Reading(act="ask")
    question = f"What should the network do? This text cannot be read: {why}."
    return Heard(
        reading=reading, read_back=read_back(reading, names), confidence=0, readers=READERS, question=question, because=why
    )


def distinct(answers: Sequence[Answered], judged: Judged, names: Names, by_parts: Answered | None) -> list[Candidate]:
    """Return the different candidates. by_parts: what the parts of the text say, each read by itself."""

    def candidate(answer: Answered, spanned: SpannedText, *, is_whole: bool) -> Candidate:
        return Candidate(
            completed(spanned, judged.pieces, names), answer, judged, names, is_whole=is_whole, is_by_parts=not is_whole
        )

    different: dict[SpannedText, Candidate] = {}
    for one in answers:
        if one.spanned is not None:
            found = candidate(one, one.spanned, is_whole=True)
            different.setdefault(found.spanned, found)
    if by_parts is not None and by_parts.spanned is not None:
        found = candidate(by_parts, by_parts.spanned, is_whole=False)
        known = different.get(found.spanned)
        different[found.spanned] = replace(known, is_by_parts=True) if known else found
    return list(different.values())
