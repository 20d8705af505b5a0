"""Whether a value is allowed for an attribute: range, step, set and unit, with the clause."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from policies.change import AttributeEdit, ChangeSet
from policies.limits.edits import violations_of_edits
from policies.limits.limit import Limit
from policies.limits.loading import load_limits
from policies.limits.state import StateAfter
from policies.managed_object import ManagedObject, Scalar
from training.llm.corpus.pairs.equations import comparison, equation, shown, value_of
from training.llm.corpus.pairs.pair import Pair, begins, contains, expected, first_of
from training.llm.corpus.pairs.units import Conversion, converted, linear, watts_in_dbm
from training.llm.corpus.wording import question

_OTHER_UNITS: Final = {"ms": "s", "s": "min", "%": "permille", "0.1 deg": "degrees"}
_WATTS: Final = (0.5, 1, 2, 5, 10, 20, 30, 40, 50, 60, 80, 100, 120, 160, 200, 1000, 20000, 200000)
_GRID: Final = 1e-6


class LimitPairs:
    """Values of all attributes that can be written, inside and outside of what is allowed, some in another unit."""

    name = "limit"

    def __init__(self) -> None:
        self._limits = [limit for limit in load_limits() if limit.kind != "string" and not limit.read_only]

    def draw(self, random: Random) -> Pair | None:
        """Return a question for one value."""
        limit = random.choice(self._limits)
        value, said, conversion = _drawn(limit, random)
        thought = _thought(limit, value, said, conversion)
        refused = limit.objection(value)
        source = f"{limit.name} allows {limit.allowed} ({limit.source})"
        nearest = limit.nearest(value) if refused else None
        instead = "" if nearest is None else f" Nearest allowed value: {_text(nearest)}."
        return Pair(
            kind=self.name,
            question=question(
                "limit_allowed", random, name=limit.name, attribute=limit.attribute, class_name=limit.class_name, said=said
            ),
            thought=thought,
            answer=f"{'No' if refused else 'Yes'}. {source}.{instead}",
            facts={"said": [said, limit.attribute, limit.class_name], "value": value, "converted": conversion is not None},
        )

    def objection(self, pair: Pair) -> str:
        """Let the check of a change set judge the value that the question says."""
        said, attribute, class_name = _strings(pair.facts["said"])
        limit = load_limits().limit(class_name, attribute)
        value = pair.facts["value"]
        if not isinstance(value, bool | int | float | str):
            return f"the value {value!r} is none of an attribute"
        is_said = expected("the value", _text(value), _text(_said_value(said, limit, is_converted=bool(pair.facts["converted"]))))
        verdict = "No" if _is_refused(limit, value) else "Yes"
        nearest = limit.nearest(value) if verdict == "No" else None
        words = [limit.allowed, limit.source, *([] if nearest is None else [_text(nearest)])]
        return first_of(is_said, begins(pair, f"{verdict}. "), contains(pair, *words))


def _is_refused(limit: Limit, value: Scalar) -> bool:
    dn = f"ManagedElement=S1,{limit.class_name}=1"
    change_set = ChangeSet(edits=(AttributeEdit(dn=dn, attribute=limit.attribute, old=None, new=value),))
    state = StateAfter(change_set, lambda name: ManagedObject(dn=name, attributes={}), lambda name, under: (dn,))
    return bool(violations_of_edits(load_limits(), change_set, state))


def _said_value(said: str, limit: Limit, *, is_converted: bool) -> Scalar:
    """Return the value that words say, in the attribute's unit."""
    if limit.kind == "boolean":
        return {"true": True, "false": False}.get(said, said)
    if limit.kind == "enum":
        return said
    number, _, spelling = said.partition(" ")
    if not is_converted:
        return float(number)
    value = converted(float(number), spelling, limit.unit)
    return round(value, 1) if limit.unit == "dBm" else float(shown(value))


def _drawn(limit: Limit, random: Random) -> tuple[Scalar, str, Conversion | None]:
    """Return a value, the words for it, and how it was converted if they are in another unit."""
    if limit.kind == "boolean":
        value: Scalar = random.choice((True, False, "on", "off"))
        return value, _text(value), None
    if limit.kind == "enum":
        value = str(random.choice([*limit.values, *limit.values, *_words_beside(limit)]))
        return value, value, None
    if limit.unit == "dBm" and random.random() < 0.4:
        watts = random.choice(_WATTS)
        conversion = watts_in_dbm(watts, "W")
        return round(conversion.value, 1), f"{shown(watts)} W", conversion
    number = _number(limit, random)
    if limit.unit in _OTHER_UNITS and random.random() < 0.3:
        other = _OTHER_UNITS[limit.unit]
        per = 10.0 if other == "permille" else value_of(f"1 / {shown(converted(1.0, other, limit.unit))}")
        words = shown(number * per)
        back = _in_unit(float(words), other, limit.unit)
        return back.value, f"{words} {other}", back
    return number, f"{shown(number)} {limit.unit}".strip(), None


def _in_unit(number: float, spelling: str, unit: str) -> Conversion:
    if spelling == "permille":
        return Conversion(float(shown(number / 10)), f"10 per mille are 1 %, so {equation(f'{shown(number)} / 10')}.")
    if spelling == "degrees":
        return Conversion(float(shown(number * 10)), f"1 degree is ten tenths: {equation(f'{shown(number)} * 10')}.")
    return linear(number, spelling, unit)


def _number(limit: Limit, random: Random) -> float:
    if limit.kind == "set":
        values = [float(value) for value in limit.values if not isinstance(value, str)]
        beside = [low + 1 for low in values if low + 1 not in values] + [max(values) * 2 + 1, min(values) - 1]
        return random.choice(values) if random.random() < 0.5 else random.choice(beside)
    low, high = limit.low or 0.0, limit.high or 0.0
    width, step = high - low, limit.step or (high - low) / 100
    place = random.random()
    if place < 0.5:
        return float(shown(low + random.randint(0, round(width / step)) * step))
    if place < 0.65 and limit.step:
        return float(shown(low + (random.randint(0, round(width / step)) + 0.5) * step))
    away = random.choice((step, 2 * step, 0.1 * width, 0.5 * width, width))
    return float(shown(high + away if random.random() < 0.6 else low - away, 6))


def _words_beside(limit: Limit) -> list[str]:
    own = [str(value) for value in limit.values]
    others = [str(value) for other in load_limits() if other.kind == "enum" for value in other.values]
    return [word for word in others if word not in own][: max(2, len(own))]


def _thought(limit: Limit, value: Scalar, said: str, conversion: Conversion | None) -> str:
    start = f"{limit.name} is bounded by {limit.source}: {limit.allowed}."
    if conversion is not None:
        start += f" {said} is not in the attribute's unit, {limit.unit}. {conversion.steps}"
        if limit.unit == "dBm":
            start += f" The attribute has steps of 0.1, so it is {_text(value)} dBm."
    if isinstance(value, str | bool) or limit.kind != "range":
        return f"{start} {_membership(limit, value)}"
    return f"{start} {_bounds(limit, float(value or 0))}"


def _membership(limit: Limit, value: Scalar) -> str:
    if limit.kind == "boolean":
        return f"{_text(value)} is {'a' if isinstance(value, bool) else 'no'} truth value."
    return f"{_text(value)} is {'one' if limit.objection(value) is None else 'none'} of the values."


def _bounds(limit: Limit, value: float) -> str:
    low, high = limit.low or 0.0, limit.high or 0.0
    if value < low:
        return f"{comparison(value, low)}, below the lowest value."
    if value > high:
        return f"{comparison(value, high)}, above the highest value."
    inside = f"{comparison(value, low)} and {comparison(value, high)}, so it is in the range."
    if not limit.step:
        return inside
    steps = value_of(f"({shown(value)} - {_plain(low)}) / {shown(limit.step)}")
    whole = "a whole number" if abs(steps - round(steps)) <= _GRID else "no whole number"
    counted = equation(f"({shown(value)} - {_plain(low)}) / {shown(limit.step)}")
    return f"{inside} Steps from the lowest value: {counted}, {whole}."


def _plain(low: float) -> str:
    return shown(low) if low >= 0 else f"({shown(low)})"


def _text(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return shown(value) if isinstance(value, int | float) else str(value)


def _strings(value: object) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
