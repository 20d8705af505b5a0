"""Texts by hands that wrote no training text, read and scored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from agents.readers.heard import Heard
from agents.readers.listener import Listener
from agents.reading.names import Names
from policies.word import Word
from training.llm.labelled_text import Hand, hands_of
from training.llm.scoring import Verdict, verdict

_LLM: Final = Path(__file__).parents[1]
DEVELOPMENT: Final = _LLM / "hands_dev"  # looked at while building
TEST: Final = _LLM / "hands_test"  # never looked at
Progress = Callable[[int, int], None]


class ScoredText(Word):
    """A text of a hand, what was heard in it, and the verdict on that."""

    hand: str
    text: str
    act: str
    phenomenon: str
    style: str
    verdict: Verdict
    heard: Heard


def scored(listener: Listener, hands: Iterable[Hand], progress: Progress) -> Iterator[ScoredText]:
    """Yield the texts of the hands as they are read."""
    hands = list(hands)
    total, done = sum(len(hand.texts) for hand in hands), 0
    for hand in hands:
        heard = listener.listen([text.text for text in hand.texts], Names(hand.card))
        for text, one in zip(hand.texts, heard, strict=True):
            done += 1
            progress(done, total)
            yield ScoredText(
                hand=hand.name,
                text=text.text,
                act=text.act,
                phenomenon=text.phenomenon,
                style=text.style,
                verdict=verdict([text], one.reading),
                heard=one,
            )


def unseen_hands() -> list[Hand]:
    """Return the hands of development and test."""
    return [*hands_of(DEVELOPMENT), *hands_of(TEST)]


def write_scored(path: Path, texts: Iterable[ScoredText]) -> None:
    """Write scored texts as JSON lines."""
    path.write_text("".join(f"{text.model_dump_json()}\n" for text in texts), encoding="utf-8")
