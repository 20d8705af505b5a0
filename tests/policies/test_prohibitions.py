"""What an operator forbids is recognized in attribute edits and A1 policies, by cell, slice and time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from policies.change import AttributeEdit, PolicyEdit
from policies.intent import TimeWindow
from policies.restrictions.breach import Breaches
from policies.restrictions.prohibition import Prohibition, violations_of
from policies.slices import Slice

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SLA, STEERING = "ORAN_SliceSLATarget_1.0.0", "ORAN_TrafficSteeringPreference_1.0.0"


@dataclass(frozen=True)
class Cell:
    id: str

    @property
    def nci(self):
        return 1000 + int(self.id[1:])

    @property
    def dn(self):
        return f"ManagedElement=S1,GNBDUFunction=1,NRCellDU={self.id}"

    @property
    def cu_dn(self):
        return f"ManagedElement=S1,GNBCUCPFunction=1,NRCellCU={self.id}"

    @property
    def carrier_dn(self):
        return f"ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier={self.id}"


class Card:
    now = NOON
    cells = (Cell("C1"), Cell("C2"), Cell("C3"))

    def areas(self):
        return {}


C1, C2, _ = Card.cells
BREACHES = Breaches(Card())


def sleep(cell, new="toBeEnergySaving"):
    return AttributeEdit(dn=f"{cell.cu_dn},CESManagementFunction=1", attribute="energySavingControl", old="x", new=new)


def edit(dn, attribute, new, old=0):
    return AttributeEdit(dn=dn, attribute=attribute, old=old, new=new)


def identity(number):
    return {"cId": {"ncI": number}}


def sla(objectives, cells=(C1.nci,), slice=Slice.URLLC, old=None):
    body = {
        "scope": {"sliceId": {"sst": slice.sst}},
        "sliceSlaObjectives": objectives,
        "sliceSlaResources": {"cellIdList": [identity(cell) for cell in cells]},
    }
    return PolicyEdit(policy_type=SLA, policy_id="p", old=old, new=body)


def steering(preference, cells=(C1.nci,), scope=None):
    body = {
        "scope": scope or {"sliceId": {"sst": 1}},
        "tspResources": [{"cellIdList": [identity(cell) for cell in cells], "preference": preference}],
    }
    return PolicyEdit(policy_type=STEERING, policy_id="p", old=None, new=body)


UNKNOWN = PolicyEdit(policy_type="vendor", policy_id="p", old=None, new={"target": "C1"})
POWER = "configuredMaxTxPower"
RATIO = f"{C1.dn},RRMPolicyRatio=URLLC"


def never(what, *cells, slice=None):
    return Prohibition(what=what, cells=cells, slice=slice)


BROKEN = {
    "the energy saving order": (never("sleep", "C1"), sleep(C1)),
    "a lock": (never("sleep", "C1"), edit(C1.dn, "administrativeState", "LOCKED", "UNLOCKED")),
    "a switch with which the cell sleeps by itself": (
        never("sleep", "C1"), edit(f"{C1.cu_dn},CESManagementFunction=1", "cesSwitch", True, False),
    ),
    "nobody is admitted": (never("sleep", "C1"), edit(f"{C1.dn},AdmissionControl=eMBB", "maxConnectedUes", 0, 9)),
    "any cell": (never("sleep"), sleep(C2)),
    "sleep for one slice is sleep": (never("sleep", "C1", slice=Slice.URLLC), sleep(C1)),
    "a policy that locks a slice out": (never("sleep", "C1"), sla({"maxNumberOfUes": 0})),
    "a policy that forbids the cell": (never("sleep", "C1"), steering("FORBID")),
    "a policy that allows only another cell": (never("sleep", "C1"), steering("SHALL", [C2.nci])),
    "a policy of unknown effect": (never("sleep", "C1"), UNKNOWN),
    "any edit": (never("change", "C1"), edit(C1.carrier_dn, POWER, 40, 43)),
    "waking is a change": (never("change", "C1"), sleep(C1, "toBeNotEnergySaving")),
    "an edit of what has no cell": (never("change", "C1"), edit("ManagedElement=S1,GNBDUFunction=1", "x", 1)),
    "an edit for the slice": (never("change", "C1", slice=Slice.URLLC), edit(RATIO, "rRMPolicyMinRatio", 40)),
    "a policy for the slice": (never("change", "C1", slice=Slice.URLLC), sla({"guaDlThptPerSlice": 9})),
    "a policy without cells": (never("change", "C3"), sla({"guaDlThptPerSlice": 9}, cells=())),
    "a policy with a cell that nobody knows": (never("change", "C3"), sla({"guaDlThptPerSlice": 9}, cells=(C1.nci, 7))),
    "a policy for one user": (never("change", "C1", slice=Slice.URLLC), steering("PREFER", scope={"ueId": "7"})),
    "the end of a policy": (
        never("change", "C1"),
        PolicyEdit(policy_type=SLA, policy_id="p", old=sla({"guaDlThptPerSlice": 9}).new, new=None),
    ),
    "the attribute": (never(POWER, "C1"), edit(C1.carrier_dn, POWER, 40, 43)),
    "the attribute of the slice": (never("rRMPolicyMinRatio", slice=Slice.URLLC), edit(RATIO, "rRMPolicyMinRatio", 40)),
    "a policy that overrides the attribute": (never("rRMPolicyMinRatio", "C1"), sla({"guaDlThptPerSlice": 9})),
    "a policy that overrides the offsets": (never("cellIndividualOffset", "C1"), steering("PREFER")),
}  # fmt: skip
ALLOWED = {
    "another cell": (never("sleep", "C1"), sleep(C2)),
    "waking": (never("sleep", "C1"), sleep(C1, "toBeNotEnergySaving")),
    "an edit on air": (never("sleep", "C1"), edit(C1.carrier_dn, POWER, 40, 43)),
    "unlocking": (never("sleep", "C1"), edit(C1.dn, "administrativeState", "UNLOCKED", "LOCKED")),
    "admitting fewer": (never("sleep", "C1"), edit(f"{C1.dn},AdmissionControl=eMBB", "maxConnectedUes", 5, 9)),
    "a policy that locks nobody out": (never("sleep", "C1"), sla({"guaDlThptPerSlice": 9})),
    "a policy for another cell": (never("sleep", "C1"), steering("FORBID", [C2.nci])),
    "a policy that goes on as it was": (
        never("sleep", "C1"), sla({"maxNumberOfUes": 0, "guaDlThptPerSlice": 9}, old=sla({"maxNumberOfUes": 0}).new),
    ),
    "an edit of another cell": (never("change", "C1"), edit(C2.carrier_dn, POWER, 40, 43)),
    "an edit for another slice": (
        never("change", "C1", slice=Slice.URLLC), edit(f"{C1.dn},RRMPolicyRatio=eMBB", "rRMPolicyMinRatio", 40),
    ),
    "a policy for another slice": (
        never("change", "C1", slice=Slice.URLLC), sla({"guaDlThptPerSlice": 9}, slice=Slice.EMBB),
    ),
    "another attribute": (never(POWER, "C1"), edit(RATIO, "rRMPolicyMinRatio", 40)),
    "a policy that overrides another attribute": (never("rRMPolicyMaxRatio", "C1"), sla({"guaDlThptPerSlice": 9})),
}  # fmt: skip


@pytest.mark.parametrize(("prohibition", "change"), BROKEN.values(), ids=BROKEN)
def test_what_is_forbidden_is_recognized(prohibition, change):
    assert BREACHES.of(change, prohibition)
    assert BREACHES.first(change, [never("sleep", "C9"), prohibition]) is prohibition


@pytest.mark.parametrize(("prohibition", "change"), ALLOWED.values(), ids=ALLOWED)
def test_nothing_else_is_forbidden(prohibition, change):
    assert BREACHES.of(change, prohibition) == ""


def hour(start, end=None):
    return NOON + timedelta(hours=start), None if end is None else NOON + timedelta(hours=end)


@pytest.mark.parametrize(
    ("effect", "meets"),
    [
        (hour(0, 2), False), (hour(0, 2.5), True), (hour(2.2, 2.6), True), (hour(2.9, 5), True), (hour(3, 5), False),
        (hour(0), True), (hour(4), False),
    ],
)  # fmt: skip
def test_a_window_is_judged_by_when_something_is_in_effect(effect, meets):
    window = TimeWindow(start=hour(2)[0], end=hour(3)[0])
    assert Prohibition(what="sleep", window=window).meets(*effect) is meets
    assert Prohibition(what="sleep").meets(*effect)


def test_what_cannot_be_enforced_is_named_with_what_is_allowed():
    naive = TimeWindow(start=datetime(2026, 1, 1, 1), end=datetime(2026, 1, 1, 2))
    problems = violations_of(Prohibition(what="colour", cells=("C1", "C9"), window=naive), Card())
    assert [problem.field for problem in problems] == ["what", "cells", "window"]
    assert "C9: allowed C1, C2, C3" in str(problems[1])
    assert violations_of(Prohibition(what=POWER, cells=("C1",)), Card()) == []
