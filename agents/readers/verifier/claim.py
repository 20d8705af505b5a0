"""What a reading claims of a text, said in words that point at the words of the text: "at least user throughput in: stadium …".

The verifier reads the text and the claim together. Each word piece of both has the slots to which it belongs, so that it is plain
which of two places goes with which of two amounts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from agents.readers.language_model.answer_names import COMPARISONS, SIGNS, STATES
from agents.readers.spanned_text import SpannedItem, SpannedText, Spans, words_of
from agents.reading.marked import LIVE_ACTS, SAME, MarkedItem
from policies.kpi import kpi_definition

_ITEMS: Final = 6  # what follows has no slots of its own
_WHEN, _CONDITION, _CLAIMED = 0, 1, 2
SLOTS: Final = 3 + 2 * _ITEMS
MOST_PIECES: Final = 500  # of text and claim; MiniLM has 512 positions
_PART_OF_NAME: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ACTS: Final = {
    "change": "order",
    "forbid": "standing ban",
    "what_if": "supposed",
    "question": "asks what is or was",
    "why": "asks for reasons",
    "select": "asks which model to use",
    "ask": "unclear",
    "cannot": "impossible",
    "off_topic": "not about the network",
}
_WAYS: Final = {name: words for states in STATES.values() for name, words in states.items()}


@dataclass(frozen=True)
class Claim:
    """Word pieces of a text and of what a reading claims of it, in parts: act, number of items, each item, time, condition.

    slots: those of each piece, numbers below `SLOTS`. parts: start and end of each part among the pieces; for an act with
    nothing to compute only the first.
    """

    ids: tuple[int, ...]
    slots: tuple[tuple[int, ...], ...]
    parts: tuple[tuple[int, int], ...]


def claim_of(spanned: SpannedText, tokenizer: Any) -> Claim:
    """Return the claim of a reading; parts behind `MOST_PIECES` are left out. tokenizer: that of MiniLM."""
    encoded = tokenizer.encode(spanned.text)
    spans = [(span, slot) for slot, some in _slots(spanned) for span in some]
    ids, slots = list(encoded.ids), [_of_piece(first, last, spans) for first, last in encoded.offsets]
    parts: list[tuple[int, int]] = []
    for part in _said(spanned):
        pieces = [(tokenizer.encode(words, add_special_tokens=False).ids, slot) for words, slot in part]
        more = sum(len(own) for own, _ in pieces)
        if len(ids) + more > MOST_PIECES - 1:
            break
        parts.append((len(ids), len(ids) + more))
        for own, slot in pieces:
            ids += own
            slots += [(_CLAIMED,) if slot is None else (_CLAIMED, slot)] * len(own)
    return Claim((*ids, encoded.ids[-1]), (*slots, (_CLAIMED,)), tuple(parts))


def _of_piece(first: int, last: int, spans: Sequence[tuple[tuple[int, int], int]]) -> tuple[int, ...]:
    return tuple(sorted({slot for (start, end), slot in spans if first < last and max(start, first) < min(end, last)}))


def _slots(spanned: SpannedText) -> Iterator[tuple[int, Spans]]:
    yield _WHEN, spanned.when
    yield _CONDITION, spanned.condition
    for number, (one, place) in enumerate(_placed(spanned)):
        if number < _ITEMS:
            yield _place_slot(number), place
            yield _place_slot(number) + 1, one.amount


def _place_slot(number: int) -> int:
    return _CLAIMED + 1 + 2 * number


def _placed(spanned: SpannedText) -> Iterator[tuple[SpannedItem, Spans]]:
    """Yield each item with the words of its place, those of the item before where it has the same one."""
    before: Spans = ()
    for one in spanned.items:
        before = before if one.item.place == SAME else one.place
        yield one, before


def _said(spanned: SpannedText) -> Iterator[list[tuple[str, int | None]]]:
    """Yield the parts of the claim: words, with the slot that they belong to."""
    yield [(f"{_ACTS[spanned.act]};", None)]
    if spanned.act not in LIVE_ACTS:
        return
    yield [(f"{len(spanned.items)} things;", None)]
    for number, (one, place) in enumerate(_placed(spanned)):
        slot = _place_slot(number) if number < _ITEMS else None
        part = [(f"{_what(one.item)}, in:", None), (words_of(spanned.text, place) or "everywhere", slot)]
        if one.amount:
            part += [(", amount:", None), (words_of(spanned.text, one.amount), None if slot is None else slot + 1)]
        yield [*part, (";", None)]
    yield [("when:", None), (words_of(spanned.text, spanned.when) or "always", _WHEN), (";", None)]
    yield [("only if:", None), (words_of(spanned.text, spanned.condition) or "in any case", _CONDITION), (";", None)]


def _what(item: MarkedItem) -> str:
    of = f" of {item.slice}" if item.slice else ""
    if item.kind == "forbid":
        return f"forbid {_split(item.name)}{of}"
    if item.kind == "edit":
        way = _WAYS.get(item.state) or (f"by {SIGNS[item.sign]}" if item.is_delta else "set to")
        return f"{_split(item.name)}{of} {way}"
    than = f" {SIGNS[item.sign]} than {item.reference}" if item.reference else ""
    return f"{_title(item.name)}{of} {COMPARISONS[item.comparison or '<=']}{than}"


@cache
def _title(kpi: str) -> str:
    return f"{kpi_definition(kpi).title} {kpi.partition('.')[2]}"


@cache
def _split(name: str) -> str:
    return _PART_OF_NAME.sub(" ", name).lower()
