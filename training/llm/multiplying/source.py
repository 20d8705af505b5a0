"""A text of a hand with what is known of its words: whether they mean by themselves what the label says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from agents.reading.antecedents import PlaceError
from agents.reading.computing import computed
from agents.reading.doubt import Doubt
from agents.reading.marked import Marked
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.places import cells_of
from agents.reading.reading import Cells
from agents.reading.timing.moments import TimeError
from agents.reading.timing.window import window_of
from training.llm.labelled_text import Hand, LabelledItem, LabelledRestriction, LabelledText, marked_item


@dataclass(frozen=True)
class Source:
    """A labelled text, the name of its hand and the names of its network."""

    hand: str
    names: Names
    text: LabelledText

    @cached_property
    def stands(self) -> bool:
        """Whether all places and amounts mean by themselves what the label says, without "there", "the rest" or "the same"."""
        items = self.text.items()
        return all(self._place_stands(item) and self._amount_stands(item) for item in items)

    def _place_stands(self, item: LabelledItem) -> bool:
        tags = [tag for tag in item.marks if tag[0] == "p"]
        if not tags:
            return item.cells == "*"
        words = [words for tag in tags for words in self.text.words(tag)]
        return len(words) == 1 and cells_alone(words[0], self.names) == item.cells

    def _amount_stands(self, item: LabelledItem) -> bool:
        words = [words for tag in item.marks if tag[0] == "a" for words in self.text.words(tag)]
        return not words or number_alone(item, " … ".join(words), self.names) == number_of(item)

    @cached_property
    def time_stands(self) -> bool:
        """Whether the words of the window mean it, in one piece."""
        words = [self.text.text[start:end] for tag, start, end in self.text.marks if tag[0] == "w"]
        if len(words) != 1 or self.text.window is None:
            return False
        try:
            return window_of(words[0], self.names.card) == self.text.window
        except TimeError:
            return False


def cells_alone(words: str, names: Names) -> Cells | None:
    """Return the cells that words name without any other word of their text, None if they do not."""
    try:
        place = cells_of(words, names)
    except (PlaceError, AmbiguousNameError):
        return None
    if place.unused:
        return None
    return "*" if place.cells == names.all else tuple(sorted(place.cells))


def number_of(item: LabelledItem) -> float | str | None:
    """Return the number of an item: the value, the delta, or the percentage of a relative bound."""
    if isinstance(item, LabelledRestriction):
        return None
    if item.value is not None:
        return item.value
    other = getattr(item, "delta", None) or getattr(item, "relative", None)
    return other if isinstance(other, float) or other is None else float(other.percent)


def number_alone(item: LabelledItem, amount: str, names: Names) -> float | str | None:
    """Return the number of an item with these words for its amount, None if they have none."""
    try:
        one = computed(Marked(act="change", items=(marked_item(item, "", amount),)), names).items[0]
    except Doubt:
        return None
    return next((number for number in (one.value, one.delta, one.percent) if number is not None), None)


def sources_of(hands: Iterable[Hand]) -> list[Source]:
    """Return the texts of these hands."""
    return [Source(hand.name, names, text) for hand in hands for names in (Names(hand.card),) for text in hand.texts]
