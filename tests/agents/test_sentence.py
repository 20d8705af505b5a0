"""What a run is about to do is said in one plain sentence, from what it works with: every part of that is in there."""

from datetime import UTC, datetime

import pytest

from agents.readers.sentence import sentence_of
from agents.understanding.result import DirectEdit, Understood
from agents.understanding.understand import understand
from policies.intent import Condition, ExpectationObject, ExpectationTarget, Intent, IntentExpectation, TimeWindow
from policies.restrictions.prohibition import Prohibition
from policies.slices import Slice

LATE, MIDNIGHT = datetime(2026, 6, 5, 22, tzinfo=UTC), datetime(2026, 6, 6, tzinfo=UTC)
WINDOW = TimeWindow(start=LATE, end=MIDNIGHT)
DELAY = ExpectationTarget(kpi="DRB.PdcpSduDelayDl", condition=Condition.LESS, value=10, unit="ms")
ENERGY = ExpectationTarget(kpi="PEE.Energy", condition=Condition.MINIMIZE)


def said(card, *targets, cells=(), slice=None, direct=(), forbidden=(), workflow="intent-to-configuration", **more):
    where = ExpectationObject(cells=tuple(card.cell(cell).dn for cell in cells), slice=slice)
    intent = Intent(text="…", expectations=(IntentExpectation(object=where, targets=targets or (ENERGY,)),), **more)
    return sentence_of(Understood(intent=intent, direct=direct, forbidden=forbidden, workflow=workflow), card)


def sleep(cell):
    return DirectEdit(class_name="CESManagementFunction", attribute="energySavingControl", cell=cell, value="toBeEnergySaving")


def test_a_goal_is_said_with_kpi_slice_cells_bound_and_from_when(card):
    assert said(card, DELAY, cells=("S4C2",), slice=Slice.URLLC) == (
        "From now on: keep Average DL delay in the gNB (DRB.PdcpSduDelayDl) of URLLC in S4C2 below 10 ms."
    )


def test_every_part_of_an_intent_that_changes_what_is_done_is_in_the_sentence(card):
    part = {
        "forbidden": (Prohibition(what="sleep", cells=("S1C1",), window=WINDOW), Prohibition(what="a3Offset")),
        "window": WINDOW, "event": "match", "permanent": True, "without_events": ("parade", "fair"), "attendance": 40_000,
    }  # fmt: skip
    sentence = said(card, DELAY.model_copy(update={"tolerance": 0.05}), ENERGY, **part)
    assert sentence == (
        "From 2026-06-05 22:00 to 2026-06-06 00:00 (match), and kept afterwards: "
        "keep Average DL delay in the gNB (DRB.PdcpSduDelayDl) in the whole network below 10 ms "
        "(in all but 5 % of cells and windows); "
        "make Energy consumption (PEE.Energy) in the whole network as low as possible; "
        "never put S1C1 to sleep; never edit a3Offset in the whole network, "
        "leaving parade and fair out of the forecast, with 40,000 visitors."
    )


def test_a_restriction_of_another_time_than_the_change_is_said_with_its_own(card):
    forbidden = (Prohibition(what="change", cells=("S2C1",), window=WINDOW),)
    assert "change nothing in S2C1 from 2026-06-05 22:00 to 2026-06-06 00:00" in said(card, forbidden=forbidden)


def test_an_edit_of_several_cells_is_said_once_and_what_only_shows_its_effect_is_not(card):
    edits = tuple(sleep(cell) for cell in ("S7C1", "S7C2", "S7C3", "S2C1"))
    assert said(card, direct=edits, harm_only=True) == "From now on: put all of S7 and S2C1 to sleep."
    assert "as low as possible" in said(card, harm_only=True), "a sentence is never empty"


def test_an_edit_of_a_relation_is_said_with_the_cells_towards_which_it_is_made(card):
    towards = [
        DirectEdit(class_name="NRCellRelation", attribute="cellIndividualOffset", cell="S1C1", target_cell=other, value=3.0)
        for other in ("S1C2", "S2C3")
    ]
    sentence = said(card, direct=tuple(towards), harm_only=True)
    assert sentence == "From now on: set cellIndividualOffset in S1C1 towards S1C2 and S2C3 to 3 dB."


@pytest.mark.parametrize(("value", "words"), [(True, "true"), ("SHUTTINGDOWN", "SHUTTINGDOWN"), (38.5, "38.5")])
def test_whatever_an_edit_sets_is_said(card, value, words):
    edit = DirectEdit(class_name="NRCellDU", attribute="aNewAttribute", cell="S1C1", value=value)
    assert said(card, direct=(edit,), harm_only=True) == f"From now on: set aNewAttribute in S1C1 to {words}."


def test_what_only_selects_a_receiver_says_that_nothing_is_changed(card):
    assert said(card, workflow="channel-estimator").startswith("Only to select a receiver, nothing is changed: from now on")


def test_a_place_that_the_network_does_not_have_is_said_as_it_was_named(card):
    where = ExpectationObject(cells=("ManagedElement=1,NRCellDU=Z9",))
    intent = Intent(text="…", expectations=(IntentExpectation(object=where, targets=(ENERGY,)),))
    assert "in Z9 as low as possible" in sentence_of(Understood(intent=intent), card)


def test_what_the_rules_read_is_said_by_the_same_words(card):
    read = understand("Keep URLLC delay below 10 ms in S4C2", card)
    assert isinstance(read, Understood)
    assert sentence_of(read, card) == said(card, DELAY, cells=("S4C2",), slice=Slice.URLLC)
