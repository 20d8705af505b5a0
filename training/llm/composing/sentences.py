"""What all sentences are made with: a wish, its place, a window now and then, and the label of the whole."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

from agents.reading.marked import Act
from training.llm.composing import patterns
from training.llm.composing.clause import Clause
from training.llm.composing.clauses import Clauses
from training.llm.composing.phrase import Phrase, capitalized
from training.llm.composing.vocabulary import Spot, Vocabulary
from training.llm.labelled_text import LabelledEdit, LabelledItem, LabelledRestriction, LabelledTarget, LabelledText
from training.llm.multiplying.segments import Segment

_STYLE: Final = "composed"


class Sentences:
    """Draws sentences from the vocabulary of the hands."""

    def __init__(self, vocabulary: Vocabulary, draw: random.Random) -> None:
        self._vocabulary, self._random = vocabulary, draw

    def _one(self, clauses: Clauses, number: str, spot: Spot | None = None) -> Clause:
        """Return a wish; spot: its place, else a drawn one or, for a goal, now and then the whole network."""
        if self._random.random() < 0.62:
            return clauses.target(number, spot or (self._spot(clauses) if self._random.random() < 0.8 else None))
        return clauses.edit(number, spot or self._spot(clauses))

    def _spot(self, clauses: Clauses) -> Spot:
        return clauses.spot(excluding=self._random.random() < 0.1)

    def _in_front(self, clauses: Clauses, spot: Spot) -> list[Segment]:
        placed = self._vocabulary.placed(spot, first=True)
        words, behind = self._random.choice(((spot.words, ": "), (placed, ", "), (spot.words, " - "), (placed, ": ")))
        return [Segment("p", words), Segment("", behind)]

    def _joined(self, parts: Sequence[Clause]) -> list[Segment]:
        joint = self._random.choice(patterns.JOINTS)
        words: list[Segment] = []
        for number, part in enumerate(parts):
            is_last = number == len(parts) - 1
            own = self._random.choice((" and ", ", and ", joint)) if is_last and joint == ", " else joint
            words += [Segment("", own)] if number else []
            words += capitalized(part.words) if number and own in (". ", "\n") else part.words
        return words

    def _timed(self, clauses: Clauses, words: Sequence[Segment]) -> list[Segment]:
        time = self._vocabulary.time(clauses.hand) if self._random.random() < 0.22 else ""
        if not time:
            return list(words)
        return (
            [Segment("w", time), Segment("", ", "), *words]
            if self._random.random() < 0.25
            else [*words, Segment("", " "), Segment("w", time)]
        )

    def _labelled(
        self, act: Act, words: Phrase | Sequence[Segment], items: Sequence[LabelledItem], condition: str | None = None
    ) -> LabelledText:
        marks: list[tuple[str, int, int]] = []
        position = 0
        for tag, own in words:
            marks += [(tag, position, position + len(own))] if tag else []
            position += len(own)
        text = "".join(own for _, own in words)
        if self._random.random() < 0.55:
            text = text[:1].upper() + text[1:]
        if self._random.random() < 0.3 and text[-1] not in "?.!":
            text += "."
        return LabelledText(
            act=act, text=text, phenomenon="composed", style=_STYLE, marks=tuple(marks), condition_on=condition,
            targets=tuple(item for item in items if isinstance(item, LabelledTarget)),
            edits=tuple(item for item in items if isinstance(item, LabelledEdit)),
            forbidden=tuple(item for item in items if isinstance(item, LabelledRestriction)),
        )  # fmt: skip
