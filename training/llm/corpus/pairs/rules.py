"""Whether a change set breaks a joint rule, on small networks of a few objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Final

from pydantic import JsonValue

from policies.change import AttributeEdit, ChangeSet
from policies.limits.checking import check_change_set
from policies.limits.joint_rule import JointRule
from policies.limits.loading import load_limits
from policies.managed_object import ManagedObject, Scalar, class_of, short_name
from policies.slices import Slice
from training.llm.corpus.pairs.equations import comparison, equation, shown, value_of
from training.llm.corpus.pairs.pair import Pair, begins, contains, expected, first_of
from training.llm.corpus.wording import question

Objects = dict[str, dict[str, Scalar]]
_SITES: Final = ("S1", "S4", "N07", "gnb217", "HB2", "QX5")
_SLICES: Final = tuple(str(one) for one in Slice)


@dataclass(frozen=True)
class _Case:
    """Objects with their attributes, the edits (DN, attribute, new value), and the arithmetic of the rule."""

    objects: Objects
    edits: tuple[tuple[str, str, Scalar], ...]
    steps: str


class RulePairs:
    """Change sets for every joint rule of the catalogue; some break it, some do not."""

    name = "rule"

    def __init__(self) -> None:
        self._rules = load_limits().rules

    def draw(self, random: Random) -> Pair | None:
        """Return a question for one rule."""
        rule = random.choice(self._rules)
        case = _CASES[rule.kind](rule, random)
        if case is None:
            return None
        broken = _broken(case.objects, case.edits)
        if broken is None or broken not in ((), (rule.name,)):
            return None  # beyond a single limit, or another rule is broken, too
        state, edits = _state(case.objects), _edits(case.edits)
        verdict = f"Yes, rule {rule.name}: {rule.title}. Remedy: {rule.remedy}." if broken else f"No, rule {rule.name} holds."
        facts: dict[str, JsonValue] = {
            "said": [state, edits],
            "objects": {dn: {**attributes} for dn, attributes in case.objects.items()},
            "edits": [[dn, attribute, new] for dn, attribute, new in case.edits],
            "rule": rule.name,
        }
        asked = question("rule", random, state=state, edits=edits)
        thought = f"The rule that matters is {rule.name} ({rule.source.partition(', ')[2]}): {rule.title}. {case.steps}"
        return Pair(kind=self.name, question=asked, thought=thought, answer=verdict, facts=facts)

    def objection(self, pair: Pair) -> str:
        """Let the check of change sets judge the objects and edits, which must be those of the question."""
        objects, edits = _objects_of(pair.facts["objects"]), tuple(_edits_of(pair.facts["edits"]))
        stated = expected("what is said", pair.facts["said"], [_state(objects), _edits(edits)])
        broken = _broken(objects, edits)
        if broken is None:
            return "a single value is not allowed"
        right = f"Yes, rule {broken[0]}" if broken else "No, rule "
        return first_of(stated, begins(pair, right), contains(pair, str(pair.facts["rule"])))


def _broken(objects: Objects, edits: tuple[tuple[str, str, Scalar], ...]) -> tuple[str, ...] | None:
    """Return the names of the joint rules that the edits break, None if a single value is not allowed."""
    changes = [AttributeEdit(dn=dn, attribute=name, old=objects[dn].get(name), new=new) for dn, name, new in edits]

    def read(dn: str) -> ManagedObject:
        return ManagedObject(dn=dn, attributes=objects[dn])

    def find(class_name: str, under: str) -> tuple[str, ...]:
        return tuple(dn for dn in objects if class_of(dn) == class_name)

    found = check_change_set(load_limits(), ChangeSet(edits=tuple(changes)), read, find)
    sources = {rule.source: rule.name for rule in load_limits().rules}
    if any(one.source not in sources for one in found):
        return None
    return tuple(dict.fromkeys(sources[one.source] for one in found))


def _state(objects: Objects) -> str:
    return "; ".join(
        f"{_named(dn)} has {', '.join(f'{name} {_text(value)}' for name, value in attributes.items())}"
        for dn, attributes in objects.items()
        if attributes
    )


def _edits(edits: tuple[tuple[str, str, Scalar], ...]) -> str:
    return ", ".join(f"{name} of {_named(dn)} to {_text(new)}" for dn, name, new in edits)


def _named(dn: str) -> str:
    """Return an object as people name it: "RRMPolicyRatio eMBB of S1C1"."""
    steps = [step.split("=") for step in dn.split(",")]
    cell = next((identity for name, identity in steps if name in ("NRCellDU", "NRCellCU")), "")
    own, identity = steps[-1]
    if not cell or cell == identity:
        return f"{own} {identity}"
    return f"{own} {identity} of {cell}" if identity != "1" else f"{own} of {cell}"


def _text(value: Scalar) -> str:
    return shown(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _cell(random: Random) -> str:
    return f"{random.choice(_SITES)}C{random.randint(1, 3)}"


def _du(cell: str) -> str:
    return f"ManagedElement={cell[:-2]},GNBDUFunction=1,NRCellDU={cell}"


def _cu(cell: str) -> str:
    return f"ManagedElement={cell[:-2]},GNBCUCPFunction=1,NRCellCU={cell}"


def _drawn(class_name: str, attribute: str, random: Random, low: float = -1e9, high: float = 1e9) -> float:
    limit = load_limits().limit(class_name, attribute)
    numbers = [float(value) for value in limit.values if not isinstance(value, str)]
    least = max(low, min(numbers) if limit.low is None else limit.low)
    most = min(high, max(numbers) if limit.high is None else limit.high)
    near = random.uniform(least, most) if random.random() < 0.7 else random.choice((least, most))
    value = limit.nearest(float(near))
    return float(value) if isinstance(value, int | float) else least


def _sum(rule: JointRule, random: Random) -> _Case:
    attribute, bound = rule.attributes[0], rule.bound or 0.0
    cell, slices = _cell(random), random.sample(_SLICES, random.choice((2, 3, 3)))
    values = [float(5 * random.randint(0, 9)) for _ in slices]
    objects: Objects = {
        f"{_du(cell)},{rule.class_name}={name}": {attribute: value} for name, value in zip(slices, values, strict=True)
    }
    changed = random.sample(range(len(slices)), random.randint(1, len(slices)))
    edits = tuple((list(objects)[index], attribute, float(5 * random.randint(0, 14))) for index in changed)
    after = [
        next((float(str(new)) for dn, _, new in edits if dn == own), value) for own, value in zip(objects, values, strict=True)
    ]
    total = " + ".join(map(shown, after))
    listed = ", ".join(map(shown, after))
    steps = f"After the change the {attribute} of {cell} are {listed}: {equation(total)}, {comparison(sum(after), bound)}."
    return _Case(objects, edits, steps)


def _order(rule: JointRule, random: Random) -> _Case:
    dn = _object_of(rule.class_name, random)
    values: dict[str, Scalar] = {}
    middle = _drawn(rule.class_name, rule.attributes[-1], random, high=100)
    for name in rule.attributes:
        values[name] = _drawn(rule.class_name, name, random, low=middle / 4, high=max(1.0, middle * 1.2))
    names = random.sample(rule.attributes, random.randint(1, len(rule.attributes)))
    edits = tuple((dn, name, _drawn(rule.class_name, name, random, high=120)) for name in names)
    after = {**values, **{name: new for _, name, new in edits}}
    numbers = [(name, float(str(after[name]))) for name in rule.attributes]
    sign = "strictly ascend" if rule.strict else "ascend"
    listed = "; ".join(f"{low} and {high}: {comparison(a, b)}" for (low, a), (high, b) in pairwise(numbers))
    return _Case({dn: values}, edits, f"They must {sign}. After the change: {listed}.")


def _total(rule: JointRule, random: Random) -> _Case:
    dn = _object_of(rule.class_name, random)
    span = 300.0 if rule.bound is not None else 20.0
    values: dict[str, Scalar] = {name: _drawn(rule.class_name, name, random, -10, span) for name in rule.attributes}
    names = random.sample(rule.attributes, random.randint(1, len(rule.attributes)))
    edits = tuple((dn, name, _drawn(rule.class_name, name, random, -10, span)) for name in names)
    after = {**values, **{name: new for _, name, new in edits}}
    total = " + ".join(_signed(float(str(after[name]))) for name in rule.attributes)
    value = value_of(total)
    bounds = [bound for bound in (rule.low, rule.bound) if bound is not None]
    compared = " and ".join(comparison(float(shown(value)), bound) for bound in bounds)
    return _Case({dn: values}, edits, f"After the change {' + '.join(rule.attributes)} is {equation(total)}, and {compared}.")


def _signed(value: float) -> str:
    return shown(value) if value >= 0 else f"({shown(value)})"


def _object_of(class_name: str, random: Random) -> str:
    cell = _cell(random)
    if class_name == "NRCellDU":
        return _du(cell)
    identity = random.choice(_SLICES) if class_name == "RRMPolicyRatio" else "1"
    return f"{_cu(cell) if class_name in ('MobilityProfile', 'DMROFunction') else _du(cell)},{class_name}={identity}"


def _handover_loop(rule: JointRule, random: Random) -> _Case:
    site = random.choice(_SITES)
    here, there = f"{site}C1", f"{site}C2"
    objects: Objects = {}
    for own, other in ((here, there), (there, here)):
        objects[f"{_cu(own)},MobilityProfile=1"] = {"a3Offset": random.randint(-2, 6) / 2, "hysteresis": random.randint(0, 6) / 2}
        objects[f"{_cu(own)},NRCellRelation={other}"] = {"cellIndividualOffset": random.choice((-3, -2, -1, 0, 1, 2, 3))}
    relation, new = f"{_cu(here)},NRCellRelation={there}", random.choice((-4, -2, 0, 1, 2, 3, 4, 5, 6))
    after: Objects = {**objects, relation: {"cellIndividualOffset": new}}
    steps, gaps = [], []
    for own, other in ((here, there), (there, here)):
        profile, offset = after[f"{_cu(own)},MobilityProfile=1"], after[f"{_cu(own)},NRCellRelation={other}"]
        parts = (profile["a3Offset"], profile["hysteresis"], offset["cellIndividualOffset"])
        first, second, third = (_signed(float(str(part))) for part in parts)
        expression = f"{first} + {second} - {third}"
        steps.append(f"from {own} to {other} {equation(expression)}")
        gaps.append(value_of(expression))
    least = rule.low or 0.0
    gap = f"{equation(' + '.join(map(_signed, gaps)))} dB, {comparison(sum(gaps), least)}"
    said = f"A handover triggers at offset + hysteresis - individual offset: {', '.join(steps)}. There and back: {gap}."
    return _Case(objects, ((relation, "cellIndividualOffset", new),), said)


def _coverage(rule: JointRule, random: Random) -> _Case:
    site = random.choice(_SITES)
    cells = [f"{site}C{number}" for number in range(1, random.randint(2, 4) + 1)]
    asleep = {cell: random.random() < 0.5 for cell in cells[1:]}
    objects: Objects = {}
    for cell in cells:
        state = "toBeEnergySaving" if asleep.get(cell, False) else "toBeNotEnergySaving"
        objects[_du(cell)] = {"administrativeState": "UNLOCKED"}
        objects[f"{_cu(cell)},CESManagementFunction=1"] = {"energySavingControl": state}
        for other in cells:
            if other != cell:
                objects[f"{_cu(cell)},NRCellRelation={other}"] = {}
    objects = {dn: attributes if short_name(dn) in ("1", *cells) else {} for dn, attributes in objects.items()}
    awake = [cell for cell in cells[1:] if not asleep[cell]]
    count = f"{len(awake)} of its {len(cells) - 1} neighbours are on air{' (' + ', '.join(awake) + ')' if awake else ''}"
    steps = f"All cells of {site} are neighbours. Of {cells[0]}, {count}: {comparison(len(awake), rule.bound or 1)}."
    return _Case(objects, ((f"{_cu(cells[0])},CESManagementFunction=1", "energySavingControl", "toBeEnergySaving"),), steps)


_CASES: Final[dict[str, Callable[[JointRule, Random], _Case | None]]] = {
    "sum": _sum,
    "order": _order,
    "total": _total,
    "handover_loop": _handover_loop,
    "coverage": _coverage,
}


def _objects_of(value: JsonValue) -> Objects:
    found: Objects = {}
    for dn, attributes in value.items() if isinstance(value, dict) else ():
        own = attributes.items() if isinstance(attributes, dict) else ()
        found[dn] = {name: one for name, one in own if not isinstance(one, dict | list)}
    return found


def _edits_of(value: JsonValue) -> Iterator[tuple[str, str, Scalar]]:
    for edit in value if isinstance(value, list) else ():
        if isinstance(edit, list) and not isinstance(edit[2], dict | list):
            yield str(edit[0]), str(edit[1]), edit[2]
