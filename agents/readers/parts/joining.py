"""The answers on the parts of a text, put together as one on the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from agents.readers.language_model.generating import Answered
from agents.readers.parts.parting import Part
from agents.readers.spanned_text import SpannedItem, SpannedText, Spans, words_of
from agents.reading.antecedents import PlaceError
from agents.reading.marked import LIVE_ACTS, SAME, Act
from agents.reading.name import AmbiguousNameError
from agents.reading.names import Names
from agents.reading.places import cells_of

_KINDS: Final = ("target", "edit", "forbid")  # in this order stands what an answer says


def joined(text: str, parts: Sequence[Part], answers: Sequence[Answered], names: Names) -> Answered | None:
    """Return what the parts say together; None if one of them is not understood, or if together they cannot be said.

    The probabilities are those of all parts: the least ones, and the product of the whole.
    """
    said = [_moved(part, one.spanned) for part, one in zip(parts, answers, strict=True)]
    if any(one is None or one.act not in LIVE_ACTS for one in said):
        return None
    own = [one for one in said if one is not None]
    times, conditions = [one.when for one in own if one.when], [one.condition for one in own if one.condition]
    items = _placed([item for one in own for item in one.items], text, names)
    if items is None or len(times) > 1 or len(conditions) > 1:
        return None
    items = sorted(items, key=lambda one: _KINDS.index(one.item.kind))
    spanned = SpannedText(
        text, _act([one.act for one in own]), tuple(items), *(next(iter(some), ()) for some in (times, conditions))
    )
    return Answered(
        spanned,
        least=min(one.least for one in answers),
        logarithm=sum(one.logarithm for one in answers),
        own_least=min(one.own_least for one in answers),
        guide_least=min(one.guide_least for one in answers),
    )


def _act(acts: Sequence[Act]) -> Act:
    return "what_if" if "what_if" in acts else "change" if "change" in acts else "forbid"


def _moved(part: Part, spanned: SpannedText | None) -> SpannedText | None:
    """Return what a part says with spans of the whole text; None if it goes by words that only lead it."""
    if spanned is None:
        return None
    by = part.start - len(part.lead)
    items = [replace(one, place=_by(one.place, by), amount=_by(one.amount, by)) for one in spanned.items]
    moved = replace(spanned, items=tuple(items), when=_by(spanned.when, by), condition=_by(spanned.condition, by))
    spans = [*moved.when, *moved.condition, *(span for one in items for span in (*one.place, *one.amount))]
    return moved if all(start >= part.start for start, _ in spans) else None


def _by(spans: Spans, by: int) -> Spans:
    return tuple((start + by, end + by) for start, end in spans)


def _placed(items: Sequence[SpannedItem], text: str, names: Names) -> list[SpannedItem] | None:
    """Return the items with places: one without is where the one before is, or where all others are.

    None if it is not certain where that is.
    """
    if not any(one.place for one in items):
        return list(items)
    distinct = {one.item.place for one in items if one.place}
    only = next(one for one in items if one.place).place if len(distinct) == 1 else ()
    placed: list[SpannedItem] = []
    for one in items:
        last = placed[-1].place if placed else ()
        if one.place:
            place = one.place if not last or _stands(one.item.place, names) else tuple(sorted({*last, *one.place}))
        else:
            place = last or only
        if not place:
            return None
        placed.append(one if place == one.place else _at(one, place, text))
    return placed


def _at(one: SpannedItem, place: Spans, text: str) -> SpannedItem:
    return replace(one, item=one.item.model_copy(update={"place": words_of(text, place)}), place=place)


def _stands(words: str, names: Names) -> bool:
    """Whether words of a place name cells by themselves, unlike "there"."""
    if words == SAME:
        return False
    try:
        return not cells_of(words, names).unused
    except (PlaceError, AmbiguousNameError):
        return False
