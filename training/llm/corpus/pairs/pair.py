"""A question with the reasoning that leads to its answer, and the facts from which code can find the answer again."""

from __future__ import annotations

from random import Random
from typing import Protocol

from pydantic import Field, JsonValue

from policies.word import Word


class Pair(Word):
    """A question, what is thought before the answer, and the answer.

    facts: what code needs to find the answer by itself; `said` among them are words that stand in the question. hand: whose
    words are in the question, empty if nobody's; a hand that is held out of a training is held out with its pairs.
    """

    kind: str
    question: str = Field(min_length=1)
    thought: str = Field(min_length=1)
    answer: str = Field(min_length=1)
    facts: dict[str, JsonValue]
    hand: str = ""

    @property
    def prompt(self) -> str:
        """The text before the answer."""
        return f"Question: {self.question}\nThought:"

    @property
    def reply(self) -> str:
        """What follows the prompt: the reasoning, then the answer."""
        return f" {self.thought}\nAnswer: {self.answer}"


class PairKind(Protocol):
    """A kind of pairs: draws them, and finds out by the project's own code whether one is right."""

    @property
    def name(self) -> str:
        """The `kind` of its pairs."""

    def draw(self, random: Random) -> Pair | None:
        """Return a pair, None if what was drawn gives none."""

    def objection(self, pair: Pair) -> str:
        """Return what is wrong with a pair of this kind, empty if nothing is."""


def first_of(*objections: str) -> str:
    """Return the first objection that is not empty."""
    return next((objection for objection in objections if objection), "")


def expected(what: str, stated: object, right: object) -> str:
    """Return an objection if `stated` is not what is right."""
    return "" if stated == right else f"{what} is {stated!r}, code finds {right!r}"


def begins(pair: Pair, right: str) -> str:
    """Return an objection if the answer does not begin with what is right."""
    return "" if pair.answer.startswith(right) else f"the answer {pair.answer[:80]!r} does not begin with {right!r}"


def contains(pair: Pair, *words: str) -> str:
    """Return an objection if the answer lacks some words."""
    missing = [one for one in words if one not in pair.answer]
    return f"the answer lacks {missing[0]!r}" if missing else ""


def near(pair: Pair, value: float | None, unit: str) -> str:
    """Return an objection if the answer is not this number, up to its sixth digit, in this unit."""
    stated = number_in(pair.answer, unit)
    is_near = stated is not None and value is not None and abs(stated - value) <= 1e-5 * abs(value)
    return "" if is_near else f"the answer is {pair.answer!r}, code finds {value} {unit}".rstrip()


def number_in(answer: str, unit: str) -> float | None:
    """Return the number of an answer that is a number with this unit, None if it is none."""
    number = answer.removesuffix(f" {unit}") if unit else answer
    try:
        return float(number) if f"{number} {unit}".strip() == answer else None
    except ValueError:
        return None
