"""A text with what a reader marks in it, and the places in the text of all words that it marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from agents.reading.marked import Act, Marked, MarkedItem
from agents.reading.relation import RELATION, with_headings

_SENTENCE_END: Final = re.compile(r"[.!?;]\s")
_OF_ALL: Final = re.compile(r"[\s,(]*(?:all|both|each)\s+(?:of\s+(?:them|these|that)\s+)?(?:in\s+)?\w+", re.IGNORECASE)
_TURN_BEHIND: Final = re.compile(  # of an amount that is marked without its direction: "15 degrees | to the left"
    r"\s*,?\s*(?:digitally\s+|(?:of\s+)?(?:digital\s+)?tilt\s+)?(?:further\s+|more\s+)?"
    r"(?:(?:up|down)(?:wards?)?(?!\s+to\b)|(?:(?:counter|anti)[\s-]?)?clockwise|(?:to\s+the\s+)?(?:left|right))\b",
    re.IGNORECASE,
)

_OUT_BEHIND: Final = re.compile(  # "S6C2 does not count": it is taken out of the place to which the words belong
    r"""[^\S\n]*[,(]?[^\S\n]*(?:which\s+)?(?:do(?:es)?\s*(?:n['’]?t|\s+not)\s+count
    |(?:(?:is|are|being|is\s+being|are\s+being)\s+)?(?:out\s+of\s+scope|not\s+in\s+scope|excluded|excepted|exempt(?:ed)?
    |left\s+out|omitted|disregarded|not\s+(?:included|counted)))\b(?!\s+(?:from|of|by)\b|\s*[:=])""",
    re.IGNORECASE | re.VERBOSE,
)
# "S1C1 and S4C1 excluded | from sleep": the verb of a restriction, which takes nothing out of its place.
_SPARED: Final = re.compile(
    r"""[\s,]*\b(?:(?:is|are|be|being|to\s+be|(?:shall|must|should|will)\s+be|remains?|stays?)\s+)*
    (?:excluded|exempt(?:ed)?|spared|excused)(?P<rest>\s+(?:from|of)\b.*)?\W*$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_FROM_ACT: Final = re.compile(
    r"""\s*(?:from|of)\s+(?:(?:any|all|the|every|energy|further|tonight['’]s)\s+){0,3}
    (?:sleep\w*|saving|savings|hibernation|changes?|edits?|modifications?|alterations?|tuning|adjustments?)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_ALL: Final = re.compile(r"\b(?:all|every\w*|each|any\w*|whole|entire|rest|others?|network|no\w*)\b", re.IGNORECASE)
_OUT_BEFORE: Final = re.compile(
    r"\b(?:out\s+of\s+scope|not\s+in\s+scope|excluded|excepted|exempt|excluding|except|exceptions?|exclusions?|left\s+out|omitted)"
    r"\s*[:=]\s*$",
    re.IGNORECASE,
)
# "75 % ≥ load": the sign between a number that begins its clause and what is measured belongs to the number.
_SIGN_BEHIND: Final = re.compile(r"[^\S\n]*(?:[<>][^\S\n]?=|[<>≤≥])(?=[^\S\n]*[^\W\d])")
_BEGINNING: Final = re.compile(r"(?:^|[\n;:,&|∧•(]|\band)[^\S\n]*$", re.IGNORECASE)
_COMPARED: Final = re.compile(r"[<>≤≥]")

Spans = tuple[tuple[int, int], ...]  # start and end of each piece of words


@dataclass(frozen=True)
class SpannedItem:
    """An item with the spans of its words."""

    item: MarkedItem
    place: Spans = ()
    amount: Spans = ()


@dataclass(frozen=True)
class SpannedText:
    """A text, its act and items, and the spans of its window and of its condition."""

    text: str
    act: Act
    items: tuple[SpannedItem, ...] = ()
    when: Spans = ()
    condition: Spans = ()

    def marked(self) -> Marked:
        """Return what is marked, without the spans."""
        when, condition = words_of(self.text, self.when), words_of(self.text, self.condition)
        items, beside = tuple(self._placed(one) for one in self.items), tuple(self._beside(one) for one in self.items)
        starts = tuple(min((start for start, _ in one.place), default=-1) for one in self.items)
        return Marked(act=self.act, items=items, beside=beside, starts=starts, when=when, condition=condition)

    def place_of(self, item: SpannedItem) -> Spans:
        """Return where the words of a place stand, with those that take one of its pieces out: "S6C2 does not count"."""
        if item.item.kind == "forbid":
            return tuple(self._without_verb(start, end) for start, end in item.place)
        return tuple(self._with_exclusion(start, end) for start, end in item.place)

    def amount_of(self, item: SpannedItem) -> Spans:
        """Return where the words of an amount stand, with the comparison sign behind a number on its left: "18 ms > delay"."""
        if item.item.kind != "target" or item.item.comparison in (None, "min", "max") or len(item.amount) != 1:
            return item.amount
        start, end = item.amount[0]
        behind = _SIGN_BEHIND.match(self.text, end)
        if behind is None or _COMPARED.search(self.text[start:end]) or not _BEGINNING.search(self.text[:start]):
            return item.amount
        return ((start, behind.end()),)

    def _placed(self, one: SpannedItem) -> MarkedItem:
        place, amount = self.place_of(one), self.amount_of(one)
        if one.item.name == RELATION and (headed := with_headings(self.text, place)):
            return one.item.model_copy(update={"place": headed})
        changed = {"place": words_of(self.text, place)} if place != one.place else {}
        changed |= {"amount": words_of(self.text, amount)} if amount != one.amount else {}
        return one.item.model_copy(update=changed) if changed else one.item

    def _with_exclusion(self, start: int, end: int) -> tuple[int, int]:
        if before := _OUT_BEFORE.search(self.text, 0, start):
            return before.start(), end
        behind = _OUT_BEHIND.match(self.text, end)
        return start, behind.end() if behind else end

    def _without_verb(self, start: int, end: int) -> tuple[int, int]:
        """Return the place of a restriction without the "excluded" of "excluded from sleep", which is what it says of it."""
        match = _SPARED.search(self.text, start, end)
        if match is None or match.start() == start or _ALL.search(self.text, start, match.start()):
            return start, end
        act = match["rest"] or self.text[end:]
        return (start, match.start()) if _FROM_ACT.match(act) else (start, end)

    def _beside(self, item: SpannedItem) -> str:
        """Return the words from the last mark or sentence to an amount, without those of places.

        And those right behind it that say more of it, "all in ms" or "to the left".
        """
        if not item.amount:
            return ""
        first, last = min(start for start, _ in item.amount), max(end for _, end in item.amount)
        if item.item.is_delta:  # "bring | the downtilt of A | up by a degree": what changes can stand between its pieces
            first = max(start for start, _ in item.amount)
        others = [span for one in self.items if one is not item for span in one.amount if span[1] <= first]
        others += [*self.when, *self.condition]
        start = max((end for _, end in others if end <= first), default=0)
        places = sorted({span for one in self.items for span in one.place if start <= span[0] and span[1] <= first})
        starts, ends = [start, *(end for _, end in places)], [*(begin for begin, _ in places), first]
        words = " ".join(self.text[begin:end] for begin, end in zip(starts, ends, strict=True))
        behind = _OF_ALL.match(self.text, last) or (_TURN_BEHIND.match(self.text, last) if item.item.is_delta else None)
        return f"{_SENTENCE_END.split(words)[-1]} {behind[0] if behind else ''}"


def words_of(text: str, spans: Spans) -> str:
    """Return the words at these spans, pieces joined by " … "."""
    return " … ".join(text[start:end] for start, end in spans)
