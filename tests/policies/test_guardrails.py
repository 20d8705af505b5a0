"""The guardrails bound a change set's size, steps and timing, and protect cells and slices."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from policies.change import A1Policy, AttributeEdit, ChangeSet, PolicyEdit
from policies.guardrails.blast_radius import BlastRadius
from policies.guardrails.loading import SHIPPED, GuardrailsError, load_guardrails
from policies.managed_object import ManagedObject
from policies.slices import Slice

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday


@dataclass(frozen=True)
class Cell:
    id: str
    area: str

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

    @property
    def sleep_dn(self):
        return f"{self.cu_dn},CESManagementFunction=1"


@dataclass(frozen=True)
class Card:
    cells: tuple[Cell, ...]
    now: datetime = NOON

    def areas(self):
        names = dict.fromkeys(cell.area for cell in self.cells)
        return {name: tuple(cell.id for cell in self.cells if cell.area == name) for name in names}


CELLS = tuple(Cell(f"C{number}", "stadium" if number < 6 else "town") for number in range(40))
CARD = Card(CELLS)


def read(dn):
    if "CESManagementFunction" in dn:
        return ManagedObject(dn=dn, attributes={"energySavingControl": "toBeNotEnergySaving"})
    ratios = {"rRMPolicyMinRatio": 30, "rRMPolicyMaxRatio": 100}
    return ManagedObject(
        dn=dn, attributes={"configuredMaxTxPower": 46.0, "administrativeState": "UNLOCKED", "maxPrbUsage": 100, **ratios}
    )


def edit(dn, attribute, new, old=None):
    return AttributeEdit(dn=dn, attribute=attribute, old=old, new=new)


def judge(*edits, card=CARD, guardrails=None, users=None, standing=()):
    return (guardrails or load_guardrails()).judge(ChangeSet(edits=edits), card, read, users, lambda: standing)


def broken(reasons):
    return {reason.rule for reason in reasons if reason.outcome == "fail"}


def power(cell, dbm):
    return edit(cell.carrier_dn, "configuredMaxTxPower", dbm)


def sleep(cell):
    return edit(cell.sleep_dn, "energySavingControl", "toBeEnergySaving")


def urllc(cell, share):
    return edit(f"{cell.dn},RRMPolicyRatio=URLLC", "rRMPolicyMinRatio", share)


def test_a_small_change_passes_every_rule_by_name():
    reasons = judge(power(CELLS[0], 43.0))
    assert {reason.outcome for reason in reasons} == {"pass"}
    assert {"blast-radius-cells", "blast-radius-edits", "blast-radius-network"} <= {reason.rule for reason in reasons}
    assert all(reason.source for reason in reasons)


def test_no_change_passes():
    assert [reason.outcome for reason in judge()] == ["pass"]


def test_more_cells_need_a_human_and_too_many_are_refused():
    ten = judge(*(power(cell, 45.0) for cell in CELLS[:10]))
    assert [reason.rule for reason in ten if reason.outcome == "warn"] == ["blast-radius-cells"]
    assert "10 cells touched, more than 9" in str(ten)
    assert broken(judge(*(power(cell, 45.0) for cell in CELLS[:31]))) == {"blast-radius-cells"}


def test_the_blast_radius_counts_cells_behind_relations_carriers_and_policies():
    relation = edit(f"{CELLS[1].cu_dn},NRCellRelation=C7", "cellIndividualOffset", 2)
    listed = PolicyEdit(policy_type="T", policy_id="p", old=None, new={"scope": {"cells": [{"cellId": "C30"}]}})
    radius = BlastRadius.of(ChangeSet(edits=(power(CELLS[0], 43.0), relation, listed)), CARD)
    assert radius.cells == ("C0", "C1", "C30")
    everywhere = PolicyEdit(policy_type="T", policy_id="p", old=None, new={"scope": {"sliceId": {"sst": 1}}})
    assert len(BlastRadius.of(ChangeSet(edits=(everywhere,)), CARD).cells) == len(CELLS)


def test_a_step_is_measured_from_the_current_value_not_from_the_one_that_the_edit_states():
    lying = edit(CELLS[0].carrier_dn, "configuredMaxTxPower", 30.0, old=31.0)
    (reason,) = [reason for reason in judge(lying) if reason.outcome == "fail"]
    assert reason.rule == "max-step" and "16 dB down, at most 6" in reason.message and "change it to 40" in reason.remedy
    assert broken(judge(power(CELLS[0], 40.0))) == set()
    assert broken(judge(power(CELLS[0], 52.1))) == {"max-step"}


def test_urllc_keeps_a_guarantee_where_it_has_users():
    assert broken(judge(urllc(CELLS[0], 0))) == {"protected-slice"}
    assert broken(judge(urllc(CELLS[0], 0), users={("C0", Slice.URLLC): 4.0})) == {"protected-slice"}
    assert broken(judge(urllc(CELLS[0], 0), users={("C0", Slice.URLLC): 0.0})) == set()
    assert broken(judge(urllc(CELLS[0], 1))) == set()
    assert broken(judge(edit(f"{CELLS[0].dn},RRMPolicyRatio=eMBB", "rRMPolicyMinRatio", 0))) == set()


def test_a_slice_without_a_guarantee_before_the_change_is_no_violation():
    without = ManagedObject(dn=urllc(CELLS[0], 0).dn, attributes={"rRMPolicyMinRatio": 0})
    reasons = load_guardrails().judge(ChangeSet(edits=(urllc(CELLS[0], 0),)), CARD, lambda dn: without)
    assert broken(reasons) == set()


def test_cells_sleep_only_while_enough_of_their_area_stays_awake():
    stadium = CELLS[:6]
    assert broken(judge(*map(sleep, stadium[:2]))) == set()
    assert [reason.outcome for reason in judge(*map(sleep, stadium[:3])) if reason.rule == "off-air-share"] == ["warn"]
    assert broken(judge(*map(sleep, stadium[:5]))) == {"off-air-share"}
    assert broken(judge(*map(sleep, stadium))) == {"last-cell-on-air"}
    locked = edit(stadium[5].dn, "administrativeState", "LOCKED")
    assert broken(judge(*map(sleep, stadium[:5]), locked)) == {"last-cell-on-air"}


def test_waking_cells_is_always_allowed():
    wake = [edit(cell.sleep_dn, "energySavingControl", "toBeNotEnergySaving") for cell in CELLS[:6]]
    assert broken(judge(*wake)) == set()


def with_lines(tmp_path, lines, old="", new=""):
    path = tmp_path / "guardrails.toml"
    path.write_text(SHIPPED.read_text().replace(old, new, 1) + lines)
    return load_guardrails(path)


@pytest.mark.parametrize(
    ("freeze", "now", "frozen"),
    [
        ("start = 2026-11-20T00:00:00Z\nend = 2026-11-21T00:00:00Z", NOON, True),
        ("start = 2026-11-20T00:00:00Z\nend = 2026-11-20T12:00:00Z", NOON, False),
        ('days = ["Fri"]\nfrom = 11:00:00\nto = 13:00:00', NOON, True),
        ('days = ["Thu"]\nfrom = 11:00:00\nto = 13:00:00', NOON, False),
        ('days = ["Fri"]\nfrom = 22:00:00\nto = 04:00:00', datetime(2026, 11, 21, 3, tzinfo=UTC), True),
        ('days = ["Sat"]\nfrom = 22:00:00\nto = 04:00:00', datetime(2026, 11, 21, 3, tzinfo=UTC), False),
        ('days = ["Fri"]\nfrom = 11:00:00\nto = 13:00:00\nareas = ["stadium"]', NOON, True),
        ('days = ["Fri"]\nfrom = 11:00:00\nto = 13:00:00\nareas = ["town"]', NOON, False),
    ],
)
def test_nothing_is_changed_during_a_freeze(tmp_path, freeze, now, frozen):
    guardrails = with_lines(tmp_path, f'\n[[freeze]]\nname = "match day"\n{freeze}\n')
    reasons = judge(power(CELLS[0], 45.0), card=Card(CELLS, now), guardrails=guardrails)
    assert ("change-freeze" in broken(reasons)) is frozen
    assert ("'match day'" in str(reasons)) is frozen


def test_protected_cells_are_left_alone(tmp_path):
    guardrails = with_lines(tmp_path, "", old="cells = []\nareas = []", new='cells = ["C9"]\nareas = ["stadium"]')
    assert broken(judge(power(CELLS[9], 45.0), guardrails=guardrails)) == {"protected-cells"}
    assert broken(judge(power(CELLS[3], 45.0), guardrails=guardrails)) == {"protected-cells"}
    assert broken(judge(power(CELLS[10], 45.0), guardrails=guardrails)) == set()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("fail_above = 30", "fail_above = -1", r"bounds\.cells\.fail_above=-1"),
        ("fail_above = 30", "fail_abvoe = 30", "fail_abvoe"),
        ("down = 6.0", 'down = "six"', "step.0.down='six'"),
        ("[bounds.cells]", "[bounds.cells", "line"),
    ],
)
def test_a_malformed_file_is_refused_by_field(tmp_path, old, new, words):
    with pytest.raises(GuardrailsError, match=words):
        with_lines(tmp_path, "", old, new)
    with pytest.raises(GuardrailsError, match=r"absent\.toml"):
        load_guardrails(tmp_path / "absent.toml")


def test_a_freeze_without_a_complete_interval_is_refused(tmp_path):
    with pytest.raises(GuardrailsError, match="either start and end, or days, from and to"):
        with_lines(tmp_path, '\n[[freeze]]\nname = "x"\ndays = ["Fri"]\n')


SLA, STEERING = "ORAN_SliceSLATarget_1.0.0", "ORAN_TrafficSteeringPreference_1.0.0"
PLMN = {"mcc": "001", "mnc": "01"}


def listed(*cells):
    return [{"plmnId": PLMN, "cId": {"ncI": cell.nci}} for cell in cells]


def sla(sst=2, cells=(), **objectives):
    resources = {"sliceSlaResources": {"cellIdList": listed(*cells)}} if cells else {}
    return {"scope": {"sliceId": {"sst": sst, "plmnId": PLMN}}, "sliceSlaObjectives": objectives, **resources}


def steering(*resources, sst=2):
    lists = [{"cellIdList": listed(*cells), "preference": preference} for preference, *cells in resources]
    return {"scope": {"sliceId": {"sst": sst, "plmnId": PLMN}}, "tspResources": lists}


def policy(new, policy_type=SLA, old=None):
    return PolicyEdit(policy_type=policy_type, policy_id="p1", old=old, new=new)


@pytest.mark.parametrize(
    ("edit", "rule", "words"),
    [
        (policy(sla(maxNumberOfUes=0)), "protected-slice", "locks URLLC out of C0, C1"),
        (policy(sla(maxNumberOfUes=0.5, cells=CELLS[3:4])), "protected-slice", "out of C3: maxNumberOfUes 0.5 UEs"),
        (policy(sla(maxDlThptPerSlice=1)), "protected-slice", "maxDlThptPerSlice 1 kbit/s"),
        (policy(sla(maxNumberOfPduSessions=0, sst=77)), "protected-slice", "locks the traffic in its scope out"),
        (policy(sla(maxNumberOfUes=0, sst=1)), "policy-effect", "no cell of stadium is left"),
        (policy(steering(("FORBID", *CELLS)), STEERING), "last-cell-on-air", "no cell of stadium is left"),
        (policy(steering(("FORBID", *CELLS), sst=1), STEERING), "last-cell-on-air", "forbids eMBB"),
        (policy(steering(("FORBID",)), STEERING), "last-cell-on-air", "no cell of"),
        (policy(steering(("FORBID", *CELLS[:6])), STEERING), "last-cell-on-air", "no cell of stadium"),
        (policy(steering(("SHALL", CELLS[9])), STEERING), "last-cell-on-air", "no cell of stadium"),
        (policy(steering(("FORBID", *CELLS[:5])), STEERING), "policy-effect", "83% of an area's cells"),
        (policy({"quotas": [{"maxPrb": 0}]}, "ACME_Quota_1"), "policy-effect", "says maxPrb 0"),
        (policy({"access": {"URLLC": "deny"}}, "ACME_Quota_1"), "policy-effect", "says URLLC deny"),
        (policy({"tspResources": [{"preference": "FORBID"}]}, STEERING), "policy-effect", "is not built as"),
        (policy(sla(maxNumberOfUes="0")), "policy-effect", "says maxNumberOfUes 0"),
    ],
)
def test_a_policy_that_locks_traffic_out_is_refused_with_words(edit, rule, words):
    reasons = judge(edit)
    assert broken(reasons) & {rule}, reasons
    assert words in " ".join(reason.message for reason in reasons if reason.outcome == "fail")


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (policy(sla(maxNumberOfUes=0, sst=1, cells=CELLS[:1])), "locks eMBB out of C0"),
        (policy(sla(maxNumberOfUes=3, cells=CELLS[:2])), "fewer than there are in C1 (9)"),
        (policy(steering(("FORBID", *CELLS[:3])), STEERING), "50% of an area's cells"),
        (policy(steering(("FORBID", *CELLS[:1])), STEERING), "forbids URLLC C0"),
        (policy(steering(("AVOID", *CELLS)), STEERING), "avoid every cell of stadium"),
        (policy(sla(guaDlThptPerSlice=10), old=sla(guaDlThptPerSlice=500)), "takes a guarantee from URLLC"),
        (policy(None, old=sla(guaDlThptPerSlice=500)), "guaDlThptPerSlice 500 → 0"),
        (policy({"level": 3}, "ACME_Level_1"), "the effect of the policy type ACME_Level_1 is not known here"),
    ],
)
def test_a_policy_of_doubtful_effect_reaches_a_human_with_words(edit, words):
    reasons = judge(edit, users={("C1", Slice.URLLC): 9.0, ("C0", Slice.URLLC): 1.0})
    warnings = [reason for reason in reasons if reason.outcome == "warn" and reason.rule == "policy-effect"]
    assert broken(reasons) <= {"blast-radius-cells"}
    assert words in " ".join(reason.message for reason in warnings)


def test_a_policy_that_locks_nobody_out_passes_and_says_so():
    harmless = policy(sla(guaDlThptPerSlice=500, maxNumberOfUes=40, cells=CELLS[6:8]))
    for edit in (harmless, policy(steering(("PREFER", CELLS[7]), sst=1), STEERING), policy(None, old=sla(maxNumberOfUes=0))):
        assert [reason.message for reason in judge(edit) if reason.rule == "policy-effect"] == ["p1 locks nobody out"]


def test_cells_that_the_same_change_sends_to_sleep_count_as_left():
    half = policy(steering(("FORBID", *CELLS[:3])), STEERING)
    reasons = judge(half, *map(sleep, CELLS[3:6]))
    assert any("no cell of stadium is left to it" in reason.message for reason in reasons if reason.outcome == "fail")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (policy(steering(("FORBID", *CELLS[:3])), STEERING), policy(steering(("FORBID", *CELLS[3:6])), STEERING)),
        (policy(steering(("FORBID", *CELLS[:3]), sst=1), STEERING), policy(sla(maxNumberOfUes=0, sst=1, cells=CELLS[3:6]))),
        (policy(steering(("FORBID", *CELLS[:3]), sst=77), STEERING), policy(steering(("FORBID", *CELLS[3:6]), sst=77), STEERING)),
    ],
)
def test_policies_that_lock_the_same_traffic_out_together_are_refused(first, second):
    assert not broken(judge(first)) & {"last-cell-on-air", "policy-effect"}
    reasons = judge(first, second.model_copy(update={"policy_id": "p2"}))
    assert any("no cell of stadium is left" in reason.message for reason in reasons if reason.outcome == "fail")


def existing(edit, name="p2"):
    return A1Policy(policy_type=edit.policy_type, policy_id=name, body=edit.new)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (policy(steering(("FORBID", *CELLS[:3])), STEERING), policy(steering(("FORBID", *CELLS[3:6])), STEERING)),
        (policy(steering(("FORBID", *CELLS[:3]), sst=1), STEERING), policy(sla(maxNumberOfUes=0, sst=1, cells=CELLS[3:6]))),
        (policy(sla(maxNumberOfUes=0, sst=1, cells=CELLS[3:6])), policy(steering(("FORBID", *CELLS[:3]), sst=1), STEERING)),
        (policy(steering(("FORBID", *CELLS[:3]), sst=77), STEERING), policy(steering(("FORBID", *CELLS[3:6]), sst=77), STEERING)),
    ],
)
def test_a_policy_that_exists_counts_beside_a_new_one(first, second):
    assert not broken(judge(first)) & {"last-cell-on-air", "policy-effect"}
    reasons = judge(first, standing=(existing(second),))
    refused = [reason.message for reason in reasons if reason.outcome == "fail"]
    assert any("no cell of stadium is left" in message for message in refused)
    assert any("together with p2, which exists already" in message for message in refused)


def test_a_policy_that_the_change_replaces_or_deletes_does_not_count_beside_it():
    first = policy(steering(("FORBID", *CELLS[:3])), STEERING)
    second = policy(steering(("FORBID", *CELLS[3:6])), STEERING)
    assert "last-cell-on-air" not in broken(judge(first, standing=(existing(second, "p1"),)))
    gone = PolicyEdit(policy_type=STEERING, policy_id="p2", old=second.new, new=None)
    assert "last-cell-on-air" not in broken(judge(first, gone, standing=(existing(second),)))


def test_what_all_policies_let_a_slice_avoid_together_reaches_a_human():
    first = policy(steering(("AVOID", *CELLS[:3]), sst=1), STEERING)
    beside = existing(policy(steering(("AVOID", *CELLS[3:6]), sst=1), STEERING))
    warned = [reason.message for reason in judge(first, standing=(beside,)) if reason.outcome == "warn"]
    assert any("avoid every cell of stadium, together with p2" in message for message in warned)


def test_a_policy_that_exists_and_is_not_understood_is_not_said_to_be_harmless():
    beside = A1Policy(policy_type="ACME_Quota_1", policy_id="p2", body={"level": 3})
    harmless = policy(steering(("PREFER", CELLS[7]), sst=1), STEERING)
    messages = [reason.message for reason in judge(harmless, standing=(beside,)) if reason.rule == "policy-effect"]
    assert messages == ["p1 locks nobody out; what p2 does beside it is not known"]


def test_the_last_cell_that_a_policy_leaves_to_a_slice_does_not_go_to_sleep():
    beside = existing(policy(steering(("FORBID", *CELLS[:5])), STEERING))
    asleep = sleep(CELLS[5])
    assert "last-cell-on-air" not in broken(judge(asleep))
    (message,) = [reason.message for reason in judge(asleep, standing=(beside,)) if reason.rule == "last-cell-on-air"]
    assert message.startswith("C5 off air: no cell of stadium is left to URLLC, of which A1 policy p2")
    assert "last-cell-on-air" not in broken(judge(sleep(CELLS[4]), standing=(beside,)))


def test_policies_are_only_asked_for_where_one_is_edited():
    def unreachable():
        raise AssertionError("the near-RT RIC was asked")

    load_guardrails().judge(ChangeSet(edits=(power(CELLS[0], 43.0),)), CARD, read, None, unreachable)


def test_policies_of_different_slices_do_not_count_together():
    other = policy(steering(("FORBID", *CELLS[3:6]), sst=1), STEERING).model_copy(update={"policy_id": "p2"})
    first = policy(steering(("FORBID", *CELLS[:3])), STEERING)
    assert "last-cell-on-air" not in broken(judge(first, other))
    assert "last-cell-on-air" not in broken(judge(first, standing=(existing(other),)))


def test_a_slice_without_users_in_the_cells_may_be_shut_out_there():
    assert broken(judge(policy(sla(maxNumberOfUes=0, cells=CELLS[:1])), users={("C0", Slice.URLLC): 0.0})) == set()


def test_the_blast_radius_reads_the_cell_identities_of_policies():
    radius = BlastRadius.of(ChangeSet(edits=(policy(steering(("AVOID", *CELLS[:2])), STEERING),)), CARD)
    assert radius.cells == ("C0", "C1")
    others = BlastRadius.of(ChangeSet(edits=(policy(steering(("SHALL", CELLS[0])), STEERING),)), CARD)
    assert len(others.cells) == len(CELLS)
