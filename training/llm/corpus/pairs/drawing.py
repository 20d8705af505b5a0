"""Pairs of all kinds in a fixed order, each of them checked when it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Final

from training.llm.corpus.pairs.amounts import AmountPairs, RelativePairs
from training.llm.corpus.pairs.clocks import ClockPairs
from training.llm.corpus.pairs.equations import untrue_equations
from training.llm.corpus.pairs.guardrails import GuardrailPairs
from training.llm.corpus.pairs.kpis import KpiPairs
from training.llm.corpus.pairs.limits import LimitPairs
from training.llm.corpus.pairs.lookups import LookupPairs
from training.llm.corpus.pairs.operator_words import OperatorWords
from training.llm.corpus.pairs.pair import Pair, PairKind
from training.llm.corpus.pairs.places import PlacePairs
from training.llm.corpus.pairs.rules import RulePairs
from training.llm.corpus.pairs.tools import ToolPairs
from training.llm.corpus.pairs.units import UnitPairs

_WEIGHTS: Final = {
    **{"limit": 18, "lookup": 5, "kpi": 14, "unit": 8, "rule": 12, "guardrail": 5, "tool": 14},
    **{"clock": 8, "amount": 4, "relative": 5, "place": 7},
}
_PATIENCE: Final = 400  # draws of a kind without a new question, after which it has no more
Progress = Callable[[int], None]


class PairError(ValueError):
    """A pair is not right, or there are no more pairs; the message says which."""


class PairMaker:
    """Draws pairs of all kinds; the same seed draws the same ones."""

    def __init__(self) -> None:
        words = OperatorWords()
        kinds: tuple[PairKind, ...] = (
            *(LimitPairs(), LookupPairs(), KpiPairs(words), UnitPairs(), RulePairs(), GuardrailPairs(), ToolPairs()),
            *(ClockPairs(words), AmountPairs(words), RelativePairs(words), PlacePairs(words)),
        )
        self.kinds = {kind.name: kind for kind in kinds}

    def pairs(self, count: int, seed: int) -> Iterator[Pair]:
        """Yield pairs with different questions.

        Raises PairError for a pair that its kind objects to, and if there are fewer different questions than asked for.
        """
        random = Random(f"pairs {seed}")
        weights, asked = dict(_WEIGHTS), set[str]()
        while len(asked) < count:
            if not weights:
                raise PairError(f"pairs={count}: after {len(asked)} no kind has another question; ask for at most {len(asked)}")
            name = random.choices(list(weights), list(weights.values()))[0]
            pair = self._new(self.kinds[name], random, asked)
            if pair is None:
                del weights[name]
                continue
            asked.add(pair.question)
            yield pair

    def _new(self, kind: PairKind, random: Random, asked: set[str]) -> Pair | None:
        for _ in range(_PATIENCE):
            pair = kind.draw(random)
            if pair is not None and pair.question not in asked:
                if objection := self.objection(pair):
                    raise PairError(f"a pair of kind {kind.name} is not right: {objection}; question: {pair.question}")
                return pair
        return None

    def objection(self, pair: Pair) -> str:
        """Return what is wrong with a pair, empty if nothing is: its equations, its words, and what its kind finds."""
        if pair.kind not in self.kinds:
            return f"{pair.kind!r} is no kind of pairs"
        said = pair.facts.get("said")
        missing = [str(one) for one in said if str(one) not in pair.question] if isinstance(said, list) else ["said"]
        if missing:
            return f"the question lacks {missing[0]!r}"
        untrue = next(untrue_equations(pair.thought), None)
        return self.kinds[pair.kind].objection(pair) if untrue is None else f"[{untrue}] is not true"
