"""The guardrails: whether a lawful change set stays small, keeps what is protected and comes at an allowed time.

`Guardrails.judge` answers with one Reason per rule that applies: pass, warn (a human must look) or fail (refused). It reads the
network's objects only where an old value matters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from policies.change import AttributeEdit, ChangeSet
from policies.guardrails.blast_radius import BlastRadius
from policies.guardrails.card import Card
from policies.guardrails.off_air import judge_off_air
from policies.guardrails.rules import Bound, GuardrailRules, StepBound
from policies.managed_object import ManagedObject, cell_of, class_of, id_of, number_of
from policies.slices import Slice
from policies.verdict import Reason, failed, passed

Read = Callable[[str], ManagedObject]
Users = Mapping[tuple[str, Slice], float]


class Guardrails:
    """The rules of one guardrails file, ready to judge."""

    def __init__(self, rules: GuardrailRules) -> None:
        self.rules = rules

    def judge(self, change_set: ChangeSet, card: Card, read: Read, users: Users | None = None) -> list[Reason]:
        """Return the finding of every rule that applies to the change set.

        `read` returns objects as they stand; `users` gives connected users by (cell id, slice): a slice that it does not speak of
        is taken to have users. Raises what `read` raises.
        """
        if change_set.is_empty:
            return [passed("guardrails", "nothing is changed")]
        reasons = [*self._radius(change_set, card), *self._freezes(change_set, card), *self._cells(change_set, card)]
        reasons += self._slices(change_set, users or {}, read)
        reasons += self._steps(change_set, read)
        return reasons + judge_off_air(self.rules, change_set, card, read)

    def _radius(self, change_set: ChangeSet, card: Card) -> list[Reason]:
        radius = BlastRadius.of(change_set, card)
        bounds = self.rules.bounds
        return [
            bounded("blast-radius-cells", len(radius.cells), f"{len(radius.cells)} cells touched", bounds.cells),
            bounded("blast-radius-edits", radius.edits, f"{radius.edits} edits", bounds.edits),
            bounded(
                "blast-radius-network", radius.network_share, f"{radius.network_share:.0%} of all cells", bounds.network_share
            ),
        ]

    def _freezes(self, change_set: ChangeSet, card: Card) -> list[Reason]:
        radius = BlastRadius.of(change_set, card)
        areas = card.areas()
        reasons = []
        for freeze in self.rules.freeze:
            frozen = {*freeze.cells, *(cell for area in freeze.areas for cell in areas.get(area, ()))}
            concerned = not (freeze.cells or freeze.areas) or bool(frozen & set(radius.cells))
            if concerned and freeze.covers(card.now):
                message = f"change freeze {freeze.name!r} at {card.now.isoformat()}"
                reasons.append(failed("change-freeze", message, f"change freeze {freeze.name!r}", "wait until the freeze ends"))
        return reasons

    def _cells(self, change_set: ChangeSet, card: Card) -> list[Reason]:
        rule = self.rules.protected_cells
        areas = card.areas()
        protected = {*rule.cells, *(cell for area in rule.areas for cell in areas.get(area, ()))}
        touched = sorted(protected & set(BlastRadius.of(change_set, card).cells))
        if not touched:
            return []
        return [failed("protected-cells", f"touches {', '.join(touched)}", rule.source, "leave these cells out")]

    def _slices(self, change_set: ChangeSet, users: Users, read: Read) -> list[Reason]:
        reasons = []
        for edit in change_set.attribute_edits():
            for rule in self.rules.protected_slice:
                named = (class_of(edit.dn), id_of(edit.dn), edit.attribute) == (rule.class_name, rule.slice.value, rule.attribute)
                has_users = users.get((cell_of(edit.dn) or "", rule.slice), 1.0) > 0
                if named and has_users and _takes_away(edit, rule.at_least, read):
                    message = f"{edit.describe()}: must stay at least {rule.at_least:g}"
                    reasons.append(failed("protected-slice", message, rule.source, f"keep it at {rule.at_least:g} or more"))
        return reasons

    def _steps(self, change_set: ChangeSet, read: Read) -> list[Reason]:
        bounds = {(step.class_name, step.attribute): step for step in self.rules.step}
        reasons = []
        for edit in change_set.attribute_edits():
            step = bounds.get((class_of(edit.dn), edit.attribute))
            if step is not None and (reason := _step_reason(edit, step, read)):
                reasons.append(reason)
        return reasons


def _takes_away(edit: AttributeEdit, at_least: float, read: Read) -> bool:
    """Whether the edit lowers what stands, to below `at_least`; what was that low before is not held against it."""
    old, new = number_of(read(edit.dn).attributes.get(edit.attribute)), number_of(edit.new)
    return old is not None and new is not None and new < at_least and new < old


def _step_reason(edit: AttributeEdit, step: StepBound, read: Read) -> Reason | None:
    """Judge one edit's move from what stands on the network, not from what the edit claims to stand there."""
    old, new = number_of(read(edit.dn).attributes.get(edit.attribute)), number_of(edit.new)
    if old is None or new is None:
        return None
    allowed = step.up if new > old else step.down
    if allowed is None or abs(new - old) <= allowed + 1e-9:
        return None
    direction, limit = ("up", old + allowed) if new > old else ("down", old - allowed)
    message = f"{edit.dn} {edit.attribute}: {abs(new - old):g} {step.unit} {direction}, at most {allowed:g} in one change"
    return failed("max-step", message, step.source, f"go to {limit:g} first, verify, then go on")


def bounded(rule: str, value: float, message: str, bound: Bound) -> Reason:
    """Return the finding of a bound."""
    outcome = bound.outcome(value)
    limit = bound.fail_above if outcome == "fail" else bound.warn_above
    told = message if outcome == "pass" or limit is None else f"{message}, more than {limit:g}"
    return Reason(rule=rule, outcome=outcome, message=told, source=bound.source, remedy="" if outcome == "pass" else bound.remedy)
