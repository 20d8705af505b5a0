"""What the guardrails say: how far an attribute may move in one change, and how many cells and edits a change set may have."""

from __future__ import annotations

from random import Random
from typing import Final

from policies.change import AttributeEdit
from policies.guardrails.guardrails import bounded
from policies.guardrails.loading import load_guardrails
from policies.guardrails.rules import Bound, StepBound
from policies.guardrails.steps import judge_step, reach
from policies.limits.loading import load_limits
from training.llm.corpus.pairs.equations import comparison, equation, shown
from training.llm.corpus.pairs.pair import Pair, begins, contains, first_of
from training.llm.corpus.wording import question

_OUTCOMES: Final = {"pass": "It passes", "warn": "A person must be asked", "fail": "It is refused"}
_COUNTED: Final = {"cells": "cells", "edits": "edits"}


class GuardrailPairs:
    """Steps of all attributes that have a bound, and sizes of change sets."""

    name = "guardrail"

    def __init__(self) -> None:
        self._rules = load_guardrails().rules

    def draw(self, random: Random) -> Pair | None:
        """Return a question on a step or a size."""
        return self._radius(random) if random.random() < 0.15 else self._step(random.choice(self._rules.step), random)

    def _step(self, step: StepBound, random: Random) -> Pair | None:
        limit = load_limits().limit(step.class_name, step.attribute)
        old, new = (limit.nearest(random.uniform(limit.low or 0.0, limit.high or 0.0)) for _ in range(2))
        if isinstance(old, float | int) and random.random() < 0.6:
            new = limit.nearest(old + random.choice((-1, 1)) * random.choice((0.5, 1, 1, 1.2)) * (step.down or step.up or 1.0))
        if not isinstance(old, int | float) or not isinstance(new, int | float) or old == new:
            return None
        name, is_up = f"{step.class_name}.{step.attribute}", new > old
        most = step.up if is_up else step.down
        moved = equation(f"{shown(max(old, new))} - {_signed(min(old, new))}")
        direction = "up" if is_up else "down"
        if most is None:
            why = f"There is no bound on a step {direction}."
        else:
            size = comparison(float(shown(abs(new - old))), most)
            why = f"Most that it may go {direction} at once is {shown(most)} {step.unit}: {size}."
        low, high = reach(step, float(old))
        is_allowed = most is None or float(shown(abs(new - old))) <= most
        edge = "" if is_allowed else f" Change it to {shown(high if is_up else low)} first, verify, then continue."
        asked = question("step", random, name=name, old=shown(old), new=shown(new), unit=limit.unit)
        return Pair(
            kind=self.name,
            question=" ".join(asked.split()),
            thought=f"{name} has the guardrail “{step.source}”. It would go {direction} by {moved} {step.unit}. {why}",
            answer=f"{'Yes' if is_allowed else 'No'}, by the guardrail “{step.source}”.{edge}",
            facts={"said": [name, shown(old), shown(new)], "attribute": step.attribute, "old": old, "new": new},
        )

    def _radius(self, random: Random) -> Pair:
        name = random.choice(sorted(_COUNTED))
        bound = self._bound(name)
        value = random.randint(1, round(1.4 * (bound.fail_above or 10)))
        compared = [
            f"{word} above {shown(edge)}: {comparison(value, edge)}"
            for word, edge in (("a person is asked", bound.warn_above), ("refused", bound.fail_above))
            if edge is not None
        ]
        outcome = bound.outcome(value)
        remedy = "" if outcome == "pass" else f" Remedy: {bound.remedy}."
        return Pair(
            kind=self.name,
            question=question("radius", random, value=value, what=_COUNTED[name]),
            thought=f"The guardrail is “{bound.source}”: {'; '.join(compared)}.",
            answer=f"{_OUTCOMES[outcome]}.{remedy}",
            facts={"said": [f"{value} {_COUNTED[name]}"], "bound": name, "value": value},
        )

    def _bound(self, name: str) -> Bound:
        return self._rules.bounds.cells if name == "cells" else self._rules.bounds.edits

    def objection(self, pair: Pair) -> str:
        """Let the guardrails judge the step or the size."""
        if "bound" in pair.facts:
            bound, value = self._bound(str(pair.facts["bound"])), float(str(pair.facts["value"]))
            reason = bounded("blast-radius", value, "", bound)
            return first_of(begins(pair, _OUTCOMES[reason.outcome]), contains(pair, reason.remedy))
        step = next(one for one in self._rules.step if one.attribute == pair.facts["attribute"])
        old, new = float(str(pair.facts["old"])), float(str(pair.facts["new"]))
        edit = AttributeEdit(dn=f"{step.class_name}=1", attribute=step.attribute, old=old, new=new)
        judged = judge_step(edit, step, old)
        if judged is None:
            return first_of(begins(pair, "Yes"), contains(pair, step.source))
        return first_of(
            begins(pair, "No"), contains(pair, step.source, judged.remedy.split(" first")[0].removeprefix("change it to "))
        )


def _signed(value: float) -> str:
    return shown(value) if value >= 0 else f"({shown(value)})"
