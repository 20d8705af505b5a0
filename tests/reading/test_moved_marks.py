"""Whatever a reader marks, computing answers or doubts: marks cut and moved at random raise nothing but `Doubt`."""

import re
from itertools import cycle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.readers.spanned_text import SpannedItem, SpannedText, Spans, words_of
from agents.reading.computing import ComputedReading, computed
from agents.reading.doubt import Doubt
from agents.reading.marked import LIVE_ACTS, SAME
from agents.reading.names import Names
from training.llm.labelled_text import HANDS, card_of, texts_of

FOLDERS = sorted(path.parent for path in HANDS.glob("*/texts.jsonl"))[::9]
MOVES = st.lists(st.integers(-4, 4), min_size=6, max_size=12)


@pytest.fixture(scope="module")
def texts() -> list[tuple[SpannedText, Names]]:
    return [
        (text.spanned(), names)
        for folder in FOLDERS
        for names in [Names(card_of(folder))]
        for text in texts_of(folder)
        if text.act in LIVE_ACTS
    ]


def moved(spanned: SpannedText, moves: list[int]) -> SpannedText:
    """Return a text with the ends of all its marks moved by so many words; a mark that ends before it starts is gone."""
    bounds = sorted({0, len(spanned.text), *(end for match in re.finditer(r"\w+|[^\w\s]", spanned.text) for end in match.span())})
    steps = cycle(moves)

    def at(position: int) -> int:
        nearest = min(range(len(bounds)), key=lambda index: abs(bounds[index] - position))
        return bounds[min(max(nearest + next(steps), 0), len(bounds) - 1)]

    def spans(own: Spans) -> Spans:
        found = [(at(start), at(end)) for start, end in own]
        return tuple((start, end) for start, end in found if start < end)

    def item(one: SpannedItem) -> SpannedItem:
        place, amount = spans(one.place), spans(one.amount)
        words = {"place": words_of(spanned.text, place) or (SAME if one.item.place == SAME else "")}
        return SpannedItem(one.item.model_copy(update=words | {"amount": words_of(spanned.text, amount)}), place, amount)

    items = tuple(item(one) for one in spanned.items)
    return SpannedText(spanned.text, spanned.act, items, spans(spanned.when), spans(spanned.condition))


@given(index=st.integers(0, 10_000), moves=MOVES)
@settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_moved_marks_are_computed_or_doubted(texts: list[tuple[SpannedText, Names]], index: int, moves: list[int]):
    spanned, names = texts[index % len(texts)]
    try:
        reading = computed(moved(spanned, moves).marked(), names)
    except Doubt as doubt:
        assert doubt.why
    else:
        assert isinstance(reading, ComputedReading)
        assert reading.window is None or reading.window[0] < reading.window[1]
