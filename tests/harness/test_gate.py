"""The gate lets nothing through that it has no rule for, and says by which rule it refuses."""

from datetime import timedelta

import pytest
from gate_case import case_of
from small_network import du, embb_minimum, ratio
from small_world import candidate, intent

from harness.gate.gate import RULES, Gate, Rule, worse
from harness.runtime.settings import GateSettings
from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from policies.evidence import Interval
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation, TimeWindow
from policies.proposal import KpiPrediction
from policies.slices import Slice
from policies.verdict import Ruling


@pytest.fixture
def judge(network):
    def make(change_set=None, **changed):
        return Gate().judge(case_of(network, change_set or embb_minimum(40), **changed))

    return make


def failures(verdict):
    return {reason.rule: reason for reason in verdict.reasons if reason.outcome == "fail"}


def edit(attribute, new, old=0, dn=None):
    return ChangeSet(edits=(AttributeEdit(dn=dn or ratio("S1C1"), attribute=attribute, old=old, new=new),))


def test_a_sound_change_needs_a_human_by_default(judge):
    verdict = judge()
    assert verdict.ruling is Ruling.NEEDS_HUMAN
    assert not failures(verdict)
    assert {"types", "limits", "peer schema", "authorization", "predicted SLA", "executor contract"} <= {
        reason.rule for reason in verdict.reasons
    }


def test_a_small_change_passes_alone_where_the_operator_allows_it(judge):
    assert judge(embb_minimum(20), settings=GateSettings(autonomous=True)).ruling is Ruling.APPROVE
    assert judge(embb_minimum(20)).ruling is Ruling.NEEDS_HUMAN


def test_a_predicted_side_effect_always_needs_a_human(judge):
    change_set = embb_minimum(40)
    slower = KpiPrediction(
        kpi="DRB.PdcpSduDelayDl", unit="ms", slice=Slice.URLLC, cells=("S1C1",), mean=7.0, interval=Interval(low=6.6, high=7.4),
        no_change=5.0, twin_gap=0.03,
    )  # fmt: skip
    tried = candidate("one", change_set, intent()).model_copy(update={"predictions": (slower,)})
    autonomous = GateSettings(autonomous=True)
    assert judge(change_set, settings=autonomous).ruling is Ruling.APPROVE
    verdict = judge(change_set, candidate=tried, settings=autonomous)
    assert verdict.ruling is Ruling.NEEDS_HUMAN
    assert any("DRB.PdcpSduDelayDl" in reason.message for reason in verdict.reasons if reason.outcome == "warn")


def test_an_attribute_that_nobody_has_a_rule_for_is_rejected(judge):
    verdict = judge(edit("secretKnob", 5))
    assert verdict.ruling is Ruling.REJECT
    assert "nobody has a rule for it" in failures(verdict)["types"].message


def test_an_object_that_does_not_exist_is_rejected(judge):
    assert judge(edit("rRMPolicyMinRatio", 5, dn=ratio("S9C9"))).ruling is Ruling.REJECT


def test_an_edit_that_changes_nothing_or_twice_is_rejected(judge):
    assert judge(edit("rRMPolicyMinRatio", 0.0)).ruling is Ruling.REJECT
    twice = ChangeSet(edits=embb_minimum(40).edits + embb_minimum(41).edits)
    assert "edited twice" in failures(judge(twice))["types"].message


def test_a_value_outside_its_3gpp_range_goes_back_with_the_clause(judge):
    verdict = judge(edit("rRMPolicyMinRatio", 101))
    assert verdict.ruling is Ruling.MODIFY
    assert "28.541" in failures(verdict)["limits"].source


def test_a_joint_rule_is_kept(judge, network):
    network.apply(edit("rRMPolicyMinRatio", 70, dn=ratio("S1C1", "URLLC")), "other")
    assert "limits" in failures(judge(embb_minimum(40)))


def test_an_agent_without_the_role_is_denied(judge):
    for role in ("safety", "nobody"):
        verdict = judge(role=role)
        assert verdict.ruling is Ruling.REJECT
        assert "authorization" in failures(verdict)


def test_identity_and_carrier_need_an_engineer(judge):
    change = edit("administrativeState", "LOCKED", old="UNLOCKED", dn=du("S1C1"))
    assert "authorization" in failures(judge(change))
    assert "authorization" not in failures(judge(change, settings=GateSettings(approver_roles=("engineer",))))


def test_too_large_a_step_is_sent_back(judge):
    assert "max-step" in failures(judge(embb_minimum(95)))


def test_what_the_twin_never_tried_does_not_pass(judge):
    assert "not tried in the twin" in failures(judge(candidate=None))["predicted SLA"].message


def test_a_doubtful_prediction_does_not_pass(judge):
    verdict = judge(embb_minimum(10))
    assert verdict.ruling is Ruling.MODIFY
    assert "wanted 0.80" in failures(verdict)["predicted SLA"].message


def test_the_executors_contract_is_kept(judge, network):
    now = network.now()
    assert "expired" in failures(judge(expires_at=now - timedelta(seconds=1)))["executor contract"].message
    assert "300 s old" in failures(judge(newest_window=now - timedelta(seconds=300)))["executor contract"].message
    assert "no telemetry" in failures(judge(newest_window=None))["executor contract"].message
    past = intent().model_copy(update={"window": TimeWindow(start=now - timedelta(hours=2), end=now - timedelta(hours=1))})
    assert "is over" in failures(judge(intent=past))["executor contract"].message


def test_a_stale_rollback_handle_is_refused(judge):
    assert "rollback handle" in failures(judge(embb_minimum(40, old=7)))["executor contract"].message


def policy(new, policy_type="ORAN_SliceSLATarget_1.0.0"):
    return ChangeSet(edits=(PolicyEdit(policy_type=policy_type, policy_id="p1", old=None, new=new),))


def test_an_a1_policy_must_be_offered_and_valid_by_the_peers_schema(judge):
    assert judge(policy({"a": 1}, policy_type="ORAN_NoSuchType_1.0.0")).ruling is Ruling.REJECT
    schema = {"type": "object", "properties": {"a": {"type": "integer", "maximum": 5}}, "required": ["a"]}
    assert "gives no schema" in failures(judge(policy({"a": 1})))["peer schema"].message
    assert "peer schema" in failures(judge(policy({"a": 9}), schema_of=lambda name: schema))
    assert "peer schema" not in failures(judge(policy({"a": 1}), schema_of=lambda name: schema))


def test_a_rule_that_cannot_be_evaluated_escalates(judge):
    class Broken:
        def check(self, *_):
            raise RuntimeError("catalogue is gone")

        def limit(self, *_):
            return None

    verdict = judge(limits=Broken())
    assert verdict.ruling is Ruling.ESCALATE
    assert "could not be judged" in failures(verdict)["limits"].message


def test_a_rule_that_says_nothing_did_not_judge(network):
    silent = Rule("silent", lambda case: [], Ruling.REJECT)
    verdict = Gate((silent,)).judge(case_of(network, embb_minimum(40)))
    assert verdict.ruling is Ruling.ESCALATE
    assert [reason.message for reason in verdict.reasons] == ["gave no finding on this change"]
    assert len(RULES) == 9


def objective(kpi="DRB.UEThpDl.P05"):
    target = ExpectationTarget(kpi=kpi, condition=Condition.MAXIMIZE)
    place = ExpectationObject(cells=("S1C1",), slice=Slice.EMBB)
    return Intent(text="set it", expectations=(IntentExpectation(object=place, targets=(target,)),))


def watched(no_change, mean):
    interval = Interval(low=0.9 * mean, high=1.1 * mean)
    return KpiPrediction(
        kpi="DRB.PdcpSduDelayDl", unit="ms", slice=Slice.URLLC, cells=("S1C1",), mean=mean, interval=interval,
        no_change=no_change, twin_gap=0.03,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("predictions", "outcome", "words"),
    [
        ((watched(5.0, 5.0),), "pass", "the intent states no bound; of 1 watched KPIs none is predicted to get worse"),
        ((watched(5.0, 9.0),), "warn", "5 without the change, 9 ms with it"),
        ((), "warn", "the twin predicted no KPI"),
    ],
)
def test_an_intent_without_bounds_is_judged_by_the_watched_kpis_and_in_words(judge, predictions, outcome, words):
    change_set = embb_minimum(40)
    tried = candidate("as asked", change_set, intent()).model_copy(update={"outlook": (), "predictions": predictions})
    verdict = judge(change_set, intent=objective(), candidate=tried)
    found = [reason for reason in verdict.reasons if reason.rule == "predicted SLA"]
    assert outcome in {reason.outcome for reason in found} and words in " ".join(reason.message for reason in found)
    assert verdict.ruling is Ruling.NEEDS_HUMAN


def test_a_target_without_a_prediction_is_not_covered_by_the_predictions_of_others(judge):
    tried = candidate("raise eMBB", embb_minimum(40), intent())
    throughput = tried.outlook[0]
    for outlook in ((throughput,), (throughput, throughput), (throughput, throughput.model_copy(update={"cells": ("S1C2",)}))):
        verdict = judge(embb_minimum(40), candidate=tried.model_copy(update={"outlook": outlook}))
        failed = [reason.message for reason in verdict.reasons if (reason.rule, reason.outcome) == ("predicted SLA", "fail")]
        assert failed == ["DRB.PdcpSduDelayDl ≤ 10 ms [URLLC] of S1C1 has no prediction"]
        assert verdict.ruling is not Ruling.APPROVE


def test_every_verdict_has_a_finding_of_every_rule_or_says_why_it_stopped(judge):
    for verdict in (judge(), judge(objective() and embb_minimum(40), intent=objective()), judge(embb_minimum(95))):
        rules = {reason.rule for reason in verdict.reasons}
        assert {"types", "limits", "peer schema", "authorization", "predicted SLA", "executor contract"} <= rules


def test_a_verdict_is_worse_only_if_it_fails_or_warns_anew(judge):
    approved = judge()
    assert worse(approved, judge()) == []
    stale = worse(approved, judge(newest_window=None))
    assert [reason.message for reason in stale] == ["there is no telemetry"]
    tried = candidate("one", embb_minimum(40), intent()).model_copy(update={"predictions": (watched(5.0, 9.0),)})
    assert [reason.rule for reason in worse(approved, judge(candidate=tried))] == ["predicted SLA"]


def test_a_policy_is_judged_beside_those_that_exist_already(judge, network):
    kind, plmn = "ORAN_TrafficSteeringPreference_1.0.0", {"mcc": "001", "mnc": "01"}

    def forbid(policy_id, *cells):
        listed = [{"plmnId": plmn, "cId": {"ncI": cell.nci}} for cell in cells]
        body = {
            "scope": {"sliceId": {"sst": 2, "plmnId": plmn}},
            "tspResources": [{"cellIdList": listed, "preference": "FORBID"}],
        }
        return ChangeSet(edits=(PolicyEdit(policy_type=kind, policy_id=policy_id, old=None, new=body),))

    first, *others = network.describe().cells
    alone = judge(forbid("p-1", first))
    assert "last-cell-on-air" not in failures(alone)
    network.apply(forbid("p-2", *others), "somebody else")
    reason = failures(judge(forbid("p-1", first)))["last-cell-on-air"]
    assert "no cell of the network is left to it, together with p-2, which exists already" in reason.message
