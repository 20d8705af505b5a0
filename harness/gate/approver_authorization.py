"""Who may approve what: Cedar's `approve` for the person, and its `configure` for each edit with the roles of that person.

Cedar also says who may have a change taken back (`revert`), and end one that cannot be taken back (`settle`). A standing
restriction is removed by whoever may `approve` on its network. The facts about the change are taken from the case when the change
is judged and stored with the request, because a person may decide from a process that does not know the network. Whoever has no
role is denied. With `four_eyes` nobody approves a change that they requested themselves; an approval beforehand (`--approve`) is
the requester's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import JsonValue

from harness.gate.authorization import context_of, denials, entities_of, pairs_of
from harness.gate.case import Case
from harness.records.person import Person
from harness.runtime.settings import ApprovalSettings
from policies.word import Word

Deciding = Literal["approve", "revert", "settle"]
_UNLISTED = "give them a role with approval.operators or approval.engineers"


class ApprovalFacts(Word):
    """What Cedar is told about a change: the (action, cell) pairs, the entities and the context, and the network's name.

    approval, approver_roles: the settings of the run that asks, None in a request of an earlier version.
    """

    principal: str
    network: str
    pairs: tuple[tuple[str, str], ...]
    entities: list[dict[str, Any]]
    context: dict[str, JsonValue]
    approval: ApprovalSettings | None = None
    approver_roles: tuple[str, ...] | None = None

    @classmethod
    def of(cls, case: Case, approval: ApprovalSettings) -> ApprovalFacts:
        """Return the facts of a case in a run with these settings."""
        return cls(
            principal=case.planner,
            network=case.card.name,
            pairs=tuple(pairs_of(case)),
            entities=entities_of(case),
            context=context_of(case, approver_roles=()),
            approval=approval,
            approver_roles=case.settings.approver_roles,
        )


def facts_of_network(name: str, planner: str, approval: ApprovalSettings, roles: tuple[str, ...]) -> ApprovalFacts:
    """Return the facts of a decision on a network of this name that is no change of it; `roles`: the gate's approver roles."""
    return ApprovalFacts(
        principal=planner,
        network=name,
        pairs=(),
        entities=[{"uid": {"type": "Network", "id": name}, "attrs": {}, "parents": []}],
        context={
            "now": 0, "shadow_mode": False, "approved": False, "approver_roles": [], "autonomous": False, "cells": 0, "edits": 0,
            "network_share_percent": 0, "takes_cells_off_air": False,
        },
        approval=approval,
        approver_roles=roles,
    )  # fmt: skip


class ApproverPolicy:
    """The roles of persons by the settings; `owner` is the user id of the owner of the data folder.

    Without lists in the settings the local user has the gate's `approver_roles`: the owner of the data folder, root, and a person
    whom the embedding program identified. With lists nobody else has a role. Whoever decides from another process, with whatever
    settings, must be allowed to by these and by those with which the run asked.
    """

    def __init__(self, approval: ApprovalSettings, approver_roles: tuple[str, ...], owner: int) -> None:
        self._approval = approval
        self._approver_roles = approver_roles
        self._owner = owner

    def roles_of(self, person: Person) -> tuple[str, ...]:
        """Return the roles of a person, none for somebody whom the settings do not know."""
        lists = {"operator": self._approval.operators, "engineer": self._approval.engineers}
        if not any(lists.values()):
            is_local = person.uid is None or person.uid in (0, self._owner)
            return self._approver_roles if is_local else ()
        return tuple(role for role, names in lists.items() if any(person.is_named_by(name) for name in names))

    def objection(self, facts: dict[str, JsonValue], person: Person, requester: str, *, beforehand: bool = False) -> str:
        """Return why the person may not approve, empty if they may."""
        if not facts:
            return "the request does not say what is to be authorized (it is from an earlier version); resume the run"
        known = ApprovalFacts.model_validate(facts)
        is_own = beforehand or (bool(requester) and person.is_same(Person.parse(requester)))
        return self._strictest(known, lambda policy: policy._objection(known, person, is_own))

    def _objection(self, known: ApprovalFacts, person: Person, is_own: bool) -> str:
        roles = self.roles_of(person)
        if denied := _denied("approve", known, person, roles, own=is_own, four_eyes=self._approval.four_eyes):
            return _reason("approve", person, roles, denied, is_own and self._approval.four_eyes)
        return _denied_edits(known, person, roles)

    def objection_to(self, action: Literal["revert", "settle"], facts: dict[str, JsonValue], person: Person) -> str:
        """Return why the person may not have the change taken back, or end it as it stands; empty if they may."""
        if not facts:
            return f"there is no request that says what is to be authorized, so nobody may {action} it"
        known = ApprovalFacts.model_validate(facts)
        return self._strictest(known, lambda policy: policy._objection_to(action, known, person))

    def objection_to_removal(self, facts: dict[str, JsonValue], person: Person, made_by: str) -> str:
        """Return why the person may not remove a restriction, empty if they may: it takes the right to approve.

        With `four_eyes` nobody removes a restriction that they made themselves.
        """
        if not facts:
            return "there is nothing that says what is to be authorized, so nobody may remove it"
        known = ApprovalFacts.model_validate(facts)
        return self._strictest(known, lambda policy: policy._objection_to_removal(known, person, made_by))

    def _objection_to_removal(self, known: ApprovalFacts, person: Person, made_by: str) -> str:
        roles, own = self.roles_of(person), person.is_same(Person.parse(made_by))
        denied = _denied("approve", known, person, roles, own=own, four_eyes=self._approval.four_eyes)
        if denied and own and self._approval.four_eyes:
            return f"{person} made this restriction and may not remove it (four eyes: {denied}); somebody else must"
        return _reason("approve", person, roles, denied, own=False) if denied else ""

    def _objection_to(self, action: Literal["revert", "settle"], known: ApprovalFacts, person: Person) -> str:
        roles = self.roles_of(person)
        denied = _denied(action, known, person, roles, own=False, four_eyes=False)
        return _reason(action, person, roles, denied, own=False) if denied else ""

    def _strictest(self, known: ApprovalFacts, objection: Callable[[ApproverPolicy], str]) -> str:
        """Return the objection by the settings of this process, else by those with which the run asked."""
        if (own := objection(self)) or known.approval is None or known.approver_roles is None:
            return own
        of_run = objection(ApproverPolicy(known.approval, known.approver_roles, self._owner))
        return f"{of_run} (by the settings with which the run asked)" if of_run else ""


def _reason(action: Deciding, person: Person, roles: tuple[str, ...], denied: str, own: bool) -> str:
    if own:
        return f"{person} requested this change and may not approve it (four eyes: {denied}); somebody else must"
    return f"{person} may not {action} ({denied}; roles: {', '.join(roles) or 'none'}); {_UNLISTED}"


def _denied(action: Deciding, facts: ApprovalFacts, person: Person, roles: tuple[str, ...], *, own: bool, four_eyes: bool) -> str:
    """Return by which policy the person may not do this, empty if they may."""
    parents: list[dict[str, Any]] = [{"type": "Role", "id": role} for role in roles]
    user = {"uid": {"type": "User", "id": str(person)}, "attrs": {}, "parents": parents}
    named: list[dict[str, Any]] = [{"uid": parent, "attrs": {}, "parents": []} for parent in parents]
    context = {**facts.context, "approver_roles": list(roles), "four_eyes": four_eyes, "self_approval": own}
    request = {
        "principal": {"type": "User", "id": str(person)},
        "action": {"type": "Action", "id": action},
        "resource": {"type": "Network", "id": facts.network},
        "context": context,
    }
    known = {_key(entity) for entity in facts.entities}
    entities = [*facts.entities, user, *(entity for entity in named if _key(entity) not in known)]
    return next((why for _, why in denials([request], entities)), "")


def _denied_edits(facts: ApprovalFacts, person: Person, roles: tuple[str, ...]) -> str:
    """Return which edit may not be made with the approval of a person of these roles, empty if all may."""
    context = {**facts.context, "approved": True, "approver_roles": list(roles)}
    requests = [
        {
            "principal": {"type": "Agent", "id": facts.principal},
            "action": {"type": "Action", "id": action},
            "resource": {"type": "Cell", "id": cell},
            "context": context,
        }
        for action, cell in facts.pairs
    ]
    denied = [(request["action"]["id"], request["resource"]["id"], why) for request, why in denials(requests, facts.entities)]
    if not denied:
        return ""
    action, cell, why = denied[0]
    return f"{person} may not approve {action} of {cell} ({why}; roles: {', '.join(roles)}); ask somebody with another role"


def _key(entity: dict[str, Any]) -> tuple[str, str]:
    return entity["uid"]["type"], entity["uid"]["id"]
