"""The parts of a text that each ask for something: "S1: delay below 5 ms" and "S2 stays on air".

A language model binds names, amounts and places more surely in a short text. What separates parts is written (a full stop, a
semicolon, "and", a comma); the encoder's tags tell whether it does here, or stands within a list of places or between two bounds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agents.readers.encoder.encoder_reader import TaggedPiece

_STRONG: Final = r"\s*(?:;|\n+|\.(?=\s+\D)|(?<!\d)\.(?=\s))\s*"
_WEAK: Final = (
    r"\s*,?\s+(?:and|but|then|plus|also|while|whereas|though|yet)(?:\s+(?:also|then|please|pls))?\s+|,\s+|\s+[-–—/|+&]\s+"
)
_SEPARATOR: Final = re.compile(rf"(?P<strong>{_STRONG})|{_WEAK}", re.IGNORECASE)
_WORD: Final = re.compile(r"\S+")
_WITHIN: Final = "pawcr"  # tags that a list goes on with
_REQUESTS: Final = "avr"  # amounts, states and restrictions: what a part asks for
_SURE: Final = 0.5


@dataclass(frozen=True)
class Part:
    """A part of a text from `start` to `end`; lead: words of an earlier part that name what it is about, if it does not itself.

    "throughput in S1 above 7 Mbit/s, S2 above 8 Mbit/s": the second part is led by "throughput".
    """

    start: int
    end: int
    lead: str = ""

    def of(self, text: str) -> str:
        """Return the words to be read."""
        return self.lead + text[self.start : self.end].rstrip()


def parts_of(text: str, pieces: Sequence[TaggedPiece]) -> tuple[Part, ...]:
    """Return the parts of a text in their order; a text that asks for one thing is one part. pieces: of the text, tagged."""
    tags = [(piece.start, piece.end, max(piece.tags, key=lambda tag: piece.tags[tag])) for piece in pieces]
    runs = _glued(_cut(text, tags), pieces, tags)
    parts: list[Part] = []
    for start, end in runs:
        parts.append(Part(start, end, _lead(text, pieces, (start, end), parts)))
    return tuple(parts)


_Tags = Sequence[tuple[int, int, str]]


def _cut(text: str, tags: _Tags) -> list[tuple[int, int]]:
    """Return the text cut at all separators that do not stand within a list of the same kind."""
    runs, position = list[tuple[int, int]](), 0
    for match in _SEPARATOR.finditer(text):
        if match["strong"] is None and _is_within(text, tags, *match.span()):
            continue
        runs += [(position, match.start())] if match.start() > position else []
        position = match.end()
    return runs + ([(position, len(text))] if position < len(text) else [])


def _is_within(text: str, tags: _Tags, start: int, end: int) -> bool:
    """Whether the words on both sides of a separator are of one kind."""
    before = [word.span() for word in _WORD.finditer(text, 0, start)]
    after = _WORD.search(text, end)
    if not before or after is None:
        return True
    last, first = _tags_in(tags, before[-1]), _tags_in(tags, after.span())
    if not last or not first:
        return True
    if last[-1] == first[0] == "a":  # "between 20 and 60 %", but "below 20 %, save energy"
        behind = _SEPARATOR.search(text, end)
        return "k" not in _tags_in(tags, (end, behind.start() if behind else len(text)))
    return last[-1] == first[0] and first[0] in _WITHIN and first[0] != ""


def _tags_in(tags: _Tags, span: tuple[int, int]) -> list[str]:
    return [tag for start, end, tag in tags if max(start, span[0]) < min(end, span[1])]


def _glued(runs: Sequence[tuple[int, int]], pieces: Sequence[TaggedPiece], tags: _Tags) -> list[tuple[int, int]]:
    """Return the runs with those that ask for nothing by themselves put to the one before or behind."""
    whole: list[tuple[int, int]] = []
    waiting: int | None = None  # where a run begins that belongs to the next one
    for start, end in runs:
        if _share(pieces, (start, end), _REQUESTS) > _SURE:
            whole.append((start if waiting is None else waiting, end))
            waiting = None
        elif waiting is None and whole and _goes_on(tags, whole[-1], (start, end)):
            whole[-1] = whole[-1][0], end
        elif waiting is None:
            waiting = start
    if waiting is not None and runs:
        whole[-1:] = [(whole[-1][0] if whole else waiting, runs[-1][1])]
    return whole


def _goes_on(tags: _Tags, before: tuple[int, int], run: tuple[int, int]) -> bool:
    """Whether a run goes on with the place before it, or says when or under what condition."""
    first = next((tag for tag in _tags_in(tags, run) if tag), "")
    last = next(iter(_tags_in(tags, before)[-1:]), "")
    return first in ("w", "c") or (first == "p" and last == "p")


def _share(pieces: Sequence[TaggedPiece], span: tuple[int, int], tags: str) -> float:
    """Return the greatest probability of one of the tags in a span."""
    return max(
        (piece.tags[tag] for piece in pieces if max(piece.start, span[0]) < min(piece.end, span[1]) for tag in tags), default=0.0
    )


def _lead(text: str, pieces: Sequence[TaggedPiece], run: tuple[int, int], before: Sequence[Part]) -> str:
    """Return the name and the slice of the last part that has a name, for a bound without a name of its own."""
    if _extent(pieces, run, "k") or not _extent(pieces, run, "a") or _extent(pieces, run, "v"):
        return ""
    for part in reversed(before):
        if name := _extent(pieces, (part.start, part.end), "k"):
            own = _extent(pieces, (part.start, part.end), "s") if not _extent(pieces, run, "s") else None
            return " ".join(text[start:end] for start, end in filter(None, (name, own))) + " "
    return ""


def _extent(pieces: Sequence[TaggedPiece], run: tuple[int, int], tag: str) -> tuple[int, int] | None:
    """Return from where to where words of a tag stand in a run."""
    spans = [(one.start, one.end) for one in pieces if run[0] <= one.start and one.end <= run[1] and one.tags[tag] > _SURE]
    return (spans[0][0], spans[-1][1]) if spans else None
