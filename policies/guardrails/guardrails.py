"""The guardrails: limits on size, protected cells and slices, step sizes and timing of a change set that is within 3GPP ranges.

`Guardrails.judge` returns one Reason per applicable rule: pass, warn (needs a human) or fail (refused). Network objects are read
only if an old value is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from policies.change import AttributeEdit, ChangeSet
from policies.guardrails.blast_radius import BlastRadius
from policies.guardrails.card import Card
from policies.guardrails.lock_out import Policies, judge_policies
from policies.guardrails.off_air import Read, judge_off_air
from policies.guardrails.rules import Bound, GuardrailRules
from policies.guardrails.steps import judge_step, step_of
from policies.managed_object import cell_of, class_of, id_of, number_of
from policies.slices import Slice
from policies.verdict import Reason, failed, passed

Users = Mapping[tuple[str, Slice], float]


class Guardrails:
    """Evaluates the rules of a guardrails file; `path` is the file, None for rules that come from none."""

    def __init__(self, rules: GuardrailRules, path: Path | None = None) -> None:
        self.rules = rules
        self.path = path

    def judge(
        self, change_set: ChangeSet, card: Card, read: Read, users: Users | None = None, policies: Policies = tuple
    ) -> list[Reason]:
        """Return the finding of every rule that applies to the change set.

        `read` returns the current managed object of a DN; `users` maps (cell id, slice) to connected users, and a missing entry
        counts as having users; `policies` returns the A1 policies that exist, and is asked only where some are edited or a
        cell is put off air. Raises whatever `read` and `policies` raise.
        """
        if change_set.is_empty:
            return [passed("guardrails", "nothing is changed")]
        reasons = [*self._radius(change_set, card), *self._freezes(change_set, card), *self._protected_cells(change_set, card)]
        reasons += self._protected_slices(change_set, users or {}, read)
        reasons += self._steps(change_set, read)
        reasons += judge_policies(self.rules, change_set, card, read, users or {}, policies)
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
            applies = not (freeze.cells or freeze.areas) or bool(frozen & set(radius.cells))
            if applies and freeze.covers(card.now):
                message = f"change freeze {freeze.name!r} at {card.now.isoformat()}"
                reasons.append(failed("change-freeze", message, f"change freeze {freeze.name!r}", "wait until the freeze ends"))
        return reasons

    def _protected_cells(self, change_set: ChangeSet, card: Card) -> list[Reason]:
        rule = self.rules.protected_cells
        areas = card.areas()
        protected = {*rule.cells, *(cell for area in rule.areas for cell in areas.get(area, ()))}
        touched = sorted(protected & set(BlastRadius.of(change_set, card).cells))
        if not touched:
            return []
        return [failed("protected-cells", f"touches {', '.join(touched)}", rule.source, "leave these cells out")]

    def _protected_slices(self, change_set: ChangeSet, users: Users, read: Read) -> list[Reason]:
        reasons = []
        for edit in change_set.attribute_edits():
            for rule in self.rules.protected_slice:
                target = (class_of(edit.dn), id_of(edit.dn), edit.attribute)
                applies = target == (rule.class_name, rule.slice.value, rule.attribute)
                has_users = users.get((cell_of(edit.dn) or "", rule.slice), 1.0) > 0
                if applies and has_users and _lowers_below(edit, rule.at_least, read):
                    message = f"{edit.describe()}: must stay at least {rule.at_least:g}"
                    reasons.append(failed("protected-slice", message, rule.source, f"keep it at {rule.at_least:g} or more"))
        return reasons

    def _steps(self, change_set: ChangeSet, read: Read) -> list[Reason]:
        reasons = []
        for edit in change_set.attribute_edits():
            step = step_of(self.rules.step, edit.dn, edit.attribute)
            if step is not None and (reason := judge_step(edit, step, read(edit.dn).attributes.get(edit.attribute))):
                reasons.append(reason)
        return reasons


def _lowers_below(edit: AttributeEdit, at_least: float, read: Read) -> bool:
    """Whether the edit lowers the current value to below `at_least`; raising a value that is already below is allowed."""
    old, new = number_of(read(edit.dn).attributes.get(edit.attribute)), number_of(edit.new)
    return old is not None and new is not None and new < at_least and new < old


def bounded(rule: str, value: float, message: str, bound: Bound) -> Reason:
    """Return the finding of `rule` for `value` under `bound`."""
    outcome = bound.outcome(value)
    limit = bound.fail_above if outcome == "fail" else bound.warn_above
    if outcome != "pass" and limit is not None:
        message = f"{message}, more than {limit:g}"
    remedy = "" if outcome == "pass" else bound.remedy
    return Reason(rule=rule, outcome=outcome, message=message, source=bound.source, remedy=remedy)
