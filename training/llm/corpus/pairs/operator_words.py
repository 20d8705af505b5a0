"""Words of operators from the texts of the hands: places, amounts, times and KPIs, with what a person labelled them as.

`stands` tells whether code computes the words alone to what the label says: only then do person and code agree on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from agents.reading.names import Names
from agents.reading.site_card import SiteCard
from agents.reading.timing.moments import TimeError
from agents.reading.timing.window import window_of
from training.llm.labelled_text import LabelledEdit, LabelledItem, LabelledRestriction, LabelledTarget, hands_of
from training.llm.multiplying.source import Source, cells_alone, number_alone, number_of, sources_of


@dataclass(frozen=True)
class SaidPlace:
    """Words for a place, and the ids of its cells by the label."""

    hand: str
    names: Names
    words: str
    cells: frozenset[str]

    @property
    def stands(self) -> bool:
        """Whether code agrees."""
        alone = cells_alone(self.words, self.names)
        return alone is not None and (self.names.all if alone == "*" else frozenset(alone)) == self.cells


@dataclass(frozen=True)
class SaidTime:
    """Words for a window, and the window by the label."""

    hand: str
    card: SiteCard
    words: str
    window: tuple[datetime, datetime]

    @property
    def stands(self) -> bool:
        """Whether code agrees."""
        try:
            return window_of(self.words, self.card) == self.window
        except TimeError:
            return False


@dataclass(frozen=True)
class SaidAmount:
    """Words for the amount of an item, and the number by the label."""

    hand: str
    names: Names
    item: LabelledTarget | LabelledEdit
    words: str
    number: float

    @property
    def stands(self) -> bool:
        """Whether code agrees."""
        return number_alone(self.item, self.words, self.names) == self.number


class OperatorWords:
    """The words of all hands of the training, each with its meaning, in a fixed order."""

    @cached_property
    def _sources(self) -> list[Source]:
        return sources_of(hands_of())

    def _items(self, letter: str) -> Iterable[tuple[Source, LabelledItem, str]]:
        """Yield items whose words for one slot stand in one piece."""
        for source in self._sources:
            for item in source.text.items():
                tags = [tag for tag in item.marks if tag[0] == letter]
                words = source.text.words(tags[0]) if len(tags) == 1 else []
                if len(words) == 1:
                    yield source, item, words[0]

    @cached_property
    def places(self) -> list[SaidPlace]:
        """Places, each once on a network."""
        found: dict[tuple[str, str], SaidPlace] = {}
        for source, item, words in self._items("p"):
            cells = source.names.all if item.cells == "*" else frozenset(item.cells)
            found.setdefault((source.hand, words.casefold()), SaidPlace(source.hand, source.names, words, cells))
        return list(found.values())

    @cached_property
    def times(self) -> list[SaidTime]:
        """Times, each once on a network."""
        found: dict[tuple[str, str], SaidTime] = {}
        for source in self._sources:
            words = [source.text.text[start:end] for tag, start, end in source.text.marks if tag[0] == "w"]
            if source.text.window is not None and len(words) == 1:
                said = SaidTime(source.hand, source.names.card, words[0], source.text.window)
                found.setdefault((source.hand, words[0].casefold()), said)
        return list(found.values())

    @cached_property
    def amounts(self) -> list[SaidAmount]:
        """Amounts of bounds and edits in a unit."""
        return [one for one in self._all_amounts if not _is_relative(one.item)]

    @cached_property
    def shares(self) -> list[SaidAmount]:
        """Amounts of bounds that are relative to a measured value, in percent."""
        return [one for one in self._all_amounts if _is_relative(one.item)]

    @cached_property
    def _all_amounts(self) -> list[SaidAmount]:
        found: dict[tuple[str, str, str], SaidAmount] = {}
        for source, item, words in self._items("a"):
            number = number_of(item)
            if isinstance(item, LabelledRestriction) or not isinstance(number, float):
                continue
            name = item.kpi if isinstance(item, LabelledTarget) else item.attribute
            said = SaidAmount(source.hand, source.names, item, words, number)
            found.setdefault((source.hand, name, words.casefold()), said)
        return list(found.values())

    @cached_property
    def kpis(self) -> dict[str, tuple[str, str]]:
        """Words that all hands use for one KPI alone: the KPI, and the first hand that used them."""
        meanings: dict[str, dict[str, str]] = {}
        for source, item, words in self._items("k"):
            if isinstance(item, LabelledTarget):
                meanings.setdefault(words.casefold(), {}).setdefault(item.kpi, source.hand)
        return {words: next(iter(kpis.items())) for words, kpis in meanings.items() if len(kpis) == 1}


def _is_relative(item: LabelledTarget | LabelledEdit) -> bool:
    return isinstance(item, LabelledTarget) and item.relative is not None
