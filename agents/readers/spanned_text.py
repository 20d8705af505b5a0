"""A text with what a reader marks in it, and the places in the text of all words that it marks."""

from __future__ import annotations

from dataclasses import dataclass

from agents.reading.marked import Act, Marked, MarkedItem

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
        return Marked(act=self.act, items=tuple(one.item for one in self.items), when=when, condition=condition)


def words_of(text: str, spans: Spans) -> str:
    """Return the words at these spans, pieces joined by " … "."""
    return " … ".join(text[start:end] for start, end in spans)
