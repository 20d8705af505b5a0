"""Fourth rule, authorization: Cedar policies define who may do what to which cells, and when; what is not permitted is denied.

Cedar is asked twice for each (action, cell) pair of the change set. First without an approval: if allowed, no human is needed.
Then with the approval of a person who has the configured roles: if allowed, a human is needed; if denied, the change is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from harness.gate.case import Case
from policies.guardrails.authorization import AUTHORIZATION_POLICIES, AUTHORIZATION_SCHEMA, action_of
from policies.guardrails.blast_radius import BlastRadius, CellNames, cells_of
from policies.verdict import Reason, failed, passed, warned

NAME = "authorization"
_SOURCE = "policies/guardrails/authorization.cedar"


@cache
def _policies() -> Any:
    """Parse the policy set once: a decision then takes well under a millisecond, against ten if it is parsed each time."""
    from cedarpy import PolicySet

    return PolicySet.from_str(AUTHORIZATION_POLICIES.read_text(encoding="utf-8"))


@cache
def _schema() -> Any:
    from cedarpy import Schema

    return Schema.from_str(AUTHORIZATION_SCHEMA.read_text(encoding="utf-8"))


def judge(case: Case) -> Iterator[Reason]:
    """Yield a pass (no human is needed), a warning (a human is needed) or a failure for each denied pair."""
    if case.settings.autonomous and not _denied(case, approver_roles=None):
        yield passed(NAME, f"Agent {case.planner} may do this without a human", _SOURCE)
        return
    denied = _denied(case, approver_roles=case.settings.approver_roles)
    for action, cell, why in denied:
        yield failed(
            NAME, f"{case.planner} ({case.role}) may not {action} {cell}: {why}", _SOURCE, "leave it out, or ask an engineer"
        )
    if not denied:
        yield warned(NAME, f"{case.planner} ({case.role}) may do this with a human's approval", _SOURCE, "approve or reject")


def pairs_of(case: Case) -> list[tuple[str, str]]:
    """Return the (action, cell) pairs of a case's change set; an edit that names no cell touches all."""
    names = CellNames.of(case.card)
    pairs = {(action_of(edit), cell) for edit in case.change_set.edits for cell in cells_of(edit, names) or names.ids}
    return sorted(pairs)


def _denied(case: Case, *, approver_roles: Sequence[str] | None) -> list[tuple[str, str, str]]:
    """Return (action, cell, reason) of each denied pair; with the roles of an approver, or None without an approval."""
    context = context_of(case, approver_roles=approver_roles)
    requests = [
        {
            "principal": {"type": "Agent", "id": case.planner},
            "action": {"type": "Action", "id": action},
            "resource": {"type": "Cell", "id": cell},
            "context": context,
        }
        for action, cell in pairs_of(case)
    ]
    return [(request["action"]["id"], request["resource"]["id"], why) for request, why in denials(requests, entities_of(case))]


def denials(requests: list[dict[str, Any]], entities: list[dict[str, Any]]) -> list[tuple[dict[str, Any], str]]:
    """Return the requests that Cedar denies, each with the reason."""
    from cedarpy import is_authorized_batch

    answers = is_authorized_batch(requests, _policies(), entities, schema=_schema())
    return [(request, _why(answer)) for request, answer in zip(requests, answers, strict=True) if not answer.allowed]


def _why(answer: Any) -> str:
    reasons = ", ".join(_policy_name(reason) for reason in answer.diagnostics.reasons)
    errors = "; ".join(str(error) for error in answer.diagnostics.errors)
    return errors or (f"forbidden by {reasons}" if reasons else "no policy permits it")


def _policy_name(reason: str) -> str:
    """Return the @id of the policy that Cedar names by its number in the file, such as "policy12"."""
    number = reason.removeprefix("policy")
    return _policy_ids()[int(number)] if number.isdecimal() and int(number) < len(_policy_ids()) else reason


@cache
def _policy_ids() -> tuple[str, ...]:
    return tuple(re.findall(r'^@id\("([^"]+)"\)', AUTHORIZATION_POLICIES.read_text(encoding="utf-8"), re.MULTILINE))


def context_of(case: Case, *, approver_roles: Sequence[str] | None) -> dict[str, Any]:
    """Return Cedar's context of a case; `approver_roles`: of the person who approves, None if nobody does."""
    radius = BlastRadius.of(case.change_set, case.card)
    off_air = any(edit.new in ("toBeEnergySaving", "LOCKED") for edit in case.change_set.attribute_edits())
    return {
        "now": int(case.card.now.timestamp()),
        # In shadow mode the gate judges what active mode would do; the graph of shadow mode has no step that applies it.
        "shadow_mode": False,
        "approved": approver_roles is not None,
        "approver_roles": list(approver_roles or ()),
        "autonomous": case.settings.autonomous,
        "cells": len(radius.cells),
        "edits": radius.edits,
        "network_share_percent": math.ceil(100 * radius.network_share),
        "takes_cells_off_air": off_air,
    }


def entities_of(case: Case) -> list[dict[str, Any]]:
    """Return Cedar's entities of a case: the agent with its role, the network, its areas and its cells."""
    rule = case.guardrails.rules.protected_cells
    protected = {*rule.cells, *(cell.id for cell in case.card.cells if set(cell.areas) & set(rule.areas))}
    network = {"type": "Network", "id": case.card.name}
    areas = [{"uid": {"type": "Area", "id": name}, "attrs": {}, "parents": [network]} for name in case.card.areas()]
    cells = [
        {
            "uid": {"type": "Cell", "id": cell.id},
            "attrs": {"protected": cell.id in protected},
            "parents": [network, *({"type": "Area", "id": name} for name in cell.areas)],
        }
        for cell in case.card.cells
    ]
    agent = {"uid": {"type": "Agent", "id": case.planner}, "attrs": {}, "parents": [{"type": "Role", "id": case.role}]}
    roots = [{"uid": uid, "attrs": {}, "parents": []} for uid in (network, {"type": "Role", "id": case.role})]
    return [*roots, agent, *areas, *cells]
