"""Evaluation of the joint rules on the state after a change set, for the groups of objects that the change set touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from math import fsum

from policies.change import ChangeSet
from policies.limits.coverage import uncovered
from policies.limits.handover_loop import looping_pairs
from policies.limits.joint_rule import JointRule
from policies.limits.state import StateAfter
from policies.managed_object import Scalar, class_of, number_of
from policies.violation import Violation

_SLACK = 1e-9


def violations_of_rules(rules: Iterable[JointRule], change_set: ChangeSet, state: StateAfter) -> list[Violation]:
    """Return the violations of joint rules in the state after the change set."""
    touched = dict.fromkeys(edit.dn for edit in change_set.attribute_edits())
    return [violation for rule in rules for violation in _EVALUATORS[rule.kind](rule, list(touched), state)]


def _own(rule: JointRule, touched: list[str]) -> list[str]:
    return [dn for dn in touched if class_of(dn) == rule.class_name]


def _numbers(attributes: dict[str, Scalar], names: Iterable[str]) -> list[tuple[str, float]]:
    numbers = ((name, number_of(attributes.get(name))) for name in names)
    return [(name, number) for name, number in numbers if number is not None]


def _sum(rule: JointRule, touched: list[str], state: StateAfter) -> list[Violation]:
    violations = []
    attribute = rule.attributes[0]
    for parent in dict.fromkeys(dn.rpartition(",")[0] for dn in _own(rule, touched)):
        group = [dn for dn in state.all_of(rule.class_name) if dn.rpartition(",")[0] == parent]
        parts = [(dn, value) for dn in group for _, value in _numbers(state.after(dn), (attribute,))]
        total = fsum(value for _, value in parts)
        if rule.bound is not None and total > rule.bound + _SLACK:
            shares = " + ".join(f"{dn.rpartition('=')[2]} {value:g}" for dn, value in parts)
            violations.append(_violation(rule, f"{parent} Σ{attribute}", f"{total:g} ({shares})", f"at most {rule.bound:g}"))
    return violations


def _order(rule: JointRule, touched: list[str], state: StateAfter) -> list[Violation]:
    violations = []
    for dn in _own(rule, touched):
        numbers = _numbers(state.after(dn), rule.attributes)
        for (lower, low), (upper, high) in pairwise(numbers):
            if low > high or (rule.strict and low == high):
                sign = "<" if rule.strict else "≤"
                violations.append(_violation(rule, f"{dn} {lower}", f"{low:g}", f"{sign} {upper} ({high:g})"))
    return violations


def _total(rule: JointRule, touched: list[str], state: StateAfter) -> list[Violation]:
    violations = []
    low = float("-inf") if rule.low is None else rule.low
    high = float("inf") if rule.bound is None else rule.bound
    for dn in _own(rule, touched):
        numbers = _numbers(state.after(dn), rule.attributes)
        total = fsum(value for _, value in numbers)
        if len(numbers) == len(rule.attributes) and not low - _SLACK <= total <= high + _SLACK:
            violations.append(_violation(rule, f"{dn} {' + '.join(rule.attributes)}", f"{total:g}", f"{low:g}..{high:g}"))
    return violations


def _handover_loop(rule: JointRule, touched: list[str], state: StateAfter) -> list[Violation]:
    min_gap = rule.low or 0.0
    return [
        _violation(rule, f"{loop.here} ⇄ {loop.there} A3 gap", loop.describe(), f"at least {min_gap:g}")
        for loop in looping_pairs(touched, state, min_gap)
    ]


def _coverage(rule: JointRule, touched: list[str], state: StateAfter) -> list[Violation]:
    needed = int(rule.bound or 1)
    return [
        _violation(rule, f"cell {cell}", f"off air with {on_air} neighbours on air", f"at least {needed} neighbour on air")
        for cell, on_air in uncovered(touched, state, needed)
    ]


def _violation(rule: JointRule, field: str, value: str, allowed: str) -> Violation:
    unit = f" {rule.unit}" if rule.unit else ""
    return Violation(field=field, value=value, allowed=allowed + unit, source=rule.source, remedy=rule.remedy)


_EVALUATORS: dict[str, Callable[[JointRule, list[str], StateAfter], list[Violation]]] = {
    "sum": _sum,
    "order": _order,
    "total": _total,
    "handover_loop": _handover_loop,
    "coverage": _coverage,
}
