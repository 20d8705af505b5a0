"""Sentences of several parts: which name goes with which place and which amount is what a reader has to keep apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from training.llm.composing import patterns
from training.llm.composing.clause import Clause, marks_of, written
from training.llm.composing.clauses import STATE_ATTRIBUTES, Clauses
from training.llm.composing.phrase import capitalized
from training.llm.composing.sentences import Sentences
from training.llm.composing.vocabulary import Spot
from training.llm.labelled_text import LabelledEdit, LabelledItem, LabelledRestriction, LabelledTarget, LabelledText
from training.llm.multiplying.segments import Segment

_BETWEEN: Final = (", ", " and ", "; ", "\n", ", then ", " / ")
_BEHIND_NAME: Final = (" ", ": ", " - ", " should be ")
_IN: Final = ("in", "at", "on", "for")


class _Part(NamedTuple):
    """Words for a place and an amount, and what they mean."""

    place: str
    amount: str
    item: LabelledItem


class SeveralParts(Sentences):
    """Draws sentences of several wishes, edits and restrictions."""

    def sharing(self, clauses: Clauses) -> LabelledText:
        """Return several goals and now and then edits for one place, which is named once."""
        count = self._random.choice((2, 2, 2, 3, 3, 4))
        spot = self._spot(clauses)
        share = self._random.choice((0.0, 0.0, 0.4))
        parts = [self._without_place(clauses, str(number + 1), share) for number in range(count)]
        words = self._in_front(clauses, spot) if share or self._random.random() < 0.5 else []
        words += self._joined(parts)
        if not words[0].tag.startswith("p"):
            words += [Segment("", " "), Segment("p", self._vocabulary.placed(spot))]
        items = [item.changed(cells=spot.cells, marks=("p", *item.marks)) for part in parts for item in part.items]
        return self._labelled("change", self._timed(clauses, words), items)

    def _without_place(self, clauses: Clauses, number: str, edits: float) -> Clause:
        """Return a goal, or at the share `edits` an edit, in words that name no place."""
        if self._random.random() >= edits:
            return clauses.target(number, None)
        name, amount, value, delta = self._edit(clauses)
        order = self._random.choice(("{k} {a}", "{k} {a}", "{k}: {a}", "{a} {k}" if delta else "{k} = {a}"))
        cut = clauses.phrased(order, {"k": self._vocabulary.name(LabelledEdit, name), "a": amount}, number, None)
        return Clause(cut, (LabelledEdit(attribute=name, slice=None, cells="*", value=value, delta=delta, marks=marks_of(cut)),))

    def _edit(self, clauses: Clauses, name: str = "", *, by: bool | None = None) -> tuple[str, str, float | None, float | None]:
        """Return an attribute without slices, words for its amount, and the value or else the difference."""
        is_delta = self._random.random() < 0.5 if by is None else by
        vocabulary = self._vocabulary
        found = {own: list(vocabulary.deltas[own]) for own in vocabulary.deltas}
        if not is_delta:
            found = {own: some for (kind, own), some in vocabulary.quantities.items() if kind is LabelledEdit}
        usable = [
            own
            for own, some in found.items()
            if some and own not in STATE_ATTRIBUTES and clauses.slice_for(own, 1.0) is None and name in ("", own)
        ]
        own = self._random.choice(usable)
        quantity = self._random.choice(found[own])
        size = written(quantity, self._random)
        if not is_delta:
            return own, f"{self._random.choice(('', '', 'to ', 'at '))}{size}", quantity.value, None
        sign = self._random.choice((-1, 1))
        how = self._random.choice(patterns.SMALLER if sign < 0 else patterns.LARGER)
        return own, how.format(size), None, sign * quantity.value

    def several(self, clauses: Clauses) -> LabelledText:
        """Return several wishes with a place each: a place that is named once would hold for all."""
        count = self._random.choice((2, 2, 3, 3, 4))
        parts = [self._one(clauses, str(number + 1), self._spot(clauses)) for number in range(count)]
        return self._labelled("change", self._timed(clauses, self._joined(parts)), _items_of(parts))

    def mixed(self, clauses: Clauses) -> LabelledText:
        """Return goals and edits with a place each, among them something that must not be done, in any order."""
        count = self._random.choice((1, 2, 2, 3))
        parts = [self._one(clauses, str(number + 1), clauses.spot()) for number in range(count)]
        parts.append(clauses.restriction(str(count + 1), clauses.spot(), "aside"))
        self._random.shuffle(parts)
        text = self._labelled("change", self._timed(clauses, self._joined(parts)), _items_of(parts))
        return self._without_untouchable(text, clauses)

    def distributed(self, clauses: Clauses) -> LabelledText:
        """Return one KPI with another bound in each place."""
        target = clauses.bound("", clauses.spot()).items[0]
        if not isinstance(target, LabelledTarget):
            raise LookupError("no target")
        parts: list[_Part] = []
        for spot in self._spots(clauses):
            comparison, quantity, bound, verbal = clauses.bound_words(target.kpi)
            if verbal:
                raise LookupError("a bound with a verb does not stand in a list")
            item = LabelledTarget(kpi=target.kpi, slice=None, cells=spot.cells, condition=comparison, value=quantity.value)
            parts.append(_Part(spot.words, bound, item))
        return self._listed(self._vocabulary.name(LabelledTarget, target.kpi), parts)

    def distributed_edit(self, clauses: Clauses) -> LabelledText:
        """Return one attribute with another amount in each place."""
        parts: list[_Part] = []
        name, by = "", self._random.random() < 0.4
        for spot in self._spots(clauses):
            name, amount, value, delta = self._edit(clauses, name, by=by)
            item = LabelledEdit(attribute=name, slice=None, cells=spot.cells, value=value, delta=delta)
            parts.append(_Part(spot.words, amount, item))
        return self._listed(self._vocabulary.name(LabelledEdit, name), parts)

    def _spots(self, clauses: Clauses) -> list[Spot]:
        return [clauses.spot() for _ in range(self._random.choice((2, 2, 3, 4)))]

    def _listed(self, name: str, parts: Sequence[_Part]) -> LabelledText:
        """Return a name with places and their amounts, all in one order; the name behind the first place now and then."""
        is_place_first = self._random.random() < 0.6
        between = self._random.choice(_BETWEEN)
        is_late = is_place_first and self._random.random() < 0.3
        words = [] if is_late else [Segment("k", name), Segment("", self._random.choice(_BEHIND_NAME))]
        items: list[LabelledItem] = []
        for number, (place, amount, item) in enumerate(parts, 1):
            p, a = Segment(f"p{number}", place), Segment(f"a{number}", amount)
            late = [Segment("", " "), Segment("k", name)] if is_late and number == 1 else []
            behind = Segment(p.tag, f"{self._random.choice(_IN)} {place}")
            words += [Segment("", between)] if number > 1 else []
            words += [p, *late, Segment("", " "), a] if is_place_first else [a, Segment("", " "), behind]
            items.append(item.changed(marks=(p.tag, "k", a.tag)))
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


def _items_of(parts: Sequence[Clause]) -> list[LabelledItem]:
    """Return the items of parts: targets, edits and restrictions, each in the order of the text."""
    items = [item for part in parts for item in part.items]
    return sorted(items, key=lambda item: (isinstance(item, LabelledEdit), isinstance(item, LabelledRestriction)))
