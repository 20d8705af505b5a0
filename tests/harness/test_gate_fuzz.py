"""Whatever a proposal holds, the gate answers with reasons: it never raises, and approves nothing that violates a rule."""

import pytest
from gate_case import case_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_network import SmallNetwork, du, ratio
from small_world import candidate, intent

from harness.gate.approver_authorization import ApprovalFacts
from harness.gate.gate import Gate
from harness.journal.journal import Journal
from harness.journal.key import signing_key
from harness.runtime.settings import ApprovalSettings, GateSettings
from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from policies.limits.checking import check_change_set
from policies.limits.loading import load_limits
from policies.verdict import Ruling

NETWORK = SmallNetwork()
CARD = NETWORK.describe()
TEXT = st.text(st.characters(), max_size=12) | st.sampled_from(["\ud800", "a\udc00b", "\x1b[31m", "LOCKED", "", "0"])
EXTREMES = [0, 1, 40, 100, 101, 2**63, -(10**400), 10**4200, float("nan"), float("inf")]
NUMBER = st.integers() | st.floats() | st.sampled_from(EXTREMES)
SCALAR = st.none() | st.booleans() | NUMBER | TEXT
VALUE = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=10)
CARRIER = "ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier=S1C1"
DNS = st.sampled_from([ratio("S1C1"), ratio("S1C2", "URLLC"), du("S1C1"), CARRIER, "ManagedElement=S9", "Nonsense=1"])
ATTRIBUTES = st.sampled_from(["rRMPolicyMinRatio", "rRMPolicyMaxRatio", "configuredMaxTxPower", "administrativeState"]) | TEXT
SLICE = {"sst": 2, "plmnId": {"mcc": "001", "mnc": "01"}}
BODIES = st.dictionaries(TEXT, VALUE, max_size=3) | st.builds(
    lambda name, value: {"scope": {"sliceId": SLICE}, "sliceSlaObjectives": {name: value}},
    st.sampled_from(["maxNumberOfUes", "guaDlThptPerSlice", "maxDlThptPerSlice"]) | TEXT,
    VALUE,
)


@st.composite
def change_sets(draw):
    """Change sets, also such as no validation would let pass: what a program builds without it."""
    edits = []
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            edit = AttributeEdit(dn=draw(DNS), attribute="a", old=0, new=1)
            edits.append(edit.changed(attribute=draw(ATTRIBUTES), old=draw(SCALAR | st.just(0)), new=draw(SCALAR)))
        else:
            kind = draw(st.sampled_from([*CARD.policy_types, "ACME_1"]))
            empty = PolicyEdit(policy_type=kind, policy_id="p", old=None, new={})
            edits.append(empty.changed(policy_id=draw(TEXT), new=draw(BODIES | st.none())))
    return ChangeSet().changed(edits=tuple(edits))


def fuzzed(change_set):
    tried = candidate("fuzz", ChangeSet(), intent()).changed(change_set=change_set)
    outlook = tuple(target.changed(predicted=1e3 if target.target.kpi.startswith("DRB.UE") else 1.0, probability=1.0)
                    for target in tried.outlook)  # fmt: skip
    return case_of(
        NETWORK, change_set, candidate=tried.changed(outlook=outlook), settings=GateSettings(approver_roles=("engineer",)),
        planner="fuzz", schema_of=lambda name: {"type": "object"},
    )  # fmt: skip


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(change_sets())
def test_no_proposal_raises_and_none_that_violates_a_limit_may_proceed(change_set):
    case = fuzzed(change_set)
    verdict = Gate().judge(case)
    assert verdict.digest == change_set.digest
    assert verdict.reasons and all(reason.message.strip() for reason in verdict.reasons)
    if verdict.may_proceed:
        assert change_set.json_objection() == ""
        assert check_change_set(load_limits(), change_set, NETWORK.read, NETWORK.find) == []
        ApprovalFacts.of(case, ApprovalSettings())
    else:
        assert any(reason.outcome == "fail" for reason in verdict.reasons)


@pytest.mark.parametrize("value", ["\ud800", 2**63, -(10**5000), float("nan"), float("-inf")], ids=range(5))
def test_a_value_that_json_cannot_carry_is_refused_by_the_types_rule(value):
    edit = AttributeEdit(dn=ratio("S1C1"), attribute="rRMPolicyMinRatio", old=0, new=1).changed(new=value)
    verdict = Gate().judge(fuzzed(ChangeSet().changed(edits=(edit,))))
    assert verdict.ruling is Ruling.REJECT
    (reason,) = verdict.reasons
    assert reason.rule == "types" and reason.message.startswith("edit 1: new: ")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(change_sets())
def test_the_journal_takes_what_the_gate_says_about_any_proposal(tmp_path, change_set):
    journal = Journal(tmp_path / "journal", tmp_path / "heads", signing_key(tmp_path / "keys"))
    verdict = Gate().judge(fuzzed(change_set))
    record = journal.append("gate.judged", {"reasons": [reason.model_dump() for reason in verdict.reasons],
                                            "edits": change_set.describe()})  # fmt: skip
    assert record.hash == record.computed_hash()
