"""Plain sentences composed of the words of the hands; only those whose marks code computes to what they were made to mean."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from agents.reading.computing import computed
from agents.reading.doubt import Doubt
from agents.reading.feasibility import impossible
from agents.reading.names import Names
from agents.reading.reading import Reading
from agents.reading.unknown_words import strangers_in
from training.llm.composing import patterns
from training.llm.composing.clauses import Clauses
from training.llm.composing.several_parts import SeveralParts
from training.llm.composing.vocabulary import Spot, Vocabulary
from training.llm.labelled_text import LabelledEdit, LabelledTarget, LabelledText
from training.llm.multiplying.noise import noisy
from training.llm.multiplying.segments import Segment
from training.llm.multiplying.source import Source
from training.llm.scoring import verdict

_DIGIT: Final = re.compile(r"\d")
Maker = Callable[["Composer", Clauses], LabelledText]


class Composer(SeveralParts):
    """Composes sentences; the same sources and seed make the same ones."""

    def __init__(self, sources: Sequence[Source], seed: int) -> None:
        super().__init__(Vocabulary(sources, seed), random.Random(f"composer {seed}"))

    def texts(self, count: int) -> Iterator[LabelledText]:
        """Yield sentences, each true by what code computes from its marks."""
        made = 0
        while made < count:
            if text := self._text():
                made += 1
                yield text

    def _text(self) -> LabelledText | None:
        hand = self._random.choice(self._vocabulary.hands)
        clauses = Clauses(self._vocabulary, hand, self._random)
        make, _, is_literal = self._random.choices(_MAKERS, [weight for _, weight, _ in _MAKERS])[0]
        try:
            text = make(self, clauses)
        except (LookupError, ValueError):
            return None  # nobody's words fit together
        if not text.marks and text.act in ("question", "ask"):
            return noisy(text, self._random)
        names = self._vocabulary.network(hand)
        is_true = _is_refused(text, names) if is_literal else _is_true(text, names)
        return noisy(text, self._random) if is_true else None

    def simple(self, clauses: Clauses) -> LabelledText:
        """Return one wish, with a window now and then."""
        clause = self._one(clauses, "")
        return self._labelled("change", self._timed(clauses, [*clause.words]), clause.items)

    def forbidding(self, clauses: Clauses) -> LabelledText:
        """Return a restriction alone, or two."""
        parts = [clauses.restriction("1", self._spot(clauses))]
        parts += [clauses.restriction("2", clauses.spot())] if self._random.random() < 0.15 else []
        return self._labelled(
            "forbid", self._timed(clauses, self._joined(parts)), [item for part in parts for item in part.items]
        )

    def supposing(self, clauses: Clauses) -> LabelledText:
        """Return what would be if."""
        clause = clauses.edit("", clauses.spot())
        if clause.words[0].tag[:1] in ("k", "p") or "please" in clause.words[0].words:
            raise LookupError("not a verb in the infinitive")
        before, after = self._random.choice(patterns.SUPPOSITIONS).split("{}")
        return self._labelled("what_if", [Segment("", before), *clause.words, Segment("", after)], clause.items)

    def conditional(self, clauses: Clauses) -> LabelledText:
        """Return a wish under a condition."""
        clause = self._one(clauses, "")
        condition = Segment("c", clauses.condition())
        words = [*clause.words, Segment("", self._random.choice((" ", ", "))), condition]
        if self._random.random() < 0.3:
            words = [condition, Segment("", ", "), *clause.words]
        return self._labelled("change", words, clause.items, condition.words)

    def asking(self, clauses: Clauses) -> LabelledText:
        """Return a question of facts."""
        forms, kind = (
            (patterns.QUESTIONS, LabelledTarget) if self._random.random() < 0.7 else (patterns.EDIT_QUESTIONS, LabelledEdit)
        )
        return self._labelled("question", clauses.without_label(forms, kind), ())

    def lacking(self, clauses: Clauses) -> LabelledText:
        """Return an order that lacks what is needed."""
        return self._labelled("ask", clauses.without_label(patterns.WITHOUT_AMOUNT, LabelledEdit), ())

    def without_unit(self, clauses: Clauses) -> LabelledText:
        """Return an edit whose number has no unit, as a literal reader marks it: code asks about it."""
        clause = clauses.setting("", clauses.spot(), bare=True)
        return self._labelled("change", clause.words, clause.items)

    def of_a_stranger(self, clauses: Clauses) -> LabelledText:
        """Return a wish about a cell that does not exist, as a literal reader marks it: code asks about it."""
        cell = self._random.choice(sorted(self._vocabulary.network(clauses.hand).order))
        stranger = _DIGIT.sub(lambda _: self._random.choice("789"), cell)
        if stranger == cell:
            raise LookupError("no digit")
        spot = Spot(stranger, (cell,))
        clause = clauses.target("", spot) if self._random.random() < 0.6 else clauses.edit("", spot)
        return self._labelled("change", clause.words, clause.items)


_MAKERS: Final[tuple[tuple[Maker, int, bool], ...]] = (
    (Composer.simple, 24, False),
    (Composer.sharing, 18, False),
    (Composer.several, 14, False),
    (Composer.mixed, 14, False),
    (Composer.distributed, 7, False),
    (Composer.distributed_edit, 5, False),
    (Composer.with_restriction, 8, False),
    (Composer.forbidding, 6, False),
    (Composer.supposing, 5, False),
    (Composer.conditional, 4, False),
    (Composer.asking, 3, False),
    (Composer.lacking, 3, False),
    (Composer.without_unit, 2, True),
    (Composer.of_a_stranger, 2, True),
)


def _is_true(text: LabelledText, names: Names) -> bool:
    """Whether code computes from the marks what they were made to mean, and a network can do it."""
    try:
        reading = Reading.of(computed(text.spanned().marked(), names))
    except Doubt:
        return False
    return verdict([text], reading) == "right" and not impossible(reading, names)


def _is_refused(text: LabelledText, names: Names) -> bool:
    """Whether code sees by itself that the text cannot be acted on."""
    try:
        reading = Reading.of(computed(text.spanned().marked(), names))
    except Doubt:
        return True
    return bool(impossible(reading, names) or strangers_in(text.text, names))
