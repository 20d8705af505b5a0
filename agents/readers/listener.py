"""Both readers together: where they agree the reading stands; where they differ, the difference is the question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agents.readers.candidate import Candidate, best_of
from agents.readers.confidence import Confidence, fitted_confidence
from agents.readers.encoder.encoder_reader import MOST_PIECES, EncoderReader, Judged
from agents.readers.heard import AccountedText, Heard
from agents.readers.language_model.generating import Answered, LanguageModelReader
from agents.readers.question import question_of
from agents.reading.names import Names
from agents.reading.read_back import read_back
from agents.reading.reading import Reading

READERS: Final = "6G-LLM and encoder"
_BATCH: Final = 16
_YES: Final = ("y", "yes", "ok", "right", "correct")
_CERTAIN: Final = 0.97  # of the least certain choice: no other answer is looked at


@dataclass(frozen=True)
class Listener:
    """The language model, the encoder, and how their agreement becomes a confidence."""

    language_model: LanguageModelReader
    encoder: EncoderReader
    confidence: Confidence

    @classmethod
    def load(cls, base: Path | None = None) -> Listener:
        """Load what is shipped; raises ReaderError or ArtefactError."""
        from agents.readers.language_model.loading import load_language_model

        return cls(load_language_model(base), EncoderReader.load(), fitted_confidence())

    def listen(self, texts: Sequence[str], names: Names) -> Iterator[Heard]:
        """Yield what is heard in each text, in order."""
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            readable = [text for text in batch if not self._unreadable(text)]
            read = iter(self.candidates(readable, names) if readable else ())
            for text in batch:
                why = self._unreadable(text)
                yield _asked(why, names) if why else self._heard(next(read), names)

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
        pieces = self.encoder.pieces_in(text)
        return f"it has {pieces} pieces of words, and at most {MOST_PIECES} are read" if pieces > MOST_PIECES else ""

    def candidates(self, texts: Sequence[str], names: Names) -> list[list[Candidate]]:
        """Return the ways to read each text, the best first; none if no answer of the language model ended."""
        judged = self.encoder.judge(texts)
        first = self.language_model.read(texts)
        unsure = [index for index, one in enumerate(first) if one.other and (one.least < _CERTAIN or one.spanned is None)]
        others = dict(zip(unsure, self._others([texts[i] for i in unsure], [first[i] for i in unsure]), strict=True))
        return [
            _ordered([first[index], *([others[index]] if index in others else [])], judged[index], names)
            for index in range(len(texts))
        ]

    def _others(self, texts: Sequence[str], first: Sequence[Answered]) -> list[Answered]:
        return self.language_model.read(texts, [one.other for one in first]) if texts else []

    def _heard(self, candidates: Sequence[Candidate], names: Names, *, confirmed: bool = False) -> Heard:
        if not candidates:
            return _asked("no reading of the text was found", names)
        best = candidates[0]
        confidence = 1.0 if confirmed else self.confidence.of(best)
        reading = Reading(act="cannot") if best.impossible else best.reading or Reading(act="ask")
        is_open = question_of(candidates, confidence >= self.confidence.threshold, names)
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


def _chosen(answer: str, choices: Sequence[str]) -> str:
    """Return the choice that an answer names, in full or by its number; empty if it is none."""
    plain = answer.strip()
    if plain.isdigit() and 1 <= int(plain) <= len(choices):
        return choices[int(plain) - 1]
    return plain if plain in choices else choices[0] if len(choices) == 1 and plain.casefold() in _YES else ""


def _asked(why: str, names: Names) -> Heard:
    reading = Reading(act="ask")
    question = f"What should the network do? This text cannot be read: {why}."
    return Heard(
        reading=reading, read_back=read_back(reading, names), confidence=0, readers=READERS, question=question, because=why
    )


def _ordered(answers: Sequence[Answered], judged: Judged, names: Names) -> list[Candidate]:
    candidates = [Candidate(one.spanned, one, judged, names) for one in answers if one.spanned is not None]
    if not candidates:
        return []
    best = best_of(candidates)
    return [best, *(one for one in candidates if one is not best)]
