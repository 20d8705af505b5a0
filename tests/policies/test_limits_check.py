"""A change set is checked before anything is touched: each violation names field, value, allowed values, source and remedy."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from policies.limits.checking import check_change_set
from policies.limits.loading import load_limits
from policies.managed_object import ManagedObject, class_of

CATALOGUE = load_limits()
CELLS = ("S1C1", "S1C2", "S1C3")


def du(cell):
    return f"ManagedElement=S1,GNBDUFunction=1,NRCellDU={cell}"


def cu(cell):
    return f"ManagedElement=S1,GNBCUCPFunction=1,NRCellCU={cell}"


class Net:
    """Three mutual neighbours as plain managed objects."""

    def __init__(self):
        self.reads, self.searches = [], []
        self.objects = {}
        for cell in CELLS:
            self.put(
                du(cell), administrativeState="UNLOCKED", operationalState="ENABLED", nRPCI=1, ssbOffset=0, ssbPeriodicity=20
            )
            self.put(f"ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier={cell}", configuredMaxTxPower=46.0)
            for name, low in (("eMBB", 20), ("URLLC", 30), ("mMTC", 10)):
                ratios = {"rRMPolicyMinRatio": low, "rRMPolicyMaxRatio": 100, "rRMPolicyDedicatedRatio": 0}
                self.put(f"{du(cell)},RRMPolicyRatio={name}", resourceType="PRB_DL", **ratios)
            self.put(f"{cu(cell)},MobilityProfile=1", a3Offset=3.0, hysteresis=1.0, timeToTrigger=160)
            self.put(f"{cu(cell)},CESManagementFunction=1", energySavingControl="toBeNotEnergySaving")
            for other in CELLS:
                if other != cell:
                    self.put(f"{cu(cell)},NRCellRelation={other}", cellIndividualOffset=0, isHOAllowed=True)

    def put(self, dn, **attributes):
        self.objects[dn] = attributes

    def read(self, dn):
        self.reads.append(dn)
        return ManagedObject(dn=dn, attributes=self.objects[dn])

    def find(self, class_name, under=""):
        self.searches.append((class_name, under))
        return tuple(dn for dn in self.objects if class_of(dn) == class_name and dn.startswith(under))

    def check(self, *edits):
        # Unchecked: the catalogue must also judge a value that got past the types, such as NaN.
        edits = [AttributeEdit.model_construct(dn=dn, attribute=name, old=None, new=new) for dn, name, new in edits]
        return check_change_set(CATALOGUE, ChangeSet(edits=tuple(edits)), self.read, self.find)


RATIO = f"{du('S1C1')},RRMPolicyRatio=URLLC"
EMBB = f"{du('S1C1')},RRMPolicyRatio=eMBB"


def test_a_lawful_change_has_no_violations():
    assert Net().check((RATIO, "rRMPolicyMinRatio", 40), (f"{cu('S1C1')},MobilityProfile=1", "timeToTrigger", 320)) == []


def test_a_violation_names_field_value_range_source_and_remedy():
    (violation,) = Net().check((RATIO, "rRMPolicyMinRatio", 140))
    assert violation.field == f"{RATIO} rRMPolicyMinRatio"
    assert violation.value == "140"
    assert violation.allowed == "0..100 % in steps of 1"
    assert "3GPP TS 28.541" in violation.source and "4.3.36" in violation.source
    assert "use 100" in violation.remedy
    assert "\n" not in str(violation)


@pytest.mark.parametrize("value", [True, "40", None, float("nan"), float("inf"), 40.5])
def test_a_value_of_the_wrong_kind_is_refused(value):
    (violation,) = Net().check((RATIO, "rRMPolicyMinRatio", value))
    assert violation.value == repr(value)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ((RATIO, "rRMPolicyMinimum", 40), ["unknown", "RRMPolicyRatio.rRMPolicyMinRatio"]),
        ((du("S1C1"), "operationalState", "DISABLED"), ["read-only"]),
        ((f"{du('S9C9')},RRMPolicyRatio=eMBB", "rRMPolicyMinRatio", 10), ["S9C9", "DN of a RRMPolicyRatio"]),
        ((f"{cu('S1C1')},NRCellRelation=S1C2", "cellIndividualOffset", 7), ["one of -24", "use 6"]),
    ],
)
def test_unknown_read_only_and_missing_are_told_apart(edit, words):
    (violation,) = Net().check(edit)
    assert all(word in str(violation) for word in words), str(violation)


def test_one_attribute_is_edited_once():
    violations = Net().check((RATIO, "rRMPolicyMinRatio", 40), (RATIO, "rRMPolicyMinRatio", 45))
    assert ["one edit per attribute" in violation.allowed for violation in violations] == [True]
    policy = PolicyEdit(policy_type="T", policy_id="p", old=None, new={})
    assert len(check_change_set(CATALOGUE, ChangeSet(edits=(policy, policy)), Net().read, Net().find)) == 1


def test_minima_of_a_cell_are_summed_after_the_whole_change():
    (violation,) = Net().check((RATIO, "rRMPolicyMinRatio", 75))
    assert "105" in violation.value and "URLLC 75" in violation.value
    assert "slice-minima-fit-the-cell" in violation.source and "28.541" in violation.source
    assert Net().check((RATIO, "rRMPolicyMinRatio", 75), (EMBB, "rRMPolicyMinRatio", 15)) == []


def test_dedicated_minimum_and_maximum_ascend():
    assert "slice-ratios-ascend" in str(Net().check((RATIO, "rRMPolicyMaxRatio", 20))[0])
    assert "slice-ratios-ascend" in str(Net().check((RATIO, "rRMPolicyDedicatedRatio", 31))[0])
    assert Net().check((RATIO, "rRMPolicyMaxRatio", 20), (RATIO, "rRMPolicyMinRatio", 20)) == []


def test_dedicated_shares_of_a_cell_fit():
    edits = [(f"{du('S1C1')},RRMPolicyRatio={name}", "rRMPolicyDedicatedRatio", 34) for name in ("eMBB", "URLLC", "mMTC")]
    edits += [(dn, "rRMPolicyMinRatio", 34) for dn, _, _ in edits]
    rules = {violation.source.split(",")[0] for violation in Net().check(*edits)}
    assert rules == {"rule slice-minima-fit-the-cell", "rule slice-dedicated-shares-fit-the-cell"}


def test_handover_triggers_may_not_hand_a_user_back_and_forth():
    relation = f"{cu('S1C1')},NRCellRelation=S1C2"
    back = f"{cu('S1C2')},NRCellRelation=S1C1"
    assert Net().check((relation, "cellIndividualOffset", 6)) == []
    (violation,) = Net().check((relation, "cellIndividualOffset", 8))
    assert "no-handover-loop" in violation.source and "S1C1 ⇄ S1C2" in violation.field
    assert Net().check((relation, "cellIndividualOffset", 8), (back, "cellIndividualOffset", -8)) == []
    assert Net().check((relation, "cellIndividualOffset", 8), (back, "isHOAllowed", False)) == []


@pytest.mark.parametrize(
    ("there", "back", "value"), [(4, 4, "-2 (S1C1→S1C2 -1, S1C2→S1C1 -1)"), (6, 0, "0 (S1C1→S1C2 -3, S1C2→S1C1 3)")]
)
def test_margins_of_both_directions_that_do_not_leave_a_gap_are_refused_as_ping_pong(there, back, value):
    """Offset 2 and hysteresis 1 dB: at or below 0 dB in sum, both handover conditions hold at once."""
    edits = [
        (f"{cu(cell)},MobilityProfile=1", name, new)
        for cell in ("S1C1", "S1C2")
        for name, new in (("a3Offset", 2.0), ("hysteresis", 1.0))
    ]
    edits += [(f"{cu('S1C1')},NRCellRelation=S1C2", "cellIndividualOffset", there)]
    edits += [(f"{cu('S1C2')},NRCellRelation=S1C1", "cellIndividualOffset", back)]
    loops = [violation for violation in Net().check(*edits) if "no-handover-loop" in violation.source]
    assert [violation.value for violation in loops] == [value]


def test_a_negative_default_trigger_is_refused():
    assert "a3-trigger-not-negative" in str(Net().check((f"{cu('S1C1')},MobilityProfile=1", "a3Offset", -2.0)))


def test_a_sleeping_cell_needs_an_awake_neighbour():
    asleep = [(f"{cu(cell)},CESManagementFunction=1", "energySavingControl", "toBeEnergySaving") for cell in CELLS]
    assert Net().check(*asleep[:2]) == []
    assert {violation.field for violation in Net().check(*asleep)} == {f"cell {cell}" for cell in CELLS}
    locked = (du("S1C3"), "administrativeState", "LOCKED")
    assert "sleeping-cell-is-covered" in str(Net().check(*asleep[:2], locked)[0])


def test_a_cell_that_was_uncovered_before_the_change_is_no_violation():
    net = Net()
    for cell in CELLS:
        net.put(f"{cu(cell)},CESManagementFunction=1", energySavingControl="toBeEnergySaving")
    assert net.check((f"{cu('S1C1')},CESManagementFunction=1", "energySavingControl", "toBeNotEnergySaving")) == []


def test_ssb_offset_lies_within_the_period():
    assert "ssb-offset-within-period" in str(Net().check((du("S1C1"), "ssbOffset", 20)))
    assert Net().check((du("S1C1"), "ssbOffset", 20), (du("S1C1"), "ssbPeriodicity", 40)) == []


NAMES = st.sampled_from([limit.attribute for limit in CATALOGUE] + ["", "nonsense", "a" * 300, "💥"])
DNS = st.one_of(
    st.sampled_from(list(Net().objects)),
    st.from_regex(r"[A-Z][A-Za-z]{0,20}=[A-Za-z0-9]{1,5}(,[A-Z][A-Za-z]{0,20}=[A-Za-z0-9]{1,5}){0,3}", fullmatch=True),
)
VALUES = st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.none(), st.integers(0, 100))


@settings(max_examples=300)
@given(st.lists(st.tuples(DNS, NAMES, VALUES), max_size=8))
def test_check_handles_arbitrary_edits(edits):
    net = Net()
    violations = net.check(*edits)
    assert all(violation.field and violation.allowed and violation.remedy for violation in violations)


def test_every_object_is_read_once_and_every_class_searched_once_however_many_edits_there_are():
    net, edits = Net(), []
    for cell in CELLS:
        edits += [(f"{du(cell)},RRMPolicyRatio={name}", "rRMPolicyMinRatio", 25) for name in ("eMBB", "URLLC", "mMTC")]
        edits += [(f"{du(cell)},RRMPolicyRatio={name}", "rRMPolicyMaxRatio", 90) for name in ("eMBB", "URLLC", "mMTC")]
        edits += [(f"{cu(cell)},NRCellRelation={other}", "cellIndividualOffset", 1) for other in CELLS if other != cell]
        edits += [(f"{cu(cell)},MobilityProfile=1", "timeToTrigger", 256), (f"{cu(cell)},MobilityProfile=1", "hysteresis", 2.0)]
    assert len(edits) == 30 and net.check(*edits) == []
    assert sorted(net.reads) == sorted({dn for dn, _, _ in edits})
    assert len(net.searches) == len(set(net.searches))
    assert {name for name, _ in net.searches} <= {class_of(dn) for dn in net.reads}
