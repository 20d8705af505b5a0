"""Acknowledged and not carried out: an edit is confirmed only with the material effect that the twin predicted of it."""

from dataclasses import replace

import pytest
from kpi_stream import AFTER, BEFORE, judged, stream
from small_network import SmallNetwork, du, embb_minimum
from small_world import candidate, intent
from test_harm_only import objectives

from agents.understanding.understand import understand
from harness.verification.bench.kinds import Kind
from harness.verification.bench.trial import Streams, run_trial
from harness.verification.bench.world import Situation, stored
from policies.change import AttributeEdit, ChangeSet, PolicyEdit
from policies.evidence import Interval
from policies.intent import Condition, ExpectationTarget, TimeWindow
from policies.limits.loading import load_limits
from policies.proposal import PredictedEffect
from policies.slices import Slice
from tools.context import ToolContext
from tools.ran.candidate_tools import compare_candidates
from tools.telemetry.kpi_source import KpiSource
from tools.twinning.laboratory import Laboratory

THROUGHPUT = "DRB.UEThpDl.P05"
MAXIMUM = AttributeEdit(dn=embb_minimum(1).edits[0].dn, attribute="rRMPolicyMaxRatio", old=100, new=62)
POWER = AttributeEdit(
    dn="ManagedElement=S1,GNBDUFunction=1,NRSectorCarrier=S1C1", attribute="configuredMaxTxPower", old=46.0, new=43.0
)
POLICY = PolicyEdit(policy_type="ORAN_SliceSLATarget_1.0.0", policy_id="sla", old=None, new={"scope": {"sliceId": {"sst": 1}}})
RAISED = {"low": 6.5, "high": 8.5}  # from 2 to about 10 Mbit/s, as the small network does
GOAL = objectives((Slice.EMBB, ExpectationTarget(kpi=THROUGHPUT, condition=Condition.MAXIMIZE)), harm_only=True)


def effect(cell="S1C1", kpi=THROUGHPUT, slice=Slice.EMBB, no_change=2.0, **interval):
    return PredictedEffect(kpi=kpi, slice=slice, cell=du(cell), no_change=no_change, effect=Interval(**(interval or RAISED)))


def promised(*effects, edits=(MAXIMUM,), goal=GOAL):
    tried = candidate("as asked", embb_minimum(40), goal)
    return tried.model_copy(update={"change_set": ChangeSet(edits=edits), "effects": effects})


def level(kpi, value, cell="S1C1"):
    """Bend a KPI of a cell to about `value`."""

    def bend(sample, place, number):
        is_place = (sample.kpi, place) == (kpi, cell)
        return replace(sample, value=value * (1 + 0.01 * (-1) ** number)) if is_place else sample

    return bend


@pytest.mark.parametrize("edit", [MAXIMUM, POWER, POLICY])
@pytest.mark.parametrize(("minimum", "outcome"), [(0, "inconclusive"), (40, "confirmed")])
def test_a_named_edit_is_confirmed_only_with_the_effect_that_was_predicted(card, edit, minimum, outcome):
    verification = judged(card, minimum=minimum, goal=GOAL, candidate=promised(effect(), edits=(edit,)))
    assert verification.outcome == outcome, verification.reasons
    assert any("acknowledged, no measured effect" in reason for reason in verification.reasons) == (minimum == 0)
    assert verification.edits[0].effect == ("measured" if minimum else "none")
    if not minimum:
        (reason,) = verification.reasons
        assert "DRB.UEThpDl.P05[eMBB] of S1C1 predicted to change by +6.5 to +8.5 Mbit/s, measured" in reason
        assert verification.settled


def test_targets_that_are_met_anyway_do_not_confirm_an_edit_that_did_nothing(card):
    goal = intent()
    tried = promised(effect(no_change=10.0, low=-8.5, high=-6.5), goal=goal)
    met = tuple(part.model_copy(update={"no_change": part.predicted}) for part in tried.outlook)
    before, after = stream(BEFORE, 40), stream(AFTER, 40)
    verification = judged(card, before=before, after=after, candidate=tried.model_copy(update={"outlook": met}))
    assert {check.result for check in verification.targets} == {"met"}
    assert verification.outcome == "inconclusive"


def test_where_nothing_material_was_predicted_nothing_needs_to_be_measured_and_that_is_said(card):
    verification = judged(card, minimum=0, goal=GOAL, candidate=promised())
    assert verification.outcome == "confirmed", verification.reasons
    assert any("no measured effect; none was predicted that would be both certain and material" in n for n in verification.notes)


def test_what_nobody_predicted_is_not_said_to_be_predicted(card):
    unknown = promised().model_copy(update={"effects": None})
    verification = judged(card, minimum=0, goal=GOAL, candidate=unknown)
    assert not any("predicted" in note for note in verification.notes)


@pytest.mark.parametrize(("power", "outcome"), [(10.0, "inconclusive"), (6.0, "confirmed")])
def test_less_power_must_be_seen_in_the_energy_of_the_cell(card, power, outcome):
    expected = effect(kpi="PEE.Energy", slice=None, no_change=10.0, low=-5.0, high=-3.0)
    bend = level("PEE.Energy", power)
    verification = judged(card, minimum=0, bend=bend, goal=GOAL, candidate=promised(expected, edits=(POWER,)))
    assert verification.outcome == outcome, verification.reasons


def loaded(slope, noise=0.0):
    """Report S1C1's load, which moves by itself, and its energy: 5 Wh, and `slope` Wh for each percent of the PRBs."""

    def bend(sample, cell, number):
        load = 20.0 + 3.0 * (number * 7 % 5)
        if cell == "S1C1" and sample.kpi == "MM.RlfRate":
            return replace(sample, kpi="RRU.PrbTotDl", value=load, unit="%")
        if cell == "S1C1" and sample.kpi == "PEE.Energy":
            return replace(sample, value=5.0 + slope * load * (1 + noise * (-1) ** (number // 2)))
        return sample

    return bend


@pytest.mark.parametrize(
    ("slope", "noise", "outcome", "found"),
    [
        (0.01, 0.0, "confirmed", "measured"),
        (0.02, 0.0, "inconclusive", "none"),
        (0.02, 1.5, "confirmed", "none"),
    ],
    ids=["carried out", "not carried out", "nobody can tell"],
)
def test_less_power_that_is_not_material_is_seen_in_the_energy_at_the_same_load(card, slope, noise, outcome, found):
    """Half of the power saves a hundredth of the energy or so, less than load moves it."""
    halved = effect(kpi="PEE.Energy", slice=None, no_change=0.02, low=-0.0101, high=-0.0099)
    power = halved.model_copy(update={"per_load": True})
    before, tried = stream(BEFORE, bend=loaded(0.02, noise)), promised(power, edits=(POWER,))
    verification = judged(card, minimum=0, before=before, bend=loaded(slope, noise), goal=GOAL, candidate=tried)
    assert (verification.outcome, verification.edits[0].effect) == (outcome, found), verification.reasons
    assert any("at the same load predicted to change" in reason for reason in verification.reasons) == (outcome != "confirmed")


@pytest.mark.parametrize(
    ("kpi", "value"), [("DRB.PdcpSduVolumeDL", 560.0), (THROUGHPUT, 2.4), (THROUGHPUT, 1.9)], ids=["load", "little", "wrong way"]
)
def test_a_movement_that_the_prediction_does_not_explain_is_no_effect_of_the_edit(card, kpi, value):
    verification = judged(card, minimum=0, bend=level(kpi, value), goal=GOAL, candidate=promised(effect()))
    assert verification.outcome == "inconclusive" and verification.edits[0].effect == "none"


def test_of_several_edits_it_is_told_which_had_their_effect(card):
    edits = embb_minimum(40, cells=("S1C1", "S1C2")).edits
    verification = judged(card, goal=GOAL, candidate=promised(effect("S1C1"), effect("S1C2"), edits=edits))
    assert verification.outcome == "inconclusive"
    (reason,) = verification.reasons
    assert reason.startswith("S1C2: ") and "acknowledged, no measured effect" in reason
    assert any(note.startswith("measured effect: 1 of 2 edits: S1C1") for note in verification.notes)


def test_a_policy_for_all_cells_is_told_by_a_few_of_its_effects(card):
    effects = [effect(cell, kpi) for cell in ("S1C1", "S1C2") for kpi in (THROUGHPUT, "DRB.UEThpDl")]
    verification = judged(card, minimum=0, goal=GOAL, candidate=promised(*effects, edits=(POLICY,)))
    assert verification.reasons[0].count("predicted to change") == 3 and verification.reasons[0].endswith("; and 1 more")


def test_an_effect_of_which_no_kpi_is_reported_proves_nothing(card):
    expected = effect(kpi="RRU.PrbUsedDl", no_change=60.0, low=-40.0, high=-30.0)
    verification = judged(card, goal=GOAL, candidate=promised(expected))
    assert verification.outcome == "inconclusive"
    assert "its effect cannot be measured" in verification.reasons[0] and "not measured" in verification.reasons[0]


def test_an_edit_whose_own_slice_stays_as_it_is_must_be_seen_in_the_others(card):
    """eMBB pays for what URLLC is guaranteed and does not use."""
    guaranteed = MAXIMUM.model_copy(update={"dn": MAXIMUM.dn.replace("eMBB", "URLLC"), "attribute": "rRMPolicyMinRatio"})
    tried = promised(effect(no_change=2.0, low=-1.5, high=-1.0), edits=(guaranteed,))
    assert judged(card, minimum=0, goal=GOAL, candidate=tried).edits[0].is_missed


@pytest.mark.parametrize(("minimum", "found"), [(0, "none"), (40, "measured")])
def test_in_a_later_time_window_an_effect_is_told_against_the_prediction_without_the_change(card, minimum, found):
    """Before the change, at a quieter time, throughput was already what the change is to make of it."""
    windows = stream(AFTER).windows()
    goal = GOAL.model_copy(update={"window": TimeWindow(start=windows[0][0], end=windows[-1][1])})
    verification = judged(card, minimum=minimum, before=stream(BEFORE, 40), goal=goal, candidate=promised(effect(), goal=goal))
    assert verification.edits[0].effect == found


@pytest.fixture(scope="module")
def streams(tmp_path_factory):
    """A minimum ratio that a person names without a bound, with the prediction of a twin of the small network."""
    network, folder, change_set = SmallNetwork(), tmp_path_factory.mktemp("effect"), embb_minimum(40)
    present, goal = (
        stored(network, None, folder),
        understand("Set the eMBB minimum PRB share of S1C1 to 40 percent", network.describe()).intent,
    )
    context = ToolContext(
        network=network, kpis=KpiSource(present.store), limits=load_limits(), standards=None, laboratory=Laboratory(workers=0),
        now=network.now, work_dir=folder,
    )  # fmt: skip
    draft = {"name": "as asked", "edits": change_set.model_dump(mode="json")["edits"]}
    request = {"intent": goal.model_dump(mode="json"), "candidates": [draft], "depth": "screen", "seeds": 2}
    tried = compare_candidates.call(context, request).value.candidates
    return Streams(Situation(present, goal, next(item for item in tried if item.change_set.digest == change_set.digest)))


def test_a_twin_predicts_where_an_edit_will_be_seen(streams):
    (found,) = {(item.slice, item.cell) for item in streams.situation.candidate.effects}
    assert found == (Slice.EMBB, du("S1C1"))


@pytest.mark.parametrize(("carried_out", "verdict"), [(True, "confirmed"), (False, "inconclusive")])
def test_a_network_that_acknowledges_and_does_nothing_is_found_out(streams, carried_out, verdict):
    trial = run_trial(Kind("named", "harmless", carried_out=carried_out), 1, streams)
    assert trial.verdict == verdict, trial.reasons
    assert any("acknowledged, no measured effect" in reason for reason in trial.reasons) != carried_out
