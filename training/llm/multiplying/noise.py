"""What people write around and into what they mean: greetings, ticket numbers, small letters, slips of the keyboard."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Final

from agents.reading.marked import LIVE_ACTS
from training.llm.labelled_text import LabelledText
from training.llm.multiplying.segments import Segment, rebuilt, segments

_OPENINGS: Final = (
    *("Hi, ", "hello team, ", "pls ", "please: ", "hey ", "Good morning, ", "ok so ", "Dear all, ", "quick one: ", "fyi "),
    *("as discussed, ", "Ticket {n}: ", "INC{n} ", "[P2] ", "re: call of this morning. ", "ref {n} - ", "ok listen, ", "um "),
    *(
        "can you please ",
        "urgent!! ",
        "guys, ",
        "Night shift here. ",
        "Following our chat: ",
        "task {n}: ",
        "WO-{n}: ",
        "right, ",
    ),
)
_CLOSINGS: Final = (
    *(
        " thanks",
        " thx!",
        ", please",
        " Cheers, Sam",
        " (ticket {n})",
        " ok?",
        ", that's all",
        " BR, Olga",
        " pls",
        "!!",
        " asap",
    ),
    *(". Thank you very much.", " many thanks in advance", ", over", " :)", ". Regards", " -- sent from my phone", ", cheers"),
)
_COMPUTED: Final = ("p", "a", "w", "c")  # code computes from these words: they are spelled as the hands spelled them
_CAPITALIZED: Final = re.compile(r"\b[A-Z][a-z]+\b")


def noisy(text: LabelledText, draw: random.Random) -> LabelledText:
    """Return the text with some noise, which changes nothing of its reading."""
    cut = segments(text)
    if draw.random() < 0.15:
        cut = [_aside(draw.choice(_OPENINGS), draw), *cut]
    if draw.random() < 0.12:
        cut = [*cut, _aside(draw.choice(_CLOSINGS), draw)]
    if draw.random() < 0.15:
        cut = [_in_small_letters(segment, text.act in LIVE_ACTS) for segment in cut]
    if draw.random() < 0.12:
        cut = [
            segment if segment.letter in _COMPUTED else segment._replace(words=_misspelled(segment.words, draw))
            for segment in cut
        ]
    return rebuilt(text, cut)


def _aside(words: str, draw: random.Random) -> Segment:
    return Segment("n9" if "{n}" in words else "", words.replace("{n}", str(draw.randint(10, 99_999))))


def _in_small_letters(segment: Segment, is_live: bool) -> Segment:
    """Return the words in small letters; of what code computes from or may be asked about, only words: MB is not Mb."""
    if is_live and segment.letter not in _COMPUTED:
        return segment._replace(words=segment.words.lower())
    return segment._replace(words=_CAPITALIZED.sub(lambda match: match[0].lower(), segment.words))


def _misspelled(words: str, draw: random.Random) -> str:
    def one(match: re.Match[str]) -> str:
        word = match[0]
        if draw.random() > 0.15:
            return word
        at = draw.randint(1, len(word) - 2)
        swapped, without, doubled = word[at + 1] + word[at] + word[at + 2 :], word[at + 1 :], word[at] + word[at:]
        return word[:at] + draw.choices((swapped, without, doubled), (5, 3, 2))[0]

    return re.sub(r"[a-z]{5,}", one, words)


def lowered_first(words: str) -> str:
    """Return words with a small first letter, unless they begin with an abbreviation or a name with digits."""
    return words[:1].lower() + words[1:] if _CAPITALIZED.match(words) else words


def last_of(cut: Sequence[Segment]) -> str:
    """Return the kind of the last mark, empty if words without a mark end the text."""
    return cut[-1].letter if cut[-1].words.strip(" .!") else cut[-2].letter if len(cut) > 1 else ""
