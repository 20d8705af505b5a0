"""What no network can do is refused with the bound, whoever reads; what hands asked for is not."""

import pytest

from agents.reading.computing import computed
from agents.reading.doubt import Doubt
from agents.reading.feasibility import impossible
from agents.reading.marked import LIVE_ACTS
from agents.reading.names import Names
from agents.reading.reading import Reading, RelativeBound, StatedEdit, StatedRestriction, StatedTarget
from training.llm.labelled_text import LabelledText, hands_of


def _target(kpi: str, condition: str, value: float | None = None, **more: object) -> StatedTarget:
    return StatedTarget(kpi=kpi, condition=condition, value=value, **more)


@pytest.mark.parametrize(
    ("reading", "why"),
    [
        (Reading(act="change", targets=(_target("DRB.PacketLossRateDl", "<", -1.0),)), "never below"),
        (Reading(act="change", targets=(_target("RRU.PrbTotDl", ">", 100.0),)), "never above"),
        (Reading(act="change", targets=(_target("DRB.PdcpSduDelayDl", "<=", 0.05),)), "slot"),
        (Reading(act="change", edits=(StatedEdit(attribute="hysteresis", value=40.0),)), "allowed"),
        (Reading(act="change", edits=(StatedEdit(attribute="rRMPolicyMaxRatio", value=130.0),)), "allowed"),
        (
            Reading(act="change", targets=(_target("RRU.PrbTotDl", ">", 80.0), _target("RRU.PrbTotDl", "<", 60.0))),
            "contradict each other",
        ),
        (
            Reading(act="change", targets=(_target("PEE.Energy", "<=", relative=RelativeBound(percent=-120, to="now")),)),
            "cannot be 120 % less",
        ),
        (Reading(act="change", edits=(StatedEdit(attribute="energySavingControl", value="toBeEnergySaving"),)), "no cell"),
    ],
)
def test_the_impossible_is_refused_with_its_bound(names: Names, reading: Reading, why: str):
    assert why in impossible(reading, names)


@pytest.mark.parametrize(
    ("kpi", "value"), [("PEE.AvgPower", 12_000.0), ("RRC.ConnMean", 100_000.0), ("DRB.MeanActiveUeDl", 100_000.0)]
)
def test_what_cells_add_up_to_is_judged_by_the_bound_of_all_of_them(names: Names, kpi: str, value: float):
    assert not impossible(Reading(act="change", targets=(_target(kpi, "<", value),)), names)
    assert "never above" in impossible(Reading(act="change", targets=(_target(kpi, "<", value, cells=("Q07-2",)),)), names)
    assert "in a cell" in impossible(Reading(act="change", targets=(_target(kpi, "<", value * 1000),)), names)


def test_a_share_of_all_cells_has_the_bound_of_one(names: Names):
    assert "never above" in impossible(Reading(act="change", targets=(_target("RRU.PrbTotDl", "<", 120.0),)), names)


def _edits(*edits: tuple[str, str | None, object]) -> tuple[StatedEdit, ...]:
    return tuple(
        StatedEdit(attribute=attribute, slice=of_slice, cells=("Q07-2",), value=value) for attribute, of_slice, value in edits
    )


@pytest.mark.parametrize(
    ("edits", "why"),
    [
        (_edits(("rRMPolicyMinRatio", "eMBB", 60.0), ("rRMPolicyMaxRatio", "eMBB", 40.0)), "above rRMPolicyMaxRatio"),
        (_edits(("rRMPolicyDedicatedRatio", "eMBB", 30.0), ("rRMPolicyMinRatio", "eMBB", 20.0)), "above rRMPolicyMinRatio"),
        (_edits(("rRMPolicyMinRatio", "eMBB", 60.0), ("rRMPolicyMinRatio", "URLLC", 50.0)), "110 % together"),
        (_edits(("administrativeState", None, "LOCKED"), ("administrativeState", None, "UNLOCKED")), "LOCKED and UNLOCKED"),
        (
            _edits(("energySavingControl", None, "toBeEnergySaving"), ("energySavingControl", None, "toBeNotEnergySaving")),
            "cannot be toBeEnergySaving and",
        ),
        (_edits(("hysteresis", None, 2.0), ("hysteresis", None, 3.0)), "cannot be 2 and 3"),
    ],
)
def test_edits_of_one_cell_that_exclude_each_other_are_refused(names: Names, edits: tuple[StatedEdit, ...], why: str):
    assert why in impossible(Reading(act="change", edits=edits), names)
    elsewhere = tuple(edit.changed(cells=(cell,)) for edit, cell in zip(edits, ("Q08-1", "Q09-1"), strict=True))
    assert not impossible(Reading(act="change", edits=elsewhere), names)


def test_offsets_of_a_cell_towards_two_neighbours_exclude_nothing(names: Names):
    offsets = _edits(("cellIndividualOffset", None, 4.0), ("cellIndividualOffset", None, 2.0))
    towards = tuple(edit.changed(towards=(cell,)) for edit, cell in zip(offsets, ("Q08-1", "Q09-1"), strict=True))
    assert not impossible(Reading(act="change", edits=towards), names)


def test_a_cell_that_is_to_stay_awake_is_not_put_to_sleep(names: Names):
    sleep = StatedEdit(attribute="energySavingControl", cells=("Q07-2",), value="toBeEnergySaving")
    kept = StatedRestriction(what="sleep", cells=("Q07-1", "Q07-2"))
    assert "kept awake" in impossible(Reading(act="change", edits=(sleep,), forbidden=(kept,)), names)


def test_all_cells_that_are_awake_are_all_cells(names: Names):
    awake = tuple(sorted(names.all - names.asleep))
    edit = StatedEdit(attribute="administrativeState", cells=awake, value="LOCKED")
    assert "no cell" in impossible(Reading(act="change", edits=(edit,)), names)
    assert not impossible(Reading(act="change", edits=(edit.changed(cells=awake[1:]),)), names)


def test_a_power_said_in_watts_is_within_the_limits(names: Names):
    assert not impossible(Reading(act="change", edits=(StatedEdit(attribute="configuredMaxTxPower", value=43.01),)), names)


def test_nothing_that_hands_labelled_as_possible_is_refused():
    refused = [
        (text.text, why)
        for hand in hands_of()
        for names in [Names(hand.card)]
        for text in hand.texts
        if text.act in LIVE_ACTS and (why := impossible(_reading(text, names), names))
    ]
    assert refused == []


def _reading(text: LabelledText, names: Names) -> Reading:
    """Return what is computed from the marks, where a label does not say towards which cell a relation is edited."""
    if not any(edit.attribute == "cellIndividualOffset" for edit in text.edits):
        return text
    try:
        return Reading.of(computed(text.spanned().marked(), names))
    except Doubt:
        return Reading(act="ask")
