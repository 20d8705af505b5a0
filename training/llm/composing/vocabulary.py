"""The words that the hands use, by what they mean: names, slices, quantities, bounds, places and times.

Sentences are composed of them, so what is new in a composed sentence is its form, not its words.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from agents.reading.marked import LIVE_ACTS
from agents.reading.names import Names
from agents.reading.reading import Cells
from training.llm.labelled_text import LabelledEdit, LabelledItem, LabelledTarget
from training.llm.multiplying.mined_words import BOUND, MinedWords, NameKey, begins_with_preposition, mined_words
from training.llm.multiplying.segments import is_one_piece, users
from training.llm.multiplying.source import Source, cells_alone

_EXCLUSIONS: Final = (
    *("everywhere except {}", "everywhere but {}", "all cells but {}", "all except {}", "everything but {}", "anywhere but {}"),
    *(
        "the whole network apart from {}",
        "all cells other than {}",
        "network-wide excluding {}",
        "outside {}",
        "everywhere outside {}",
    ),
)
_PREPOSITIONS: Final = ("in", "at", "on", "for", "of")
_SET_AMOUNT: Final = re.compile(r"(?:to |at |= ?|: ?)?(?P<number>[+-]?\d+(?:[.,]\d+)?) ?(?P<unit>[A-Za-z%°]+)?")
_DELTA_AMOUNT: Final = re.compile(r"(?:by )?(?P<number>\d+(?:[.,]\d+)?) ?(?P<unit>[A-Za-z%°]+(?: points?)?)?")
_VERBAL: Final = re.compile(
    r"\b(?:must|shall|should|may|can|cannot|is|are|be|do|does|stays?|has|have|needs?|exceeds?|surpass|drops?|falls?|goes?|to|want|keep)\b|n'?t\b",
    re.IGNORECASE,
)


class Quantity(NamedTuple):
    """A number as written, its unit as written, and its value in the unit of its KPI or attribute."""

    number: str
    unit: str
    value: float


class Spot(NamedTuple):
    """Words for cells, and the cells."""

    words: str
    cells: Cells


class Vocabulary:
    """The words of the hands, drawn at random."""

    def __init__(self, sources: Sequence[Source], seed: int) -> None:
        self.random = random.Random(f"vocabulary {seed}")
        self._mined: MinedWords = mined_words(sources)
        self._slices: dict[str, list[str]] = defaultdict(list)
        self.quantities: dict[NameKey, list[Quantity]] = defaultdict(list)
        self.deltas: dict[str, list[Quantity]] = defaultdict(list)
        self._names_of: dict[str, Names] = {}
        for source in sources:
            self._names_of[source.hand] = source.names
            if source.text.act in LIVE_ACTS and source.stands:
                for item in source.text.items():
                    self._mine(source, item)
        self.hands = sorted(self._names_of)

    def _mine(self, source: Source, item: LabelledItem) -> None:
        text = source.text
        for tag in item.marks:
            if not is_one_piece(text, tag):
                continue
            words = text.words(tag)[0]
            if tag[0] == "s" and item.slice and users(text, tag) == 1 and not begins_with_preposition(words) and len(words) < 25:
                self._slices[item.slice].append(words)
            elif tag[0] == "a" and isinstance(item, LabelledTarget) and isinstance(item.value, float):
                match = BOUND.fullmatch(words.strip())
                if match:
                    self.quantities[LabelledTarget, item.kpi].append(Quantity(match["number"], match["unit"], item.value))
            elif tag[0] == "a" and isinstance(item, LabelledEdit):
                self._mine_edit(words.strip(), item)

    def _mine_edit(self, words: str, item: LabelledEdit) -> None:
        if isinstance(item.value, float) and (match := _SET_AMOUNT.fullmatch(words)):
            self.quantities[LabelledEdit, item.attribute].append(Quantity(match["number"], match["unit"] or "", item.value))
        elif item.delta is not None and (match := _DELTA_AMOUNT.fullmatch(words)):
            self.deltas[item.attribute].append(Quantity(match["number"], match["unit"] or "", abs(item.delta)))

    def network(self, hand: str) -> Names:
        """Return the names of the network of a hand."""
        return self._names_of[hand]

    def name(self, kind: type[LabelledItem], name: str) -> str:
        """Return words for a KPI or attribute; the name itself if the hands have none."""
        names = self._mined.names.get((kind, name), [])
        return self.random.choice(names) if names and self.random.random() < 0.93 else name

    def slice(self, slice_: str) -> str:
        """Return words for a slice."""
        words = self._slices.get(slice_, [])
        return self.random.choice(words) if words and self.random.random() < 0.4 else slice_

    def bound(self, comparison: str, quantity: Quantity) -> tuple[str, bool] | None:
        """Return words for a bound, and whether they hold a verb; None if nobody says such a bound."""
        bounds = self._mined.bounds.get((comparison, quantity.unit.casefold()), [])
        if not bounds:
            return None
        bound = self.random.choice(bounds)
        words = f"{bound.before}{quantity.number}{self.random.choice(('', ' ', ' '))}{quantity.unit}{bound.after}".strip()
        return words, bool(_VERBAL.search(bound.before + bound.after))

    def time(self, hand: str) -> str:
        """Return words for a window, empty if the hand has none."""
        times = self._mined.times.get(hand, [])
        return self.random.choice(times).words if times else ""

    def spot(self, hand: str, *, excluding: bool = False) -> Spot | None:
        """Return words for cells without a preposition, None if what was drawn does not stand by itself."""
        names = self.network(hand)
        words = self._spot(hand, names)
        if excluding:
            words = self.random.choice(_EXCLUSIONS).format(words)
        cells = cells_alone(words, names)
        return None if cells is None or not cells else Spot(words, cells)

    def _spot(self, hand: str, names: Names) -> str:
        draw, cells = self.random, sorted(names.order)
        mined = self._mined.places[hand, False]
        kind = draw.random()
        if mined and kind < 0.5:
            return draw.choice(mined).words
        if kind < 0.75:
            return draw.choice(("", "", "", "cell ")) + draw.choice(cells)
        if kind < 0.87 and len(cells) > 1:
            first, second = draw.sample(cells, 2)
            return draw.choice(("{} and {}", "{}, {}", "{} + {}", "{} & {}", "cells {} and {}")).format(first, second)
        sites = sorted(names.sites)
        return draw.choice(("", "site ", "")) + draw.choice(sites or cells)

    def placed(self, spot: Spot, *, first: bool = False) -> str:
        """Return words for a place with a preposition where it needs one; first: the sentence begins with it."""
        if spot.words.startswith(("everywhere", "anywhere", "outside", "network-wide", "all ", "everything", "the whole")):
            return spot.words
        return f"{self.random.choice(_PREPOSITIONS[: 4 if first else 5])} {spot.words}"
