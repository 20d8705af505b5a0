"""Amounts in operators' words: the number in the unit of the KPI or attribute, and the value of a relative bound."""

from __future__ import annotations

from random import Random
from typing import Final

from pydantic import JsonValue

from agents.reading.amounting.numbers import numbers_of
from agents.reading.amounting.unit_words import simplified
from agents.reading.computing import computed, unit_of_attribute
from agents.reading.doubt import Doubt
from agents.reading.marked import Marked, MarkedItem
from agents.reading.names import Names
from agents.reading.site_card import SiteCard
from agents.understanding.relative import measurand_of, resolve
from agents.understanding.result import NeedsMeasurement, RelativeBound, Understood
from policies.intent import Condition, ExpectationObject
from policies.kpi import kpi_definition
from training.llm.corpus.pairs.equations import equation, shown, value_of
from training.llm.corpus.pairs.operator_words import OperatorWords, SaidAmount
from training.llm.corpus.pairs.pair import Pair, expected, first_of, near
from training.llm.corpus.wording import question
from training.llm.labelled_text import LabelledTarget, marked_item
from training.llm.planning.made_network import MadeNetwork
from twins.system.card import card_of

_ONE_CELL: Final = SiteCard.model_validate(
    {"name": "network", "now": "2026-01-01T00:00:00Z", "cells": [{"id": "C1", "site": "S1"}]}
)
_FACTORS: Final = (1.0, 10.0, 100.0, 1000.0, 10_000.0, 1e6, 60.0, 8.0, 3600.0)
_SIDES: Final = {"<": "an upper", "<=": "an upper", ">": "a lower", ">=": "a lower"}
_CONDITIONS: Final = {"<": Condition.LESS, "<=": Condition.AT_MOST, ">": Condition.GREATER, ">=": Condition.AT_LEAST}


class AmountPairs:
    """What an operator's words for an amount are as a number."""

    name = "amount"

    def __init__(self, words: OperatorWords) -> None:
        self._words = words

    def draw(self, random: Random) -> Pair | None:
        """Return a question for one amount."""
        said = random.choice(self._words.amounts)
        item = marked_item(said.item, "", said.words)
        steps = _steps(said)
        if steps is None or item.state or not said.stands:
            return None
        unit = _unit_of(item)
        name = _name_of(said)
        asked = question("amount", random, said=said.words, name=name, unit=unit or "a plain number")
        facts: dict[str, JsonValue] = {"said": [said.words, name], "item": item.model_dump(mode="json")}
        answer = f"{shown(said.number)} {unit}".strip()
        return Pair(kind=self.name, question=asked, thought=steps, answer=answer, facts=facts, hand=said.hand)

    def objection(self, pair: Pair) -> str:
        """Compute the amount again from the marked words."""
        item = MarkedItem.model_validate(pair.facts["item"])
        said = expected("what is said", pair.facts["said"], [item.amount, item.name])
        return first_of(said, near(pair, _number(item), _unit_of(item)))


class RelativePairs:
    """What a relative bound is, once the value that it refers to is measured."""

    name = "relative"

    def __init__(self, words: OperatorWords) -> None:
        self._words = words
        network = MadeNetwork.of(1)
        self._card = card_of(network.scenario, network.scenario.start)

    def draw(self, random: Random) -> Pair | None:
        """Return a question for one share and one measured value."""
        said = random.choice(self._words.shares)
        target = said.item
        if not isinstance(target, LabelledTarget) or target.condition not in _SIDES or not said.stands:
            return None
        kpi = kpi_definition(target.kpi)
        reference = float(f"{random.uniform(max(kpi.lowest, 0.1), min(kpi.highest or 100.0, 100.0)):.3g}")
        item = marked_item(target, "", said.words)
        bound = self._bound(item, reference)
        steps = _relative_steps(item, said.number, reference)
        if bound is None or steps is None or abs(steps[1] - bound) > 1e-6 * max(1.0, abs(bound)):
            return None
        when, was = ("now", "is") if item.reference == "now" else (str(item.reference), "was")
        side, value = _SIDES[target.condition], shown(reference)
        asked = question(
            "relative", random, kpi=kpi.name, reference=value, unit=kpi.unit, when=when, was=was, said=said.words, side=side
        )
        facts: dict[str, JsonValue] = {
            "said": [said.words, kpi.name, value],
            "item": item.model_dump(mode="json"),
            "reference": reference,
        }
        answer = f"{shown(float(f'{bound:.6g}'))} {kpi.unit}"
        return Pair(kind=self.name, question=asked, thought=steps[0], answer=answer, facts=facts, hand=said.hand)

    def objection(self, pair: Pair) -> str:
        """Resolve the bound again as a run does."""
        item, reference = MarkedItem.model_validate(pair.facts["item"]), float(str(pair.facts["reference"]))
        said = expected("what is said", pair.facts["said"], [item.amount, item.name, shown(reference)])
        return first_of(said, near(pair, self._bound(item, reference), kpi_definition(item.name).unit))

    def _bound(self, item: MarkedItem, reference: float) -> float | None:
        """Return the bound that a run keeps, None if it refuses it."""
        percent, comparison = _number(item), item.comparison
        if percent is None or comparison not in _CONDITIONS:
            return None
        amount = -percent if comparison in ("<", "<=") else percent
        relative = RelativeBound(
            object=ExpectationObject(), kpi=item.name, condition=_CONDITIONS[comparison], amount=amount, share=True
        )
        needs = NeedsMeasurement(text=item.amount, expectations=(relative,))
        result = resolve(needs, self._card, {measurand_of(relative): reference})
        return result.intent.expectations[0].targets[0].value if isinstance(result, Understood) else None


def _number(item: MarkedItem) -> float | None:
    try:
        one = computed(Marked(act="change", items=(item,)), Names(_ONE_CELL)).items[0]
    except Doubt:
        return None
    return next((number for number in (one.value, one.delta, one.percent) if isinstance(number, float)), None)


def _unit_of(item: MarkedItem) -> str:
    if item.kind == "target":
        return kpi_definition(item.name).unit
    unit = unit_of_attribute(item.name)
    return "dB" if item.is_delta and unit == "dBm" else unit


def _name_of(said: SaidAmount) -> str:
    return said.item.kpi if isinstance(said.item, LabelledTarget) else said.item.attribute


def _steps(said: SaidAmount) -> str | None:
    """Return how the number of the words becomes that of the label: by a factor, or watts to dBm; None if it is another way."""
    numbers = numbers_of(simplified(said.words))
    if len(numbers) != 1 or not said.number:
        return None
    unit = _unit_of(marked_item(said.item, "", said.words))
    number, start = float(numbers[0].value), f"“{said.words}” has the number"
    if number and unit == "dBm" and abs(value_of(f"10 * log10({shown(abs(number) * 1000)})") - said.number) < 0.006:
        milliwatts, level = shown(number * 1000), shown(said.number)
        return f"{start} {shown(number)}, in W. [{shown(number)} * 1000 = {milliwatts}] mW, [10 * log10({milliwatts}) = {level}]."
    for scale in _FACTORS:
        if abs(number * scale - said.number) < 1e-9 * max(1.0, abs(said.number)):
            same = f"It is in {unit} already." if unit else "It needs no unit."
            return f"{start} {shown(number)}. {same if scale == 1 else equation(f'{shown(number)} * {shown(scale)}')}"
        if abs(number / scale - said.number) < 1e-9 * max(1.0, abs(said.number)):
            return f"{start} {shown(number)}. {equation(f'{shown(number)} / {shown(scale)}')}"
    return None


def _relative_steps(item: MarkedItem, percent: float, reference: float) -> tuple[str, float] | None:
    """Return how the bound is computed, and its value."""
    is_upper = item.comparison in ("<", "<=")
    if percent == 0:
        expression = f"{shown(reference)} * (1 {'+' if is_upper else '-'} 0.1)"
        why = f"“{item.amount}” asks that {item.name} is kept. What is kept may become 10 % worse."
    else:
        sign = "+" if percent > 0 else "-"
        expression = f"{shown(reference)} * (1 {sign} {shown(abs(percent))} / 100)"
        why = f"“{item.amount}” is {shown(abs(percent))} % {'more' if percent > 0 else 'less'} than the value."
    value = value_of(expression)
    return f"{why} [{expression} = {shown(float(f'{value:.6g}'))}].", value
