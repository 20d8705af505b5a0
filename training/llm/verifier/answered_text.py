"""What readers answered to texts that were new to them, right or wrong: the best examples of the faults that readers make."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from agents.readers.listener import Listener
from agents.readers.spanned_text import SpannedItem, SpannedText
from agents.reading.marked import Act, MarkedItem
from agents.reading.names import Names
from policies.artefact import read_artefact, write_record
from policies.word import Word
from training.llm.labelled_text import Hand
from training.llm.provenance import machine, versions
from training.llm.reading_card import answers_card
from training.llm.understanding.scored import Progress

ANSWERS: Final = Path(__file__).parent / "data" / "answers.jsonl.gz"
_BATCH: Final = 16
_Spans = tuple[tuple[int, int], ...]


class AnsweredItem(Word):
    """An item with the spans of its words."""

    item: MarkedItem
    place: _Spans = ()
    amount: _Spans = ()


class Answer(Word):
    """A reading as it was marked."""

    act: Act
    items: tuple[AnsweredItem, ...] = ()
    when: _Spans = ()
    condition: _Spans = ()

    @classmethod
    def of(cls, spanned: SpannedText) -> Answer:
        """Return what is stored of a reading."""
        items = tuple(AnsweredItem(item=one.item, place=one.place, amount=one.amount) for one in spanned.items)
        return cls(act=spanned.act, items=items, when=spanned.when, condition=spanned.condition)

    def spanned(self, text: str) -> SpannedText:
        """Return the reading of `text`."""
        items = tuple(SpannedItem(one.item, one.place, one.amount) for one in self.items)
        return SpannedText(text, self.act, items, self.when, self.condition)


class AnsweredText(Word):
    """A text of a hand, and the different answers that were given to it."""

    hand: str
    text: str
    answers: tuple[Answer, ...]

    def readings(self) -> list[SpannedText]:
        """Return the answers as readings."""
        return [one.spanned(self.text) for one in self.answers]


def answers_of(listener: Listener, hands: Sequence[Hand], progress: Progress) -> Iterator[AnsweredText]:
    """Yield what is answered to the texts of hands."""
    total, done = sum(len(hand.texts) for hand in hands), 0
    for hand in hands:
        names = Names(hand.card)
        for start in range(0, len(hand.texts), _BATCH):
            texts = [one.text for one in hand.texts[start : start + _BATCH]]
            for text, candidates in zip(texts, listener.candidates(texts, names), strict=True):
                readings = (one.spanned for one in candidates if one.spanned.text == text)  # not without its forecast
                yield AnsweredText(hand=hand.name, text=text, answers=tuple(Answer.of(one) for one in readings))
            done += len(texts)
            progress(done, total)


def write_answers(path: Path, texts: Iterable[AnsweredText], readers: str, remake: str) -> int:
    """Write a gzipped file with its record and return how many texts it has. readers: who answered."""
    rows = list(texts)
    lines = [one.model_dump_json(exclude_defaults=True) for one in rows]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode("utf-8"), mtime=0))
    card = answers_card(Counter(one.hand for one in rows), readers)
    write_record(path, card, remake, machine(), versions("torch", "transformers"))
    return len(rows)


def read_answers(path: Path = ANSWERS) -> list[AnsweredText]:
    """Return the texts of a file; raises ArtefactError if it is not that of its record."""
    read_artefact(path)
    lines = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
    return [AnsweredText.model_validate_json(line) for line in lines]
