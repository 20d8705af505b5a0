"""Cedar decides who may do what: whatever no policy permits is denied."""

import cedarpy
import pytest

from policies.change import AttributeEdit, PolicyEdit
from policies.guardrails.authorization import AUTHORIZATION_POLICIES, AUTHORIZATION_SCHEMA, action_of

POLICIES = cedarpy.PolicySet.from_str(AUTHORIZATION_POLICIES.read_text())
SCHEMA = AUTHORIZATION_SCHEMA.read_text()
SMALL = {
    "now": 1_700_000_000,
    "shadow_mode": False,
    "approved": False,
    "approver_roles": [],
    "autonomous": False,
    "cells": 2,
    "edits": 4,
    "network_share_percent": 10,
    "takes_cells_off_air": False,
}


def entity(kind, name, *parents, **attributes):
    return {"uid": {"type": kind, "id": name}, "parents": [{"type": t, "id": i} for t, i in parents], "attrs": attributes}


ROLES = ("planner", "ran-control", "phy", "safety", "executor", "operator", "engineer")
ENTITIES = [
    entity("Network", "demo"),
    entity("Area", "stadium", ("Network", "demo")),
    entity("Cell", "S1C1", ("Area", "stadium"), ("Network", "demo"), protected=False),
    entity("Cell", "S1C2", ("Network", "demo"), protected=True),
    entity("Agent", "stranger"),
    *(entity("Role", role) for role in ROLES),
    *(entity("Agent", role, ("Role", role)) for role in ROLES[:5]),
    *(entity("User", role, ("Role", role)) for role in ROLES[5:]),
]


def allowed(principal, action, resource='Cell::"S1C1"', **context):
    request = {"principal": principal, "action": f'Action::"{action}"', "resource": resource, "context": {**SMALL, **context}}
    result = cedarpy.is_authorized(request, POLICIES, ENTITIES, SCHEMA)
    assert not result.diagnostics.errors, result.diagnostics.errors
    return result.allowed


PLANNER = 'Agent::"planner"'
NETWORK = 'Network::"demo"'


def test_the_policies_agree_with_their_schema():
    result = cedarpy.validate_policies(AUTHORIZATION_POLICIES.read_text(), SCHEMA)
    assert result.validation_passed, result.errors


def test_whoever_has_no_role_may_do_nothing():
    for action in ("observe", "reason"):
        assert not allowed('Agent::"stranger"', action, NETWORK)
        assert allowed(PLANNER, action, NETWORK)
    assert not allowed('Agent::"stranger"', "configure:RRMPolicyRatio", approved=True)


def test_a_planner_configures_only_what_a_human_approved():
    assert not allowed(PLANNER, "configure:RRMPolicyRatio")
    assert allowed(PLANNER, "configure:RRMPolicyRatio", approved=True)
    assert allowed(PLANNER, "configure:A1Policy", approved=True)


def test_a_small_change_needs_no_human_in_autonomous_mode():
    assert allowed(PLANNER, "configure:RRMPolicyRatio", autonomous=True)
    assert not allowed(PLANNER, "configure:RRMPolicyRatio", autonomous=True, cells=4)
    assert not allowed(PLANNER, "configure:CESManagementFunction", autonomous=True)
    assert not allowed(PLANNER, "configure:RRMPolicyRatio", autonomous=True, takes_cells_off_air=True)


def test_shadow_mode_changes_nothing_whoever_approved():
    assert not allowed(PLANNER, "configure:RRMPolicyRatio", approved=True, shadow_mode=True, approver_roles=["engineer"])


def test_carrier_protected_cells_and_most_of_the_network_need_an_engineer():
    for action, cell, context in (
        ("configure:NRCellDU", "S1C1", {}),
        ("configure:RRMPolicyRatio", "S1C2", {}),
        ("configure:RRMPolicyRatio", "S1C1", {"network_share_percent": 90, "cells": 20}),
    ):
        resource = f'Cell::"{cell}"'
        assert not allowed(PLANNER, action, resource, approved=True, approver_roles=["operator"], **context)
        assert allowed(PLANNER, action, resource, approved=True, approver_roles=["engineer"], **context)


@pytest.mark.parametrize(
    ("agent", "may", "may_not"),
    [
        ("ran-control", "configure:NRCellRelation", "configure:ReceiverProfile"),
        ("phy", "configure:ReceiverProfile", "configure:NRCellRelation"),
        ("safety", "", "configure:RRMPolicyRatio"),
        ("executor", "", "configure:RRMPolicyRatio"),
    ],
)
def test_specialists_stay_in_their_field(agent, may, may_not):
    principal = f'Agent::"{agent}"'
    assert not may or allowed(principal, may, approved=True)
    assert not allowed(principal, may_not, approved=True)


def test_people_approve_and_the_executor_reverts_but_planners_do_neither():
    assert allowed('User::"operator"', "approve", NETWORK) and allowed('User::"engineer"', "approve", NETWORK)
    assert allowed('Agent::"executor"', "revert", NETWORK, shadow_mode=True)
    assert not allowed(PLANNER, "revert", NETWORK)
    assert not allowed('User::"planner"', "approve", NETWORK)


def test_every_edit_has_its_action():
    cell = "ManagedElement=S1,GNBDUFunction=1,NRCellDU=S1C1"
    assert action_of(AttributeEdit(dn=cell, attribute="nRPCI", old=1, new=2)) == "configure:NRCellDU"
    assert action_of(AttributeEdit(dn=cell, attribute="schedulerType", old="PF", new="WPF")) == "configure:SchedulerProfile"
    assert action_of(PolicyEdit(policy_type="T", policy_id="p", old=None, new={})) == "configure:A1Policy"


def test_every_class_of_the_limits_catalogue_that_can_be_written_has_an_action():
    from policies.limits.loading import load_limits

    classes = {limit.class_name for limit in load_limits() if not limit.read_only}
    missing = {name for name in classes if not allowed('User::"engineer"', f"configure:{name}", **_ENGINEER)}
    assert missing == set()


_ENGINEER = {"approved": True, "approver_roles": ["engineer"]}
