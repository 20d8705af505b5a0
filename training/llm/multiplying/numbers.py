"""Other numbers in the place of those of a text, and what the reading becomes with them."""

from __future__ import annotations

import random
import re
from typing import Final

from agents.reading.reading import RelativeBound
from policies.kpi import kpi_definition
from policies.limits.loading import load_limits
from training.llm.labelled_text import LabelledEdit, LabelledItem, LabelledRestriction, LabelledTarget, LabelledText
from training.llm.multiplying.segments import is_one_piece, rebuilt, segments
from training.llm.multiplying.source import Source, number_alone, number_of

_DIGITS: Final = re.compile(r"(?<![\w.,])\d+(?:\.\d+)?(?![\d.,]*\d)")
_FACTORS: Final = (0.5, 0.8, 0.9, 1.1, 1.2, 1.5, 2.0)


def with_other_numbers(source: Source, draw: random.Random) -> LabelledText:
    """Return the text with other numbers in its amounts, where the reading then is sure and within bounds."""
    text = source.text
    for tag in dict.fromkeys(tag for item in text.items() for tag in item.marks if tag[0] == "a"):
        if draw.random() < 0.6 and is_one_piece(text, tag):
            text = _with_other_number(text, tag, source, draw.choice(_FACTORS))
    return text


def _with_other_number(text: LabelledText, tag: str, source: Source, factor: float) -> LabelledText:
    old = text.words(tag)[0]
    found = _DIGITS.findall(old)
    if len(found) != 1 or len(re.findall(r"\d+(?:\.\d+)?", old)) != 1 or float(found[0]) == 0:
        return text
    digits = len(found[0].partition(".")[2])
    number = f"{float(found[0]) * factor:.{digits}f}"
    ratio, new = float(number) / float(found[0]), old.replace(found[0], number)
    if ratio in (0.0, 1.0):
        return text
    items: dict[LabelledItem, LabelledItem] = {}
    for item in text.items():
        if tag in item.marks:
            items[item] = scaled = _scaled(item, ratio)
            wanted, got = number_of(scaled), number_alone(scaled, new, source.names)
            if not isinstance(wanted, float) or not isinstance(got, float) or abs(got - wanted) > 1e-6 * abs(wanted):
                return text  # decibels, or a number that is no amount by itself
            if not _is_possible(scaled):
                return text
    return with_items(rebuilt(text, [cut._replace(words=new) if cut.tag == tag else cut for cut in segments(text)]), items)


def with_items(text: LabelledText, new: dict[LabelledItem, LabelledItem]) -> LabelledText:
    """Return the text with some items replaced."""
    return text.changed(
        targets=tuple(new.get(item, item) for item in text.targets),
        edits=tuple(new.get(item, item) for item in text.edits),
        forbidden=tuple(new.get(item, item) for item in text.forbidden),
    )


def _scaled(item: LabelledItem, ratio: float) -> LabelledItem:
    if isinstance(item, LabelledRestriction):
        return item
    if isinstance(item.value, float):
        return item.changed(value=_short(item.value * ratio))
    if isinstance(item, LabelledTarget):
        relative = item.relative
        return item.changed(relative=relative and RelativeBound(percent=_short(relative.percent * ratio), to=relative.to))
    return item.changed(delta=None if item.delta is None else _short(item.delta * ratio))


def _short(value: float) -> float:
    return float(f"{value:.10g}")


def _is_possible(item: LabelledItem) -> bool:
    """Whether the number is within the bounds of its KPI or attribute: beyond them the right answer would be a refusal."""
    value = number_of(item)
    if not isinstance(value, float):
        return False
    if isinstance(item, LabelledTarget):
        definition = kpi_definition(item.kpi)
        if item.relative is not None:
            return -100 < value <= 200
        return definition.lowest <= value and (definition.highest is None or value <= definition.highest)
    limits = [limit for limit in load_limits() if isinstance(item, LabelledEdit) and limit.attribute == item.attribute]
    if isinstance(item, LabelledEdit) and item.delta is not None:
        return all(limit.step is not None and (value / limit.step).is_integer() for limit in limits)
    return all(limit.objection(value) is None for limit in limits)
