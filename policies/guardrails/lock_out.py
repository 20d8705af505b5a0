"""The guardrail on A1 policies: it speaks about their effect on cells and slices as the other guardrails do about attributes.

A protected slice is not locked out of a cell where it has users, no slice out of all cells of the network or of an area, a
guarantee is not taken from a protected slice unsaid, and a policy whose effect is unknown reaches a human with words. What the
policies of one change and those that exist already take from the same traffic counts together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from policies.change import A1Policy, ChangeSet, PolicyEdit
from policies.guardrails.card import Card
from policies.guardrails.off_air import Read, off_air_cells, put_off_air
from policies.guardrails.policy_effect import PolicyEffect, effect_of
from policies.guardrails.rules import GuardrailRules
from policies.slices import Slice
from policies.verdict import Reason, failed, passed, warned

RULE = "policy-effect"
_UNKNOWN = "leave it out, or approve it only if you know what it does"


Policies = Callable[[], Iterable[A1Policy]]


def judge_policies(
    rules: GuardrailRules,
    change_set: ChangeSet,
    card: Card,
    read: Read,
    users: Mapping[tuple[str, Slice], float],
    policies: Policies = tuple,
) -> list[Reason]:
    """Return the findings on the change set's A1 policies beside those that exist, and on cells that these need; may be empty."""
    edits = change_set.policy_edits()
    fresh = put_off_air(change_set, card)
    if not edits and not fresh:
        return []
    edited = {edit.item for edit in edits}
    others = [PolicyEdit(policy_type=each.policy_type, policy_id=each.policy_id, old=None, new=each.body) for each in policies()]
    effects, standing = (
        tuple((edit, effect_of(edit.policy_type, edit.new, card, rules.policy.floor)) for edit in part)
        for part in (edits, [other for other in others if other.item not in edited])
    )
    guard = _LockOut(rules, card, users, off_air_cells(change_set, card, read), effects, standing)
    return [*(reason for edit, after in effects for reason in guard.judge(edit, after)), *guard.judge_off_air(fresh)]


@dataclass(frozen=True)
class _LockOut:
    rules: GuardrailRules
    card: Card
    users: Mapping[tuple[str, Slice], float]
    off_air: set[str]
    effects: tuple[tuple[PolicyEdit, PolicyEffect], ...]
    standing: tuple[tuple[PolicyEdit, PolicyEffect], ...]

    def judge(self, edit: PolicyEdit, after: PolicyEffect) -> list[Reason]:
        before = effect_of(edit.policy_type, edit.old, self.card, self.rules.policy.floor)
        if after.unknown:
            return [self._unknown(edit, after)]
        findings = [*self._shut(edit, before, after), *self._barred(edit, before, after), *self._capped(edit, after)]
        findings += [*self._avoided(edit, after), *self._guarantees(edit, before, after)]
        return findings or [passed(RULE, f"{edit.policy_id} locks nobody out{self._unknown_beside()}", self._source)]

    def judge_off_air(self, fresh: set[str]) -> list[Reason]:
        """Return where the cells that the change puts off air were the last that policies which exist leave to their traffic."""
        reasons = []
        for edit, effect in self.standing:
            taken = self._taken(edit, effect)
            whole = self._whole(taken | self.off_air)
            if taken and whole and self._whole(taken | (self.off_air - fresh)) != whole:
                message = f"{_named(sorted(fresh))} off air: no cell of {whole} is left to {effect.traffic}, of which A1 policy"
                text = f"{message} {edit.policy_id}, which exists already, takes the others"
                reasons.append(failed("last-cell-on-air", text, self._source, "leave it a cell, or delete the policy first"))
        return reasons

    def _unknown_beside(self) -> str:
        names = sorted(edit.policy_id for edit, effect in self.standing if effect.unknown)
        return f"; what {_named(names)} does beside it is not known" if names else ""

    def _beside(self, edit: PolicyEdit, after: PolicyEffect) -> str:
        """Return in words which policies that exist take cells or avoid them for the same traffic, "" if none does."""
        names = sorted(
            other.policy_id
            for other, effect in self.standing
            if (effect.barred or effect.shut or effect.avoided) and _is_same_traffic((edit, after), (other, effect))
        )
        return f", together with {_named(names)}, which exists already" if names else ""

    @property
    def _source(self) -> str:
        return self.rules.policy.source

    def _unknown(self, edit: PolicyEdit, after: PolicyEffect) -> Reason:
        message = f"A1 policy {edit.policy_id}: {after.unknown}"
        if after.denial:
            return failed(RULE, f"{message}, and it says {after.denial}", self._source, _UNKNOWN)
        return warned(RULE, message, self._source, _UNKNOWN)

    def _shut(self, edit: PolicyEdit, before: PolicyEffect, after: PolicyEffect) -> list[Reason]:
        fresh = {cell: why for cell, why in after.shut.items() if cell not in before.shut}
        served = sorted(cell for cell in fresh if self._has_users(cell, after.slice))
        if not served:
            return []
        why = fresh[served[0]]
        message = f"A1 policy {edit.policy_id} locks {after.traffic} out of {_named(served)}: {why}"
        if self._is_protected(after.slice):
            return [failed("protected-slice", message, self._source, "leave the slice its users and its resources")]
        if whole := self._whole(self._taken(edit, after)):
            text = f"{message}; no cell of {whole} is left{self._beside(edit, after)}"
            return [failed(RULE, text, self._source, "leave it a cell")]
        return [warned(RULE, message, self._source, "approve only if these users may be locked out")]

    def _barred(self, edit: PolicyEdit, before: PolicyEffect, after: PolicyEffect) -> list[Reason]:
        if not after.barred - before.barred:
            return []
        message = f"A1 policy {edit.policy_id} forbids {after.traffic} {_named(sorted(after.barred))}"
        gone = self._taken(edit, after) | self.off_air
        if whole := self._whole(gone):
            text = f"{message}; no cell of {whole} is left to it{self._beside(edit, after)}"
            return [failed("last-cell-on-air", text, self._source, "leave it a cell")]
        bound = self.rules.bounds.area_off_air_share
        share = max((self._share(ids, gone) for ids in self._areas().values()), default=0.0)
        outcome = bound.outcome(share)
        if outcome == "pass" and self._is_protected(after.slice):
            outcome = "warn"
        remedy = "" if outcome == "pass" else bound.remedy
        text = f"{message}, {share:.0%} of an area's cells"
        return [Reason(rule=RULE, outcome=outcome, message=text, source=self._source, remedy=remedy)]

    def _capped(self, edit: PolicyEdit, after: PolicyEffect) -> list[Reason]:
        if after.cap is None or after.slice is None:
            return []
        served = [(cell.id, self.users.get((cell.id, after.slice), 0.0)) for cell in self.card.cells]
        crowded = [f"{cell} ({count:g})" for cell, count in served if count > after.cap and cell not in after.shut]
        if not crowded:
            return []
        message = f"A1 policy {edit.policy_id} admits {after.cap:g} users of {after.traffic}, fewer than there are in"
        return [warned(RULE, f"{message} {_named(crowded)}", self._source, "approve only if the others may be locked out")]

    def _avoided(self, edit: PolicyEdit, after: PolicyEffect) -> list[Reason]:
        avoided = {cell for effect in self._of_same_traffic(edit, after) for cell in effect.avoided}
        whole = self._whole(avoided | self._taken(edit, after) | self.off_air) if after.avoided else ""
        if not whole:
            return []
        message = f"A1 policy {edit.policy_id} lets {after.traffic} avoid every cell of {whole}{self._beside(edit, after)}"
        return [warned(RULE, message, self._source, "leave it a cell that it need not avoid")]

    def _guarantees(self, edit: PolicyEdit, before: PolicyEffect, after: PolicyEffect) -> list[Reason]:
        if not self._is_protected(before.slice):
            return []
        left = {name: after.guarantees.get(name, 0.0) for name in before.guarantees}
        lost = [f"{name} {value:g} → {left[name]:g}" for name, value in before.guarantees.items() if left[name] < value]
        if not lost:
            return []
        message = f"A1 policy {edit.policy_id} takes a guarantee from {before.traffic}: {', '.join(lost)}"
        return [warned(RULE, message, self._source, "approve only if the slice needs it no more")]

    def _taken(self, edit: PolicyEdit, after: PolicyEffect) -> set[str]:
        """Return the cells that all policies together take from this policy's traffic."""
        return {cell for effect in self._of_same_traffic(edit, after) for cell in (*effect.barred, *effect.shut)}

    def _of_same_traffic(self, edit: PolicyEdit, after: PolicyEffect) -> list[PolicyEffect]:
        pairs = (*self.effects, *self.standing)
        return [effect for other, effect in pairs if _is_same_traffic((edit, after), (other, effect))]

    def _is_protected(self, slice: Slice | None) -> bool:
        """Whether the slice is protected; traffic of which the slice is not known may be of a protected one."""
        return slice is None or any(rule.slice is slice for rule in self.rules.protected_slice)

    def _has_users(self, cell: str, slice: Slice | None) -> bool:
        return slice is None or self.users.get((cell, slice), 1.0) > 0

    def _areas(self) -> dict[str, tuple[str, ...]]:
        return {**self.card.areas(), "the network": tuple(cell.id for cell in self.card.cells)}

    def _whole(self, cells: Iterable[str]) -> str:
        """Return the name of an area of several cells, or of the network, of which no cell is left; empty if there is none."""
        gone = set(cells)
        areas = self._areas().items()
        return next((name for name, ids in areas if set(ids) <= gone and (len(ids) > 1 or name == "the network")), "")

    @staticmethod
    def _share(ids: tuple[str, ...], gone: Iterable[str]) -> float:
        return len(set(ids) & set(gone)) / max(len(ids), 1)


def _is_same_traffic(one: tuple[PolicyEdit, PolicyEffect], other: tuple[PolicyEdit, PolicyEffect]) -> bool:
    """Whether two policies are for the same slice, or, if it is none of ours, have the same scope."""
    if one[1].slice is not None:
        return one[1].slice is other[1].slice
    scope, other_scope = ((edit.new or {}).get("scope") for edit in (one[0], other[0]))
    return other[1].slice is None and scope == other_scope


def _named(cells: list[str]) -> str:
    return ", ".join(cells) if len(cells) <= 6 else f"{', '.join(cells[:6])} and {len(cells) - 6} more"
