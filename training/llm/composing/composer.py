"""Plain sentences composed of the words of the hands; only those whose marks code computes to what they were made to mean."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from agents.reading.computing import computed
from agents.reading.doubt import Doubt
from agents.reading.feasibility import impossible
from agents.reading.marked import Act
from agents.reading.names import Names
from agents.reading.reading import Reading
from agents.reading.unknown_words import strangers_in
from training.llm.composing import patterns
from training.llm.composing.clause import Clause
from training.llm.composing.clauses import Clauses
from training.llm.composing.phrase import Phrase, capitalized
from training.llm.composing.vocabulary import Spot, Vocabulary
from training.llm.labelled_text import LabelledEdit, LabelledItem, LabelledRestriction, LabelledTarget, LabelledText
from training.llm.multiplying.noise import noisy
from training.llm.multiplying.segments import Segment
from training.llm.multiplying.source import Source
from training.llm.scoring import verdict

_STYLE: Final = "composed"
_DIGIT: Final = re.compile(r"\d")
Maker = Callable[["Composer", Clauses], LabelledText]


class Composer:
    """Composes sentences; the same sources and seed make the same ones."""

    def __init__(self, sources: Sequence[Source], seed: int) -> None:
        self._vocabulary = Vocabulary(sources, seed)
        self._random = random.Random(f"composer {seed}")

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

    def _one(self, clauses: Clauses, number: str, spot: Spot | None = None) -> Clause:
        """Return a wish; spot: its place, else a drawn one or, for a goal, now and then the whole network."""
        if self._random.random() < 0.62:
            return clauses.target(number, spot or (self._spot(clauses) if self._random.random() < 0.8 else None))
        return clauses.edit(number, spot or self._spot(clauses))

    def _spot(self, clauses: Clauses) -> Spot:
        return clauses.spot(excluding=self._random.random() < 0.1)

    def sharing(self, clauses: Clauses) -> LabelledText:
        """Return several goals for one place, which is named once."""
        count = self._random.choice((2, 2, 2, 3, 3, 4))
        spot = self._spot(clauses)
        parts = [clauses.target(str(number + 1), None) for number in range(count)]
        words = self._in_front(clauses, spot) if self._random.random() < 0.5 else []
        words += self._joined(parts)
        if not words[0].tag.startswith("p"):
            words += [Segment("", " "), Segment("p", self._vocabulary.placed(spot))]
        items = [item.changed(cells=spot.cells, marks=("p", *item.marks)) for part in parts for item in part.items]
        return self._labelled("change", self._timed(clauses, words), items)

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

    def several(self, clauses: Clauses) -> LabelledText:
        """Return several wishes with a place each: a place that is named once would hold for all."""
        count = self._random.choice((2, 2, 3))
        parts = [self._one(clauses, str(number + 1), self._spot(clauses)) for number in range(count)]
        return self._labelled("change", self._joined(parts), [item for part in parts for item in part.items])

    def distributed(self, clauses: Clauses) -> LabelledText:
        """Return one KPI with another bound in each place."""
        first = clauses.bound("", clauses.spot())
        target = first.items[0]
        if not isinstance(target, LabelledTarget):
            raise LookupError("no target")
        words: list[Segment] = []
        items: list[LabelledItem] = []
        name = self._vocabulary.name(LabelledTarget, target.kpi)
        words += [Segment("k", name), Segment("", self._random.choice((" ", ": ", " - ", " should be ")))]
        for number in range(self._random.choice((2, 2, 3))):
            spot = clauses.spot()
            comparison, quantity, bound, verbal = clauses.bound_words(target.kpi)
            if verbal:
                raise LookupError("a bound with a verb does not stand in a list")
            p, a = f"p{number + 1}", f"a{number + 1}"
            pair = [Segment(a, bound), Segment("", " "), Segment(p, self._vocabulary.placed(spot))]
            if self._random.random() < 0.5:
                pair = [Segment(p, spot.words), Segment("", " "), Segment(a, bound)]
            words += [Segment("", self._random.choice((", ", " and ", "; ")))] if number else []
            words += pair
            items.append(
                LabelledTarget(
                    kpi=target.kpi, slice=None, cells=spot.cells, condition=comparison, value=quantity.value, marks=(p, "k", a)
                )
            )
        return self._labelled("change", words, items)

    def with_restriction(self, clauses: Clauses) -> LabelledText:
        """Return a goal and what must not be touched for it, in either order."""
        goal = clauses.target("1", clauses.spot() if self._random.random() < 0.5 else None)
        aside = clauses.restriction("2", clauses.spot(), "aside")
        joint = Segment("", self._random.choice(patterns.OPPOSING))
        pair = (goal.words, aside.words) if self._random.random() < 0.7 else (aside.words, goal.words)
        words = [*pair[0], joint, *(capitalized(pair[1]) if joint.words == ". " else pair[1])]
        text = self._labelled("change", self._timed(clauses, words), (*goal.items, *aside.items))
        return self._without_untouchable(text, clauses)

    def _without_untouchable(self, text: LabelledText, clauses: Clauses) -> LabelledText:
        """Take the cells that must not be touched out of those of the goals."""
        names = self._vocabulary.network(clauses.hand)
        forbidden = {
            cell for item in text.forbidden if item.what == "change" for cell in (names.all if item.cells == "*" else item.cells)
        }
        targets = []
        for item in text.targets:
            left = (names.all if item.cells == "*" else frozenset(item.cells)) - forbidden
            if not left:
                raise LookupError("no cell is left")
            targets.append(item.changed(cells="*" if left == names.all else tuple(sorted(left))))
        return text.changed(targets=tuple(targets))

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


_MAKERS: Final[tuple[tuple[Maker, int, bool], ...]] = (
    (Composer.simple, 38, False),
    (Composer.sharing, 16, False),
    (Composer.several, 9, False),
    (Composer.distributed, 4, False),
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
