"""Whether the places of a reading stand with the items that they are marked for, or with others.

"Energy of S7 minimal; blocking of S7C1 under 2 %" can be marked so that S7C1 is a further piece of the energy's place, or so that
energy and blocking have each other's place. How far two things stand apart is told by what parts them: the end of a sentence or
of a point of a list, a comma or an "and", the amount of an item of another place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from agents.readers.accounts.telling_words import phrases_in, telling_words
from agents.readers.spanned_text import SpannedItem, SpannedText, Spans
from agents.reading.marked import SAME

Span = tuple[int, int]

_END: Final = re.compile(r"\n|[;.!?](?=\s|$)|\s[-–—/]\s")  # ";" without a space parts the fields of a table
_JOINT: Final = re.compile(r",(?!\d)|[()&]|\b(?:and|plus|but|while|yet|then)\b", re.IGNORECASE)
_OF_END: Final = 3.0
_OF_JOINT: Final = 1.0
_OF_AMOUNT: Final = 2.0
_MOST_JOINTS: Final = 2  # commas part the places of a list as well
# A place that takes up what was named before, however far: "S2 … S3 … on both"; or that leaves out a name: "S4 except … S4C1".
_FAR: Final = re.compile(
    r"""\b(?:both|either|neither|each|all|same|together|them|they|those|these|there|here|it|its|that|this|one|the\s+(?:two|three|four)
    |former|latter|first|second|third|except\w*|without|but|not|exclud\w+|excluding|apart|other)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Words of what is set or forbidden without an amount.
_ASLEEP: Final = r"sleep\w*|asleep|slept|slp|off|down|dark|dormant"
_AWAKE: Final = r"wak\w*|awake|woken|on|up|alive|air|runs?|running|service"
_STATES: Final[Mapping[str, str]] = {
    "toBeEnergySaving": _ASLEEP,
    "toBeNotEnergySaving": _AWAKE,
    "energySavingControl": rf"{_ASLEEP}|{_AWAKE}",
    "sleep": rf"{_ASLEEP}|{_AWAKE}",
    "administrativeState": r"(?:un)?lock\w*|service|block(?:ed)?",
    "change": r"touch\w*|chang\w*|alone|hands|leave|let|frozen|freeze|alter\w*|edit\w*|modify|untouched|be|stays?|no\w*|however",
}


@dataclass(frozen=True)
class Bindings:
    """The places and items of a reading. named: where its text names cells, sites and areas in full."""

    spanned: SpannedText
    named: Spans

    def strayed(self) -> Iterator[SpannedItem]:
        """Yield items of which another place than their own stands much nearer."""
        yield from (one for number, one in enumerate(self.spanned.items) if self.farther(number) > _OF_END)

    def reaching(self) -> Iterator[Span]:
        """Yield further pieces of a place that name something and stand nearer to another item."""
        for number in self._numbers:
            pieces, anchors = self.spanned.items[number].place, self._anchors(number)
            if len(pieces) > 1 and anchors and not self._is_far(number):
                apart = {span: min(self._apart(span, anchor, number) for anchor in anchors) for span in pieces}
                nearest = self._names_in((min(pieces, key=lambda span: apart[span]),))
                further = [span for span in pieces if not self._names_in((span,)) <= nearest]
                yield from (span for span in further if self._is_nearer_to_another(span, number, apart[span]))

    def shared(self) -> Iterator[Span]:
        """Yield names that are said once and belong to two items with different places."""
        said = [self._words(span) for span in self.named]
        for span in self.named:
            if said.count(self._words(span)) == 1:
                places = [one.place for number, one in enumerate(self.spanned.items) if not self._is_far(number)]
                if len({self._names_in(place) for place in places if _overlaps(span, place)}) > 1:
                    yield span

    def farther(self, number: int) -> float:
        """Return by how much the place of an item stands farther from it than another place does."""
        own = self._own(number)
        if not own:
            return 0.0
        farther = (
            min(self._apart(span, anchor, number) for span in own)
            - min(self._apart(span, anchor, number) for span in self._mentions)
            for anchor in self._anchors(number)
        )
        return min(farther, default=0.0)

    @property
    def _numbers(self) -> range:
        return range(len(self.spanned.items))

    @cached_property
    def _places(self) -> tuple[Spans, ...]:
        """The pieces of the place of each item, also where it is that of the item before."""
        places: list[Spans] = []
        for one in self.spanned.items:
            places.append(places[-1] if one.item.place == SAME and places else one.place)
        return tuple(places)

    @cached_property
    def _mentions(self) -> Spans:
        """Where places are said: named, or as an item has them; those of window and condition are no item's."""
        beside = (*self.spanned.when, *self.spanned.condition)
        found = [span for span in self.named if not _overlaps(span, beside)]
        pieces = (span for one in self.spanned.items for span in one.place)
        return tuple(dict.fromkeys((*found, *(span for span in pieces if not _overlaps(span, found)))))

    def _own(self, number: int) -> list[Span]:
        """Return where the place of an item is said; readers point at the first of several of the same words."""
        said = {self._words(span) for span in self._mentions if _overlaps(span, self._places[number])}
        return [span for span in self._mentions if self._words(span) in said]

    def _names_in(self, spans: Sequence[Span]) -> frozenset[str]:
        return frozenset(self._words(one) for one in self.named if _overlaps(one, spans))

    def _words(self, span: Span) -> str:
        return self.spanned.text[slice(*span)].casefold()

    def _is_far(self, number: int) -> bool:
        """Whether the place of an item takes up or leaves out what stands elsewhere."""
        text = self.spanned.text
        found = [match.span() for span in self.spanned.items[number].place for match in _FAR.finditer(text, *span)]
        return any(not _overlaps(span, self.named) for span in found)

    def _anchors(self, number: int) -> Sequence[Span]:
        """Return where an item is: its amount, else the words of its state or name, none if they are too few."""
        one = self.spanned.items[number]
        if one.amount:
            return one.amount
        words = _STATES.get(one.item.state) or _STATES.get(one.item.name)
        if words is None:
            found = [span for span, name in self._told if name == one.item.name]
        else:
            found = [match.span() for match in re.finditer(rf"\b(?:{words})\b", self.spanned.text, re.IGNORECASE)]
        same = sum(other.item.name == one.item.name for other in self.spanned.items)
        return found if len(found) >= same else []  # "S8C1 is not to be locked, S8C2 neither"

    @cached_property
    def _told(self) -> tuple[tuple[Span, str], ...]:
        """Where words tell the name of a KPI or attribute."""
        table = telling_words()
        return tuple((span, table[phrase]) for phrase, span in phrases_in(self.spanned.text) if phrase in table)

    def _apart(self, one: Span, other: Span, number: int) -> float:
        """Return what parts two spans, of which one is an anchor of an item."""
        start, end = min(one[1], other[1]), max(one[0], other[0])
        if start >= end:
            return 0.0
        between = self.spanned.text[start:end]
        amounts = sum(
            any(start <= first and last <= end for first, last in item.amount)
            for at, item in enumerate(self.spanned.items)
            if at != number and self._places[at] != self._places[number]
        )
        ends = sum(1 for _ in _END.finditer(between))
        joints = min(sum(1 for _ in _JOINT.finditer(between)), _MOST_JOINTS)
        return _OF_END * ends + _OF_JOINT * joints + _OF_AMOUNT * amounts

    def _is_nearer_to_another(self, span: Span, number: int, apart: float) -> bool:
        others = (at for at in self._numbers if at != number)
        return any(self._apart(span, anchor, at) < apart for at in others for anchor in self._anchors(at))


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(max(span[0], one[0]) < min(span[1], one[1]) for one in others)
