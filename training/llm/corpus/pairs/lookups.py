"""What the catalogue of limits says of an attribute: values, default, effect, and whether it can be written."""

from __future__ import annotations

from random import Random
from typing import Final

from policies.limits.limit import Limit
from policies.limits.loading import load_limits
from tools.ran.constraint_tools import RetrieveConstraint
from training.llm.corpus.pairs.pair import Pair, expected, first_of
from training.llm.corpus.wording import question

_FORMS: Final = ("limit_values", "limit_default", "limit_effect", "limit_writable", "limit_name")


class LookupPairs:
    """One question for one field of one attribute."""

    name = "lookup"

    def __init__(self) -> None:
        self._limits = list(load_limits())

    def draw(self, random: Random) -> Pair | None:
        """Return a question for a field."""
        limit, form = random.choice(self._limits), random.choice(_FORMS)
        if (form == "limit_default" and limit.default is None) or (form == "limit_name" and not _is_told_by_effect(limit)):
            return None
        fields = {"name": limit.name, "attribute": limit.attribute, "class_name": limit.class_name, "effect": limit.effect}
        said = [limit.effect, limit.class_name] if form == "limit_name" else [limit.attribute, limit.class_name]
        return Pair(
            kind=self.name,
            question=question(form, random, **fields),
            thought=_thought(limit, form),
            answer=_answer(limit, form),
            facts={"said": [*said], "form": form, "class_name": limit.class_name, "attribute": limit.attribute},
        )

    def objection(self, pair: Pair) -> str:
        """Look the attribute up as the tool for constraints does."""
        request = RetrieveConstraint(class_name=str(pair.facts["class_name"]), attribute=str(pair.facts["attribute"]))
        limit, form = load_limits().limit(request.class_name, request.attribute), str(pair.facts["form"])
        known = "" if form in _FORMS else f"{form!r} is no form of this kind"
        return first_of(known, expected("the answer", pair.answer, _answer(limit, form)))


def _is_told_by_effect(limit: Limit) -> bool:
    """Whether no other attribute of the class has the same effect."""
    return sum(other.effect == limit.effect and other.class_name == limit.class_name for other in load_limits()) == 1


def _thought(limit: Limit, form: str) -> str:
    where = f"{limit.class_name} belongs to the theme {limit.theme}."
    if form == "limit_writable":
        how = "reported by the network and marked as read-only" if limit.read_only else "not marked as read-only"
        return f"{where} In the limits catalogue {limit.attribute} is {how}."
    if form == "limit_name":
        return f"{where} Of its attributes, {limit.attribute} has this effect. {limit.clause_text}"
    return f"{where} The catalogue has {limit.attribute} from {limit.source}. {limit.clause_text}"


def _answer(limit: Limit, form: str) -> str:
    unit = f" {limit.unit}" if limit.unit else ""
    default = str(limit.default).lower() if isinstance(limit.default, bool) else str(limit.default)
    return {
        "limit_values": f"{limit.name}: {limit.allowed} ({limit.source}).",
        "limit_default": f"{default}{unit}",
        "limit_effect": limit.effect,
        "limit_writable": f"{'No, it is read-only' if limit.read_only else f'Yes: {limit.allowed}'} ({limit.source}).",
        "limit_name": limit.name,
    }[form]
