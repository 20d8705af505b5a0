"""Acknowledged is not effective: which targets and which edits had a measured effect, and who gets the credit."""

from dataclasses import replace

import pytest
from kpi_stream import judged, stream
from small_network import embb_minimum
from small_world import candidate, intent

from policies.change import AttributeEdit, ChangeSet
from policies.evidence import Interval
from policies.slices import Slice


def target(verification, kpi):
    return next(check for check in verification.targets if check.target.kpi == kpi)


def test_a_target_that_moved_is_the_changes_merit_and_one_that_did_not_is_none(card):
    verification = judged(card)
    assert verification.outcome == "confirmed"
    assert target(verification, "DRB.UEThpDl.P05").effect.effect == "measured"
    delay = target(verification, "DRB.PdcpSduDelayDl")
    assert delay.effect.effect == "none"
    assert "met, but as it would be without the change: no measured effect" in delay.describe()
    assert any("DRB.PdcpSduDelayDl" in note and "no measured effect" in note for note in verification.notes)


def test_an_acknowledged_change_without_effect_gets_no_credit(card):
    verification = judged(card, minimum=0, promised=40)
    assert verification.outcome == "inconclusive"
    assert "acknowledged, no measured effect" in target(verification, "DRB.UEThpDl.P05").describe()
    assert verification.edits[0].describe().endswith("acknowledged, no measured effect")


def test_a_target_that_was_met_before_and_after_is_confirmed_without_credit(card):
    """The network gives 10 Mbit/s with and without the change, which the twin knew."""
    met = candidate("change", embb_minimum(40), intent())
    outlook = tuple(part.model_copy(update={"no_change": part.predicted}) for part in met.outlook)
    before, after = (stream(windows, 40) for windows in (range(12), range(13, 19)))
    verification = judged(card, before=before, after=after, candidate=met.model_copy(update={"outlook": outlook}))
    assert verification.outcome == "confirmed"
    assert {check.effect.effect for check in verification.targets} == {"none"}
    assert any("acknowledged, no measured effect" in note for note in verification.notes)


def test_what_only_the_twin_can_tell_is_told_against_its_prediction(card):
    """Throughput stays as it was, while the twin predicted that it would fall to a fifth without the change."""
    kept = candidate("change", embb_minimum(40), intent())
    outlook = tuple(part.model_copy(update={"no_change": 2.0}) if part.slice is Slice.EMBB else part for part in kept.outlook)
    before, after = (stream(windows, 40) for windows in (range(12), range(13, 19)))
    verification = judged(card, before=before, after=after, candidate=kept.model_copy(update={"outlook": outlook}))
    assert target(verification, "DRB.UEThpDl.P05").effect.effect == "measured"


@pytest.mark.parametrize(
    ("before", "after", "outcome"), [(4.8, 6.0, "inconclusive"), (2.4, 6.0, "confirmed"), (5.5, 6.0, "confirmed")]
)
def test_a_bound_of_5_that_is_met_by_chance_is_not_met_by_the_change(card, before, after, outcome):
    """The twin, which is not sure of it, promises 10 instead of 2 Mbit/s: a third of that movement must be there, if needed."""

    def level(value):
        return lambda sample, cell, number: (
            replace(sample, value=value + 0.05 * (-1) ** number) if (sample.kpi, cell) == ("DRB.UEThpDl.P05", "S1C1") else sample
        )

    tried = candidate("change", embb_minimum(40), intent())
    unsure = tried.outlook[0].model_copy(update={"interval": Interval(low=5.0, high=15.0), "seeds": 3})
    tried = tried.model_copy(update={"outlook": (unsure, tried.outlook[1])})
    verification = judged(card, before=stream(range(12), bend=level(before)), bend=level(6.0), candidate=tried)
    assert verification.outcome == outcome, verification.reasons
    assert any("of what was predicted of the change" in reason for reason in verification.reasons) == (outcome == "inconclusive")


@pytest.mark.parametrize(("no_change", "outcome"), [(5.5, "inconclusive"), (4.5, "confirmed")])
def test_what_the_twin_said_would_come_by_itself_is_no_movement_by_the_change(card, no_change, outcome):
    """9 Mbit/s were promised instead of 4.5; what 5.5 would have been anyway is not the change's, and meets the bound of 5."""

    def level(value):
        return lambda sample, cell, number: (
            replace(sample, value=value + 0.05 * (-1) ** number) if (sample.kpi, cell) == ("DRB.UEThpDl.P05", "S1C1") else sample
        )

    tried = candidate("change", embb_minimum(40), intent())
    unsure = {"interval": Interval(low=4.0, high=14.0), "seeds": 3, "predicted": 9.0, "no_change": no_change}
    tried = tried.model_copy(update={"outlook": (tried.outlook[0].model_copy(update=unsure), tried.outlook[1])})
    verification = judged(card, before=stream(range(12), bend=level(4.5)), bend=level(6.5), candidate=tried)
    assert verification.outcome == outcome, verification.reasons
    assert any("of what was predicted of the change" in reason for reason in verification.reasons) == (outcome == "inconclusive")


def test_each_edit_is_told_by_the_cell_and_slice_where_it_acts(card):
    """Two edits are acknowledged, and only that of S1C1 is carried out."""
    change_set = embb_minimum(40, cells=("S1C1", "S1C2"))
    tried = candidate("change", change_set, intent()).model_copy(update={"change_set": change_set})
    first, second = judged(card, candidate=tried).edits
    assert first.effect == "measured"
    assert any(moved.startswith("DRB.UEThpDl.P05[eMBB] of S1C1") for moved in first.moved)
    assert second.effect == "none"
    assert "S1C2" in second.edit


def test_edits_of_the_same_cell_and_slice_cannot_be_told_apart(card):
    minimum = embb_minimum(40).edits[0]
    maximum = AttributeEdit(dn=minimum.dn, attribute="rRMPolicyMaxRatio", old=100, new=60)
    change_set = ChangeSet(edits=(minimum, maximum))
    tried = candidate("change", change_set, intent()).model_copy(update={"change_set": change_set})
    assert [edit.shared for edit in judged(card, candidate=tried).edits] == [1, 1]


def test_used_prbs_show_whether_a_cap_is_obeyed(card):
    """A cap on eMBB is acknowledged; its PRB use in the cell tells whether it is in effect."""
    cap = AttributeEdit(dn=embb_minimum(1).edits[0].dn, attribute="rRMPolicyMaxRatio", old=100, new=30)
    change_set = ChangeSet(edits=(cap,))
    tried = candidate("cap", change_set, intent()).model_copy(update={"change_set": change_set, "outlook": ()})

    def with_prbs(level):
        def bend(sample, cell, number):
            is_place = sample.kpi == "MM.RlfRate" and cell == "S1C1"
            if not is_place:
                return sample
            return replace(sample, kpi="RRU.PrbUsedDl", slice=Slice.EMBB, value=level + 0.3 * (number % 3), unit="%")

        return bend

    before = stream(range(12), bend=with_prbs(60.0))
    obeyed = judged(card, before=before, bend=with_prbs(30.0), minimum=0, candidate=tried).edits[0]
    assert "RRU.PrbUsedDl[eMBB] of S1C1 60.3 → 30.3 %" in obeyed.moved
    ignored = judged(card, before=before, bend=with_prbs(60.0), minimum=0, candidate=tried).edits[0]
    assert ignored.effect == "none"
