"""The one question that a reading leaves, with choices, or nothing if it may be acted on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agents.readers.candidate import REFUSALS, Candidate
from agents.reading.name_table import NameTable
from agents.reading.read_back import read_back
from policies.word import Word


class OpenQuestion(Word):
    """A question to the operator, empty where there is nothing to ask but a refusal; why: the reason for either."""

    why: str
    question: str = ""
    choices: tuple[str, ...] = ()


def question_of(candidates: Sequence[Candidate], is_sure: bool, names: NameTable) -> OpenQuestion | None:
    """Return what is open in the best of the candidates, None if it may be acted on. is_sure: confident enough."""
    best = candidates[0]
    if best.act in REFUSALS or best.impossible:
        return OpenQuestion(why=best.impossible or _REFUSED[best.act])
    return _open_words(best) or (None if is_sure else _unsure(candidates, names))


_REFUSED = {
    "ask": "something that is needed is missing, or can mean several things",
    "cannot": "no network can do this",
    "off_topic": "it is not about this network",
}


def _open_words(best: Candidate) -> OpenQuestion | None:
    if best.unknown:
        question = f"This network has and measures no {_quoted(best.unknown)}. What is meant?"
        return OpenQuestion(why="words for what the network does not have", question=question)
    if best.doubt is not None:
        return OpenQuestion(
            why=best.doubt.why, question=f"What is meant by “{best.doubt.words}”? It is unclear: {best.doubt.why}."
        )
    if best.unaccounted:
        question = f"What is {_quoted(best.unaccounted)} to mean here?"
        return OpenQuestion(why="words that matter belong to no part of the reading", question=question)
    return None


def _unsure(candidates: Sequence[Candidate], names: NameTable) -> OpenQuestion:
    readings = [one.reading for one in candidates if one.reading is not None]
    said = tuple(dict.fromkeys(read_back(reading, names) for reading in readings))
    question = "Which of these is meant?" if len(said) > 1 else "Is this what is meant?"
    return OpenQuestion(why="the readers are not sure enough", question=question, choices=said)


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in dict.fromkeys(words))
