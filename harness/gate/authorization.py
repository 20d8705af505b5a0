"""Fourth rule, authorization: Cedar policies define who may do what to which cells, and when; what is not permitted is denied.

Cedar is asked twice for each (action, cell) pair of the change set. First without an approval: if allowed, no human is needed.
Then with the approval of a person who has the configured roles: if allowed, a human is needed; if denied, the change is refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
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
    pairs = _pairs(case)
    entities = _entities(case)
    if case.settings.autonomous and not _denied(case, pairs, entities, approved=False):
        yield passed(NAME, f"Agent {case.planner} may do this without a human", _SOURCE)
        return
    denied = _denied(case, pairs, entities, approved=True)
    for action, cell, why in denied:
        yield failed(
            NAME, f"{case.planner} ({case.role}) may not {action} {cell}: {why}", _SOURCE, "leave it out, or ask an engineer"
        )
    if not denied:
        yield warned(NAME, f"{case.planner} ({case.role}) may do this with a human's approval", _SOURCE, "approve or reject")


def _pairs(case: Case) -> list[tuple[str, str]]:
    names = CellNames.of(case.card)
    pairs = {(action_of(edit), cell) for edit in case.change_set.edits for cell in cells_of(edit, names) or names.ids}
    return sorted(pairs)


def _denied(
    case: Case, pairs: list[tuple[str, str]], entities: list[dict[str, Any]], *, approved: bool
) -> list[tuple[str, str, str]]:
    from cedarpy import is_authorized_batch

    context = _context(case, approved)
    requests = [
        {
            "principal": {"type": "Agent", "id": case.planner},
            "action": {"type": "Action", "id": action},
            "resource": {"type": "Cell", "id": cell},
            "context": context,
        }
        for action, cell in pairs
    ]
    answers = is_authorized_batch(requests, _policies(), entities, schema=_schema())
    return [(action, cell, _why(answer)) for (action, cell), answer in zip(pairs, answers, strict=True) if not answer.allowed]


def _why(answer: Any) -> str:
    reasons = ", ".join(answer.diagnostics.reasons)
    errors = "; ".join(str(error) for error in answer.diagnostics.errors)
    return errors or (f"forbidden by {reasons}" if reasons else "no policy permits it")


def _context(case: Case, approved: bool) -> dict[str, Any]:
    radius = BlastRadius.of(case.change_set, case.card)
    off_air = any(edit.new in ("toBeEnergySaving", "LOCKED") for edit in case.change_set.attribute_edits())
    return {
        "now": int(case.card.now.timestamp()),
        # In shadow mode the gate judges what active mode would do; the graph of shadow mode has no step that applies it.
        "shadow_mode": False,
        "approved": approved,
        "approver_roles": list(case.settings.approver_roles) if approved else [],
        "autonomous": case.settings.autonomous,
        "cells": len(radius.cells),
        "edits": radius.edits,
        "network_share_percent": math.ceil(100 * radius.network_share),
        "takes_cells_off_air": off_air,
    }


def _entities(case: Case) -> list[dict[str, Any]]:
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
