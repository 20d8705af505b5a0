"""Readings with a fault: what a reader could have marked instead of what a text says.

A fault is of the kinds that real readers make: a part dropped or said twice, places or amounts exchanged, a mark that is cut or
goes too far, another name, comparison, direction, reference, state or slice, a time taken for a condition, another act.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, get_args

from agents.readers.language_model.answer_names import ATTRIBUTES, STATES
from agents.readers.spanned_text import SpannedItem, SpannedText, Spans, words_of
from agents.reading.marked import LIVE_ACTS, SAME, Comparison, MarkedItem, Reference
from policies.kpi import kpi_definitions
from policies.slices import Slice

Fault = Callable[[SpannedText, random.Random], SpannedText | None]

_TWO_FAULTS: Final = 0.25
_WORD: Final = re.compile(r"\S+")
_NUMBER: Final = re.compile(
    r"(?:\b(?:at least|at most|below|above|under|over|by|to)\s+)?[<>≤≥]?\s?\d[\d.,]*\s?(?:%|‰|[a-zA-Z/]+)?"
)
_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "min": "max", "max": "min"}
_RELATED: Final = (
    frozenset({"configuredMaxTxPower", "digitalTilt"}),
    frozenset({"cellIndividualOffset", "a3Offset", "hysteresis", "timeToTrigger"}),
    frozenset({"energySavingControl", "administrativeState"}),
    frozenset({"rRMPolicyMinRatio", "rRMPolicyMaxRatio", "rRMPolicyDedicatedRatio"}),
    frozenset({"maxConnectedUes", "maxPrbUsage", "schedulerWeight"}),
)


def corrupted(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    """Return the reading with one or two faults, None if none of those drawn can be made in it."""
    found: SpannedText | None = spanned
    for _ in range(2 if draw.random() < _TWO_FAULTS else 1):
        found = next((other for fault in draw.sample(FAULTS, len(FAULTS)) if found and (other := fault(found, draw))), None)
    return found if found != spanned else None


def _changed(spanned: SpannedText, number: int, one: SpannedItem) -> SpannedText:
    return replace(spanned, items=(*spanned.items[:number], one, *spanned.items[number + 1 :]))


def _worded(spanned: SpannedText, one: SpannedItem, **spans: Spans) -> SpannedItem:
    """Return the item with other words for `place` or `amount`."""
    words = {slot: words_of(spanned.text, some) for slot, some in spans.items()}
    return replace(one, item=one.item.model_copy(update=words), **spans)


def _timed(spanned: SpannedText, slot: str, spans: Spans) -> SpannedText:
    """Return the reading with other words for its window (`when`) or its condition."""
    return replace(spanned, when=spans) if slot == "when" else replace(spanned, condition=spans)


def _drawn(spanned: SpannedText, draw: random.Random, *kinds: str) -> tuple[int, SpannedItem] | None:
    some = [(number, one) for number, one in enumerate(spanned.items) if not kinds or one.item.kind in kinds]
    return draw.choice(some) if some else None


def _renamed(spanned: SpannedText, number: int, **update: Any) -> SpannedText:
    one = spanned.items[number]
    return _changed(spanned, number, replace(one, item=one.item.model_copy(update=update)))


def _item_dropped(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    if len(spanned.items) < 2:
        return None
    out = draw.randrange(len(spanned.items))
    kept = list(spanned.items)
    gone = kept.pop(out)
    if out < len(kept) and kept[out].item.place == SAME and gone.item.place != SAME:
        kept[out] = _worded(spanned, kept[out], place=gone.place)
    return replace(spanned, items=tuple(kept))


def _time_dropped(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    slot = draw.choice(("when", "condition"))
    return _timed(spanned, slot, ()) if getattr(spanned, slot) else None


def _time_mistaken(spanned: SpannedText, _: random.Random) -> SpannedText | None:
    if bool(spanned.when) == bool(spanned.condition):
        return None
    return replace(spanned, when=spanned.condition, condition=spanned.when)


def _time_added(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    words = list(_WORD.finditer(spanned.text))
    slot = draw.choice(("when", "condition"))
    if len(words) < 6 or getattr(spanned, slot):
        return None
    first = draw.randrange(len(words) - 2)
    last = min(first + draw.randint(1, 4), len(words) - 1)
    return _timed(spanned, slot, ((words[first].start(), words[last].end()),))


def _other_name(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    drawn = _drawn(spanned, draw)
    if drawn is None:
        return None
    number, one = drawn
    item = one.item
    if item.kind == "target":
        family = item.name.partition(".")[0]
        near = [kpi for kpi in kpi_definitions() if kpi.startswith(f"{family}.")]
        names = near if draw.random() < 0.6 else list(kpi_definitions())
    elif item.kind == "edit":
        near = [name for group in _RELATED if item.name in group for name in group]
        names = near if near and draw.random() < 0.7 else list(ATTRIBUTES)
        if item.state:
            return _state_mistaken(spanned, draw)
        names = [name for name in names if name not in STATES]
    else:
        names = ["sleep", "change", *ATTRIBUTES]
    names = [name for name in names if name != item.name]
    return _renamed(spanned, number, name=draw.choice(names)) if names else None


def _state_mistaken(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    drawn = _drawn(spanned, draw, "edit")
    if drawn is None or not drawn[1].item.state:
        return None
    number, one = drawn
    name, state = draw.choice([(name, state) for name, states in STATES.items() for state in states if state != one.item.state])
    return _renamed(spanned, number, name=name, state=state)


def _turned(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    drawn = _drawn(spanned, draw, "target", "edit")
    if drawn is None:
        return None
    number, one = drawn
    if one.item.sign and draw.random() < 0.6:
        return _renamed(spanned, number, sign=-one.item.sign)
    if one.item.kind == "edit":
        is_delta = not one.item.is_delta
        return (
            None if one.item.state else _renamed(spanned, number, is_delta=is_delta, sign=draw.choice((-1, 1)) if is_delta else 0)
        )
    if draw.random() < 0.5:
        return _renamed(spanned, number, comparison=_FLIPPED[one.item.comparison or "<="])
    comparison = draw.choice(get_args(Comparison))
    return _renamed(spanned, number, comparison=comparison) if comparison != one.item.comparison else None


def _reference_mistaken(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    drawn = _drawn(spanned, draw, "target")
    if drawn is None:
        return None
    number, one = drawn
    reference = draw.choice([None, *get_args(Reference)])
    if reference == one.item.reference:
        return None
    return _renamed(spanned, number, reference=reference, sign=draw.choice((-1, 1)) if reference else 0)


def _slice_mistaken(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    drawn = _drawn(spanned, draw, "target", "edit")
    if drawn is None:
        return None
    number, one = drawn
    if one.item.slice is None and draw.random() < 0.5:
        return None
    return _renamed(spanned, number, slice=draw.choice([other for other in (None, *Slice) if other != one.item.slice]))


def _places_exchanged(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    return _exchanged(spanned, draw, "place")


def _amounts_exchanged(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    return _exchanged(spanned, draw, "amount")


def _exchanged(spanned: SpannedText, draw: random.Random, slot: str) -> SpannedText | None:
    numbers = [number for number, one in enumerate(spanned.items) if getattr(one, slot)]
    if len(numbers) < 2:
        return None
    first, second = draw.sample(numbers, 2)
    one, other = spanned.items[first], spanned.items[second]
    if getattr(one, slot) == getattr(other, slot):
        return None
    changed = _changed(spanned, first, _worded(spanned, one, **{slot: getattr(other, slot)}))
    return _changed(changed, second, _worded(spanned, other, **{slot: getattr(one, slot)}))


def _place_mistaken(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    drawn = _drawn(spanned, draw)
    if drawn is None:
        return None
    number, one = drawn
    places: list[Spans] = [other.place for other in spanned.items if other.place != one.place]
    if number and one.item.place != SAME and draw.random() < 0.4:
        return _changed(
            spanned, number, replace(_worded(spanned, one, place=()), item=one.item.model_copy(update={"place": SAME}))
        )
    if one.item.place:
        places.append(())
    if not places:
        return None
    return _changed(spanned, number, _worded(spanned, one, place=draw.choice(places)))


def _place_recut(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    return _recut_slot(spanned, draw, "place")


def _amount_recut(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    return _recut_slot(spanned, draw, "amount")


def _recut_slot(spanned: SpannedText, draw: random.Random, slot: str) -> SpannedText | None:
    drawn = _drawn(spanned, draw)
    if drawn is None or not getattr(drawn[1], slot):
        return None
    number, one = drawn
    spans = _recut(spanned.text, getattr(one, slot), draw)
    return _changed(spanned, number, _worded(spanned, one, **{slot: spans})) if spans else None


def _time_recut(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    slot = "when" if spanned.when else "condition"
    spans = _recut(spanned.text, getattr(spanned, slot), draw) if getattr(spanned, slot) else ()
    return _timed(spanned, slot, spans) if spans else None


def _recut(text: str, spans: Spans, draw: random.Random) -> Spans:
    """Return the spans without a piece or some words at an end, or with some words more; empty if it cannot be done."""
    number = draw.randrange(len(spans))
    if len(spans) > 1 and draw.random() < 0.5:
        return (*spans[:number], *spans[number + 1 :])
    start, end = spans[number]
    words = [match.span() for match in _WORD.finditer(text)]
    inside = [span for span in words if max(span[0], start) < min(span[1], end)]
    if len(inside) > 1 and draw.random() < 0.7:
        some = draw.randint(1, len(inside) - 1)
        kept = inside[some:] if draw.random() < 0.5 else inside[:-some]
        start, end = max(start, kept[0][0]), min(end, kept[-1][1])
    else:
        behind = [last for first, last in words if first >= end][: draw.randint(1, 4)]
        before = [first for first, last in words if last <= start][-draw.randint(1, 4) :]
        start, end = (
            (before[0], end) if before and (not behind or draw.random() < 0.5) else (start, behind[-1] if behind else end)
        )
    return (*spans[:number], (start, end), *spans[number + 1 :])


def _amount_mistaken(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    drawn = _drawn(spanned, draw, "target", "edit")
    if drawn is None or not drawn[1].amount:
        return None
    number, one = drawn
    others = [
        match.span()
        for match in _NUMBER.finditer(spanned.text)
        if match.end() <= one.amount[0][0] or match.start() >= one.amount[0][1]
    ]
    return _changed(spanned, number, _worded(spanned, one, amount=(draw.choice(others),))) if others else None


def _other_act(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    if draw.random() < 0.25:
        return SpannedText(spanned.text, draw.choice(("question", "why", "select")))
    act = draw.choice([act for act in LIVE_ACTS if act != spanned.act])
    if act == "forbid" and not any(one.item.kind == "forbid" for one in spanned.items):
        return _forbidden(spanned, draw)
    return replace(spanned, act=act)


def _forbidden(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    """Take an edit for a restriction, or a restriction for an edit."""
    drawn = _drawn(spanned, draw, "edit", "forbid")
    if drawn is None:
        return None
    number, one = drawn
    if one.item.kind == "edit":
        name = "sleep" if one.item.name == "energySavingControl" else draw.choice((one.item.name, "change"))
        item = MarkedItem(kind="forbid", name=name, slice=one.item.slice, place=one.item.place)
        return _changed(spanned, number, SpannedItem(item, one.place))
    if one.item.name != "sleep":
        return None
    state = draw.choice(tuple(STATES["energySavingControl"]))
    return _changed(
        spanned,
        number,
        SpannedItem(MarkedItem(kind="edit", name="energySavingControl", state=state, place=one.item.place), one.place),
    )


def _item_again(spanned: SpannedText, draw: random.Random) -> SpannedText | None:
    """Say an item once more, for another place or with another fault."""
    drawn = _drawn(spanned, draw)
    if drawn is None or len(spanned.items) > 4:
        return None
    number, one = drawn
    more = replace(spanned, items=(*spanned.items[: number + 1], one, *spanned.items[number + 1 :]))
    fault = draw.choice((_place_mistaken, _place_recut, _other_name, _forbidden, _amount_mistaken, _turned))
    only = fault(replace(spanned, items=(one,)), draw)
    return _changed(more, number + 1, only.items[0]) if only is not None else None


FAULTS: Final[Sequence[Fault]] = (
    *(_item_dropped, _time_dropped, _time_mistaken, _time_added, _time_recut),
    *(_other_name, _state_mistaken, _turned, _reference_mistaken, _slice_mistaken),
    *(_places_exchanged, _amounts_exchanged, _place_mistaken, _place_recut, _amount_recut, _amount_mistaken),
    *(_other_act, _forbidden, _item_again),
)
