"""Many texts from those of the hands: other places, amounts, times and words for the same, noise, and clauses put together.

Words of a mark are replaced by others of the same kind, and the reading is changed with them, so the label of a variant is true.
Words come from the hands themselves: what people really said for a KPI, a bound, a time. What needs its own text to be understood
("there", "the rest", "the same") is left as it is.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from agents.reading.marked import LIVE_ACTS
from policies.slices import Slice
from training.llm.labelled_text import LabelledItem, LabelledTarget, LabelledText
from training.llm.multiplying.clauses import can_be_joined, joined, negated, without_place
from training.llm.multiplying.mined_words import (
    BOUND,
    begins_with_preposition,
    mined_words,
    name_of,
    negative_outside,
    says_comparison,
    turns,
)
from training.llm.multiplying.noise import lowered_first, noisy
from training.llm.multiplying.numbers import with_items, with_other_numbers
from training.llm.multiplying.segments import is_one_piece, rebuilt, segments, users
from training.llm.multiplying.source import Source, number_alone, number_of

_SLICE: Final = re.compile("|".join(Slice), re.IGNORECASE)
_SLICE_WORDS: Final = re.compile(r"video|sensor|broadband|latency|iot|machine|stream|robot|sst|5qi|meter|camera", re.IGNORECASE)
_RELATION: Final = "cellIndividualOffset"  # its place names two cells
_STATES: Final = ("energySavingControl", "administrativeState", "sleep", "digitalTilt")  # their names carry a direction


class Multiplier:
    """Makes variants of texts; the same seed makes the same ones."""

    def __init__(self, sources: Sequence[Source], seed: int) -> None:
        self._sources = list(sources)
        self._mined = mined_words(self._sources)
        self._random = random.Random(seed)
        self._joinable: dict[str, list[Source]] = defaultdict(list)
        for source in self._sources:
            if can_be_joined(source):
                self._joinable[source.hand].append(source)

    def variants(self, count: int) -> Iterator[Source]:
        """Yield variants of texts drawn at random."""
        for _ in range(count):
            yield self.variant(self._random.choice(self._sources))

    def variant(self, source: Source) -> Source:
        """Return one variant."""
        if source.text.act in LIVE_ACTS:
            source = self._recombined(source)
            if source.stands:
                source = replace(source, text=self._replaced(source))
                source = replace(source, text=with_other_numbers(source, self._random))
            source = replace(source, text=self._retimed(source))
            source = replace(source, text=self._renamed(source))
            source = replace(source, text=self._rebounded(source))
            source = replace(source, text=self._sliced(source.text))
        return replace(source, text=noisy(source.text, self._random))

    def _recombined(self, source: Source) -> Source:
        if source.stands and self._random.random() < 0.1 and (everywhere := without_place(source.text)):
            return replace(source, text=everywhere)
        if self._random.random() < 0.1:
            text = negated(source, self._random)
            return replace(source, text=text) if text else source
        if self._random.random() < 0.14 and can_be_joined(source):
            other = self._random.choice(self._joinable[source.hand])
            return replace(source, text=joined(source.text, other.text, self._random))
        return source

    def _replaced(self, source: Source) -> LabelledText:
        """Name other places of the same network."""
        text = source.text
        if text.forbidden and text.act != "forbid":
            return text  # what is forbidden is taken out of the other places
        for tag in dict.fromkeys(tag for item in text.items() for tag in item.marks if tag[0] == "p"):
            own = [item for item in text.items() if tag in item.marks]
            old = text.words(tag)[0]
            places = self._mined.places[source.hand, begins_with_preposition(old)]
            if self._random.random() < 0.5 or not places or any(name_of(item) == _RELATION for item in own):
                continue
            place = self._random.choice(places)
            words = lowered_first(place.words) if old[:1].islower() else place.words
            cut = [one._replace(words=words) if one.tag == tag else one for one in segments(text)]
            text = rebuilt(with_items(text, {item: item.changed(cells=place.cells) for item in own}), cut)
        return text

    def _retimed(self, source: Source) -> LabelledText:
        """Say another window on the same network."""
        text, times = source.text, self._mined.times[source.hand]
        if not times or self._random.random() < 0.5 or not source.time_stands:
            return text
        time = self._random.choice(times)
        cut = [one._replace(words=time.words) if one.letter == "w" else one for one in segments(text)]
        return rebuilt(text.changed(window=time.window), cut)

    def _renamed(self, source: Source) -> LabelledText:
        """Use other words for a KPI or attribute."""
        text = source.text
        for item in text.items():
            names = self._mined.names.get((type(item), name_of(item)), [])
            for tag in item.marks:
                if tag[0] != "k" or not names or users(text, tag) != 1 or not is_one_piece(text, tag):
                    continue
                old = text.words(tag)[0]
                if self._random.random() > 0.35 or turns(old) or name_of(item) in _STATES:
                    continue
                text = _with_words(text, tag, lowered_first(self._random.choice(names)))
        return text

    def _rebounded(self, source: Source) -> LabelledText:
        """Say the same bound in other words."""
        text = source.text
        for item in text.targets:
            for tag in item.marks:
                is_own = tag[0] == "a" and users(text, tag) == 1 and is_one_piece(text, tag)
                if is_own and self._random.random() < 0.35 and not negative_outside(source):
                    text = _with_words(text, tag, self._other_bound(text.words(tag)[0], item, source))
        return text

    def _other_bound(self, words: str, item: LabelledTarget, source: Source) -> str:
        match = BOUND.fullmatch(words.strip())
        if match is None or item.value is None or not says_comparison(match):
            return words
        bounds = self._mined.bounds.get((item.condition, match["unit"].casefold()), [])
        if not bounds:
            return words
        bound = self._random.choice(bounds)
        new = f"{bound.before}{match['number']}{self._random.choice(('', ' ', ' '))}{bound.unit}{bound.after}"
        return new if number_alone(item, new, source.names) == number_of(item) else words

    def _sliced(self, text: LabelledText) -> LabelledText:
        """Exchange the names of slices."""
        named = {item.slice for item in text.items()} - {None}
        said = {found.casefold() for found in _SLICE.findall(text.text)}
        is_all = {str(slice_).casefold() for slice_ in named} <= said
        if not named or not is_all or _SLICE_WORDS.search(text.text) or self._random.random() < 0.6:
            return text
        new = dict(zip(Slice, self._random.sample(list(Slice), len(Slice)), strict=True))
        spelled = {str(old).casefold(): str(other) for old, other in new.items()}
        items: dict[LabelledItem, LabelledItem] = {
            item: item.changed(slice=new[item.slice]) for item in text.items() if item.slice is not None
        }
        return rebuilt(with_items(text, items), [one._replace(words=_respelled(one.words, spelled)) for one in segments(text)])


def _respelled(words: str, spelled: dict[str, str]) -> str:
    def other(match: re.Match[str]) -> str:
        new = spelled[match[0].casefold()]
        return new.lower() if match[0].islower() else new

    return _SLICE.sub(other, words)


def _with_words(text: LabelledText, tag: str, words: str) -> LabelledText:
    return rebuilt(text, [one._replace(words=words) if one.tag == tag else one for one in segments(text)])
